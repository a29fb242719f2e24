# SPDX-License-Identifier: Apache-2.0
"""Compressed images from end to end: signed, described, verified, sent, decompressed by the bootloader, proven."""
import hashlib

from cli_test import Case, main, tug


class Packed(Case):
    def packed(self, form):
        path, out = self.path(form + ".in"), self.path(form + ".bin")
        with open(path, "wb") as f:
            f.write(b"".join(hashlib.sha256(bytes([i % 50])).digest() for i in range(600)))
        r = self.check(tug("file", "sign", "-k", self.path("key.pem"), "-v", "2.0.0", "-H", "0x200", "--pad-header", "-S", "0x20000",
                           "--compression", form, path, out), 0)
        self.assertIn("19200 octets of payload became", r.err)
        return out

    def test_update(self):
        for form, mode in (("lzma2", "overwrite"), ("lzma2armthumb", "overwrite-fast")):
            out = self.packed(form)
            self.check(tug("file", "verify", "-k", self.path("key.pub"), out), 0, out="decompresses to an image of .*signed by this key")
            self.check(tug("file", "info", out), 0, out="COMPRESSED_LZMA2")
            v = self.device("--bootloader", mode)
            r = self.check(tug("-d", v.udp, "update", out, "--key", self.path("key.pub"), "--json"), 0)
            result = self.lines(r)[-1]
            self.assertEqual((result["outcome"], result["after"][0]["version"]), ("swapped", "2.0.0"))
            again = self.lines(self.check(tug("-d", v.udp, "update", out, "--json"), 0))[-1]
            self.assertEqual(again["outcome"], "already-running")

    def test_swap_refuses(self):
        v = self.device("--bootloader", "swap-move")
        self.check(tug("-d", v.udp, "update", self.packed("lzma2"), "--timeout", "5s"), 1,
                   err="note: .* is compressed; only a bootloader that decompresses takes it")
        self.assertEqual(self.images(v.udp)[0]["version"], "1.0.0")

    def test_damaged(self):
        out = self.packed("lzma2")
        with open(out, "r+b") as f:
            f.seek(0x200 + 100)
            f.write(b"\xff\xff\xff")
        self.check(tug("file", "verify", out), 1, err="digest does not match")


if __name__ == "__main__":
    main()
