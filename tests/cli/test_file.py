# SPDX-License-Identifier: Apache-2.0
"""File commands: keys, signing with every option, description, verification, and their refusals."""
import hashlib
import json
import os
import struct

from cli_test import Case, main, tug


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Keys(Case):
    def test_keygen_and_getpub(self):
        for kind in ("ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "ed25519"):
            key, pub = self.path(kind + ".pem"), self.path(kind + ".pub")
            self.check(tug("file", "keygen", "-t", kind, "-k", key), 0, kind)
            self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
            self.assertTrue(read(key).startswith(b"-----BEGIN PRIVATE KEY-----"))
            self.check(tug("file", "getpub", "-k", key, "-e", "pem", "-o", pub), 0, out="^$")
            self.assertTrue(read(pub).startswith(b"-----BEGIN PUBLIC KEY-----"))
            raw = tug("file", "getpub", "-k", key, "-e", "raw").stdout
            self.assertEqual(raw[0], 0x30)
            self.assertEqual(raw, tug("file", "getpub", "-k", pub, "-e", "raw").stdout)
            text = self.check(tug("file", "getpub", "-k", key), 0).out
            octets = bytes(int(x, 16) for x in text.replace(",", " ").split() if x.startswith("0x"))
            self.assertEqual(octets, raw)

    def test_keygen_replaces_nothing(self):
        before = read(self.path("key.pem"))
        self.check(tug("file", "keygen", "--key", self.path("key.pem")), 4, "never overwritten")
        self.assertEqual(read(self.path("key.pem")), before)

    def test_refusals(self):
        self.check(tug("file", "getpub", "-k", self.path("none.pem")), 4, "none.pem.*No such file")
        self.check(tug("file", "getpub", "-k", self.path("old.bin")), 4, "old.bin")
        self.check(tug("file", "getpub", "-k", self.dir), 4, "directory")
        self.check(tug("file", "getpub", "-k", self.path("key.pem"), "-o", self.dir), 4, "directory")
        self.check(tug("file", "getpub", "-k", self.path("key.pem"), "-o", "/dev/full"), 4, "[Nn]o space|full")
        self.check(tug("file", "keygen", "-k", "/nonexistent/key.pem"), 4, "/nonexistent")


class Sign(Case):
    def sign(self, *more, out="signed.bin", code=0, err=None, source="payload"):
        r = tug("file", "sign", "-v", "1.2.3+4", "-H", "0x200", *more, self.path(source), self.path(out))
        self.check(r, code, err)
        return self.path(out)

    def info(self, path):
        return json.loads(self.check(tug("file", "info", "--json", path), 0).out)

    def test_header_and_digest(self):
        out = self.sign("--pad-header")
        data, payload = read(out), read(self.path("payload"))
        magic, load, hdr, prot, size, flags = struct.unpack_from("<IIHHII", data)
        self.assertEqual((magic, load, hdr, prot, size, flags), (0x96f3b83d, 0, 0x200, 0, len(payload), 0))
        self.assertEqual(struct.unpack_from("<BBHI", data, 20), (1, 2, 3, 4))
        self.assertEqual(data[hdr:hdr + size], payload)
        info = self.info(out)
        self.assertEqual(info["header"]["version"], "1.2.3+4")
        self.assertEqual(info["hash"], hashlib.sha256(data[:hdr + size]).hexdigest())
        self.assertEqual((info["hash_ok"], info["signature"]), (True, "none"))
        self.check(tug("file", "verify", out), 0, out="digest right")
        self.assertEqual(json.loads(tug("file", "verify", out, "--json").out),
                         {"digest": True, "signature": False, "version": "1.2.3+4", "hash": info["hash"]})

    def test_every_key(self):
        for kind, name in (("ecdsa-p256", "ECDSASIG"), ("rsa-2048", "RSA2048"), ("rsa-3072", "RSA3072"),
                           ("ed25519", "ED25519")):
            key = self.path(kind + ".pem")
            self.must("file", "keygen", "-t", kind, "-k", key)
            out = self.sign("-k", key, "--pad-header", out=kind + ".bin")
            self.assertIn(name, self.info(out)["signature"])
            self.check(tug("file", "verify", "-k", key, out), 0, out="signed by this key")
            self.check(tug("file", "verify", "-k", self.path("other.pub"), out), 1, "key|sign")

    def test_padding(self):
        out = self.sign("--pad-header", "--pad", "-S", 0x10000, "--align", 4)
        self.assertEqual(len(read(out)), 0x10000)
        self.assertEqual(self.info(out)["trailer"], {"magic": "good", "image_ok": "unset", "copy_done": "unset", "swap_type": 1})
        out = self.sign("--pad-header", "--confirm", "-S", 0x10000, "--align", 4)
        self.assertEqual(self.info(out)["trailer"]["image_ok"], "set")
        out = self.sign("--pad-header", "--confirm", "-S", 0x10000, "--align", 4, "--overwrite-only")
        self.assertEqual(self.info(out)["trailer"]["image_ok"], "unset")
        out = self.sign("--pad-header", "--pad", "-S", 0x10000, "--max-align", 16, "--align", 16)
        self.assertEqual(self.info(out)["trailer"]["magic"], "good")

    def test_size_check(self):
        size = os.path.getsize(self.path("payload"))
        self.sign("--pad-header", "-S", size + 0x200, code=4, err="slot|fit")
        self.sign("--pad-header", "-S", size + 0x200 + 128 * 3 * 8 + 600, "--align", 8)
        self.sign("--pad-header", "-S", size + 0x200 + 600, "--overwrite-only")
        self.sign("--pad-header", "-S", size + 0x200 + 600, "--max-sectors", 4)
        self.sign("--pad-header", "-S", size + 0x200 + 200, "--max-sectors", 512, "--align", 8, code=4)

    def test_hex(self):
        out = self.sign("--pad-header", "--hex-addr", "0x1000", out="signed.hex")
        self.assertTrue(read(out).startswith(b":"))
        info = self.info(out)
        self.assertEqual(info["address"], 0x1000)
        self.assertEqual(info["hash"], self.info(self.sign("--pad-header"))["hash"])
        self.sign("--pad-header", out="signed2.hex", code=4, err="addr")

    def test_refusals(self):
        self.sign("--pad-header", source="none", code=4, err="none.*No such file")
        self.sign(code=4, err="zero|pad-header")  # the payload begins with no room for a header
        self.sign("--pad-header", "-k", self.path("key.pub"), code=4, err="private|public")
        self.sign("--pad-header", "-k", self.path("none.pem"), code=4, err="none.pem")
        self.check(tug("file", "sign", "-v", "1", "-H", "32", "--pad-header", self.path("payload"), "/nonexistent/x"), 4,
                   "/nonexistent/x")
        self.check(tug("file", "sign", "-v", "1", "-H", "32", "--pad-header", self.dir, self.path("x")), 4, "directory")
        self.check(tug("file", "sign", "-v", "1", "-H", "32", "--pad-header", self.path("payload"), "/dev/full"), 4,
                   "[Nn]o space|full")
        self.assertFalse(os.path.exists(self.path("x")))
        out = self.sign("--pad-header", out="once.bin")
        self.sign("--pad-header", source="once.bin", code=4, err="image with header and TLVs already")
        with open(self.path("zephyr.elf"), "wb") as f:
            f.write(b"\x7fELF" + bytes(2000))
        self.sign("--pad-header", source="zephyr.elf", code=4, err="ELF file.*zephyr.bin")
        self.check(tug("file", "verify", self.path("zephyr.elf")), 1, "ELF file")
        with open(self.path("short.bin"), "wb") as f:
            f.write(read(out)[:1000])
        self.check(tug("file", "verify", self.path("short.bin")), 1, "cut off")


class Info(Case):
    def test_text_and_map(self):
        r = self.check(tug("file", "info", self.path("new.bin")), 0)
        for word in ("2.0.0", self.hash_of("new.bin"), "ECDSASIG", "SHA256", "KEYHASH"):
            self.assertIn(word, r.out)
        self.check(tug("file", "info", "--map", self.path("new.bin")), 0, out="header")

    def test_what_it_is_instead(self):
        with open(self.path("thing"), "wb") as f:
            f.write(b"\x7fELF" + bytes(200))
        self.check(tug("file", "info", self.path("thing")), 4, "ELF")
        self.check(tug("file", "info", self.path("none")), 4, "No such file")
        self.check(tug("file", "info", self.dir), 4, "directory")
        r = self.check(tug("file", "info", "--json", self.path("thing")), 4)
        self.assertEqual(json.loads(r.out)["error"]["code"], "EMAGIC")

    def test_verify(self):
        self.check(tug("file", "verify", "-k", self.path("key.pub"), self.path("new.bin")), 0)
        self.check(tug("file", "verify", "-k", self.path("key.pem"), self.path("new.bin")), 0)
        self.check(tug("file", "verify", "-k", self.path("other.pub"), self.path("new.bin")), 1)
        with open(self.path("new.bin"), "rb") as f:
            data = bytearray(f.read())
        data[4000] ^= 0x80
        with open(self.path("bad.bin"), "wb") as f:
            f.write(data)
        self.check(tug("file", "verify", self.path("bad.bin")), 1, "digest")
        self.check(tug("file", "verify", self.path("none")), 4, "No such file")
        self.check(tug("file", "verify", "-k", self.path("none"), self.path("new.bin")), 4, "No such file")


if __name__ == "__main__":
    main()
