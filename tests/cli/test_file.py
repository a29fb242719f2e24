# SPDX-License-Identifier: Apache-2.0
"""File commands: keys, signing with every option, description, verification, and their refusals."""
import fcntl
import hashlib
import json
import os
import pty
import re
import struct
import subprocess
import termios

from cli_test import TUG, Case, env_with, main, tug


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
        for name, magic, said in (("dfu_application.zip", b"PK\x03\x04", "package.*tug file zip"), ("zephyr.uf2", b"UF2\n", "UF2 file")):
            with open(self.path(name), "wb") as f:
                f.write(magic + bytes(1000))
            self.sign("--pad-header", source=name, code=4, err=said, out="x")
        with open(self.path("twice.hex"), "w", encoding="ascii") as f:
            f.write(":0400000001020304F2\n:040002000102030 4F0\n:00000001FF\n".replace(" ", ""))
        self.sign("--pad-header", source="twice.hex", code=4, err="writes address 0x2 a second time", out="x")
        # bootloader at 0, application far above it: not an image that is too large, but two programs
        with open(self.path("merged.hex"), "w", encoding="ascii") as f:
            f.write(":0400000001020304F2\n:020000040010EA\n:0400000005060708E2\n:00000001FF\n")
        self.sign("--pad-header", "-S", "0x20000", source="merged.hex", code=4, err="leaves out 1048572 octets .* sign the application alone", out="x")
        self.sign("--pad-header", source="/dev/null", code=4, err="empty", out="x")
        self.assertFalse(os.path.exists(self.path("x")))
        with open(self.path("short.bin"), "wb") as f:
            f.write(read(out)[:1000])
        self.check(tug("file", "verify", self.path("short.bin")), 1, "cut off")


class Options(Case):
    """What stands for imgtool: names, order, repetition, values; the octets themselves are compared with it elsewhere."""

    BASE = ("-H", "0x20", "--pad-header", "-v", "1.2.3+4")

    def sign(self, *more, code=0, err=None, out="opt.bin", source="payload"):
        self.check(tug("file", "sign", *self.BASE, *more, self.path(source), self.path(out)), code, err)
        return self.path(out)

    def text(self, path):
        return self.check(tug("file", "info", path), 0).out

    def test_protected(self):
        with open(self.path("blob"), "wb") as f:
            f.write(b"\xab\xcd")
        out = self.sign("-s", "auto", "-d", "(1,1.0.0), (2, 2.3.4+5)", "--boot-record", "SPE", "--vid", "example.com", "--cid", "app",
                        "--custom-tlv-file", "0xb0", self.path("blob"), "--custom-tlv", "0xa0", "0x0102")
        text = self.text(out)
        for word in ("(16908291)", "image 1, at least 1.0.0+0", "image 2, at least 2.3.4+5", "BOOT_RECORD", "cfbff0d1-9375-5685-968c-48ce8b15ae17",
                     "UUID_CID"):
            self.assertIn(word, text)
        kinds = [t["type"] for t in json.loads(tug("file", "info", "--json", out).out)["tlvs"] if t["protected"]]
        self.assertEqual(kinds, [0x50, 0x60, 0x40, 0x40, 0x74, 0x75, 0xa0, 0xb0])  # values before files

    def test_flags(self):
        header = json.loads(tug("file", "info", "--json", self.sign("-L", "0x20000000", "--non-bootable")).out)["header"]
        self.assertEqual((header["load_addr"], header["flags"]), (0x20000000, 0x30))
        header = json.loads(tug("file", "info", "--json", self.sign("-F", "0xc000")).out)["header"]
        self.assertEqual((header["load_addr"], header["flags"]), (0xc000, 0x100))
        out = self.sign("-e", "big", "-k", self.path("key.pem"))
        self.assertIn("big-endian", self.text(out))
        self.check(tug("file", "verify", "-k", self.path("key.pub"), out), 0, out="1.2.3\\+4")

    def test_last_one_counts(self):
        """A build system's words, and the user's behind them."""
        out = self.sign("--align", 4, "--version", "9.9.9", "-S", 100, "-S", "0x40000", "--sha", "512", "--sha", "256")
        info = json.loads(tug("file", "info", "--json", out).out)
        self.assertEqual((info["header"]["version"], len(info["hash"])), ("9.9.9", 64))
        self.check(tug("file", "create", *self.BASE, self.path("payload"), self.path("c.bin")), 0)
        self.check(tug("file", "dumpinfo", self.path("c.bin")), 0, out="1.2.3")

    def test_refused_words(self):
        for words, said in (
                (["-d", "(1)"], "IMAGE,VERSION"), (["-d", "(256,1)"], "0 to 255"), (["-s", "x"], "security counter"),
                (["--cid", "app"], "--vid"), (["--vid", "12345678-1234-5678-1234-56781234567x"], "neither a UUID"),
                (["--custom-tlv", "0x50", "0x00"], "SEC_CNT"), (["--custom-tlv", "0xa0", "0x123"], "odd number"),
                (["--custom-tlv", "0xa0"], "two values|needs"), (["-L", "1", "-F", "1"], "exclude each other"),
                (["--pure", "--sha", "256"], "leave --sha out"), (["--align", "16", "--max-align", "8"], "smaller"),
                (["--sig-out", self.path("s")], "nothing to write"), (["--mode", "swap-move"], "--slot-size"),
                (["--pad"], "--slot-size"), (["--vector-to-sign", "digest", "--sig-out", "s"], "no signature")):
            with self.subTest(words=words):
                self.sign(*words, code=2, err=said, out="refused.bin")
                self.assertFalse(os.path.exists(self.path("refused.bin")))
        for words, said in (
                (["--custom-tlv", "0xa0", "a", "--custom-tlv", "160", "b"], "given twice"), (["--boot-record", "thirteen char"], "at most 12"),
                (["--custom-tlv-file", "0xa0", self.path("none")], "none"), (["--pure"], "ed25519"),
                (["-k", self.path("key.pem"), "--sha", "384"], "does not go with a ecdsa-p256"),
                (["--fix-sig", self.path("payload"), "--fix-sig-pubkey", self.path("key.pub")], "no base64"),
                (["--fix-sig-pubkey", self.path("key.pub")], "without the signature")):
            with self.subTest(words=words):
                self.sign(*words, code=4, err=said, out="refused.bin")
                self.assertFalse(os.path.exists(self.path("refused.bin")))

    def test_limits(self):
        """By how much, and for which mode."""
        size = os.path.getsize(self.path("payload")) + 0x20 + 40
        slot = size + 128 * 3 * 8 + 4 * 8 + 16
        self.sign("-S", slot, "--align", 8)
        self.sign("-S", slot - 5, "--align", 8, code=4, err=r"are 5 octets too large for a slot of \d+;")
        slot = (size // 4096 + 2) * 4096
        r = tug("file", "sign", *self.BASE, "-S", slot, "--align", 4, self.path("payload"), self.path("l.bin"))
        self.check(r, 0, "note: .*swaps by move or offset.*--mode")
        limit = slot - 4096 - 4096
        self.sign("-S", slot, "--align", 4, "--mode", "swap-move", code=4, err=f"{size - limit} octets too large: swap-move takes {limit}")
        self.sign("-S", slot, "--align", 4, "--mode", "swap-move", "--sector-size", 512)
        self.sign("-S", slot, "--align", 4, "--mode", "direct-xip")
        self.sign("-S", size + 39, "--overwrite-only", code=4, err="1 octets too large.*overwrite")

    def test_signature_made_elsewhere(self):
        vector, sig = self.path("vector"), self.path("sig")
        key = self.path("ed.pem")
        self.must("file", "keygen", "-t", "ed25519", "-k", key)
        self.must("file", "getpub", "-k", key, "-e", "pem", "-o", self.path("ed.pub"))
        self.check(tug("file", "sign", *self.BASE, "--vector-to-sign", "digest", self.path("payload"), vector), 0, "32 octets to sign")
        whole = self.sign("-k", key, "--sig-out", sig)
        info = json.loads(tug("file", "info", "--json", whole).out)
        self.assertEqual(read(vector).hex(), info["hash"])
        out = self.sign("--fix-sig", sig, "--fix-sig-pubkey", self.path("ed.pub"), out="fixed.bin")
        self.assertEqual(read(out), read(whole))
        self.sign("--fix-sig", sig, "--fix-sig-pubkey", self.path("ed.pub"), "-s", "1", out="wrong.bin", code=4, err="does not verify")
        self.assertFalse(os.path.exists(self.path("wrong.bin")))

    def test_outputs_are_whole(self):
        out = self.path("kept.bin")
        with open(out, "wb") as f:
            f.write(b"kept")
        self.sign("-S", 100, out="kept.bin", code=4)
        self.assertEqual(read(out), b"kept")
        self.assertEqual([n for n in os.listdir(self.dir) if n.endswith(".tmp")], [])
        if os.getuid() != 0:
            os.chmod(out, 0o444)
            self.sign(out="kept.bin", code=4, err="denied")
        r = subprocess.run(["sh", "-c", 'ulimit -f 8; trap "" XFSZ; exec "$@"', "sh", TUG, "file", "sign", *self.BASE, self.path("payload"),
                            self.path("full.bin")], capture_output=True, timeout=60)
        self.assertEqual((r.returncode, os.path.exists(self.path("full.bin"))), (4, False), r.stderr)
        self.assertEqual([n for n in os.listdir(self.dir) if n.endswith(".tmp")], [])


class Passphrases(Case):
    def setUp(self):
        self.locked = self.path("locked.pem")
        if not os.path.exists(self.locked):
            self.check(tug("file", "keygen", "-k", self.locked, "-p", env={"TUG_PASSPHRASE": "open sesame"}), 0, "protected by the passphrase")

    def typed(self, *words, lines, code):
        """Run on a terminal of its own and type; result: what the terminal showed."""
        main, side = pty.openpty()
        p = subprocess.Popen([TUG, *map(str, words)], stdin=side, stdout=side, stderr=side, start_new_session=True, env=env_with(),
                             preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(side)
        shown = b""
        for line in lines:
            while not re.search(rb"(passphrase of|again for) [^\n]*: $", shown):
                more = self.some(main)
                self.assertNotEqual(more, b"", shown)
                shown += more
            os.write(main, line)
            shown += b"|"  # this prompt was answered
        while (more := self.some(main)) != b"":
            shown += more
        os.close(main)
        self.assertEqual(p.wait(60), code, shown)
        return shown.decode(errors="replace")

    @staticmethod
    def some(fd):
        try:
            return os.read(fd, 4096)
        except OSError:  # the other end is gone
            return b""

    def test_sources(self):
        with open(self.path("phrase"), "w", encoding="ascii") as f:
            f.write("open sesame\nsecond line\n")
        words = ["file", "getpub", "-k", self.locked, "-e", "hex"]
        want = self.check(tug(*words, env={"TUG_PASSPHRASE": "open sesame"}), 0).out
        self.assertEqual(self.check(tug(*words, "--passphrase-file", self.path("phrase"), start_new_session=True), 0).out, want)
        self.check(tug(*words, env={"TUG_PASSPHRASE": "wrong"}), 4, "does not open with this passphrase")
        self.check(tug(*words, start_new_session=True), 4, "none was given; set TUG_PASSPHRASE")
        self.check(tug(*words, "--passphrase-file", self.path("none")), 4, "none")
        self.check(tug(*words, "--passphrase-file", "/dev/null"), 4, "empty")
        self.check(tug("file", "sign", "-v", "1", "-H", 32, "--pad-header", "-k", self.locked, self.path("payload"), self.path("p.bin"),
                       env={"TUG_PASSPHRASE": "open sesame"}), 0)
        self.check(tug("file", "verify", "-k", self.locked, self.path("p.bin"), "--passphrase-file", self.path("phrase")), 0)
        self.check(tug("file", "keygen", "-k", self.path("new.pem"), "-p", env={"TUG_PASSPHRASE": ""}), 4, "protects nothing")
        self.check(tug("file", "keygen", "-k", self.path("new.pem"), "-p", start_new_session=True), 4, "no passphrase was given")
        self.assertFalse(os.path.exists(self.path("new.pem")))

    def test_terminal(self):
        words = ["file", "getpub", "-k", self.locked, "-e", "hex"]
        want = self.check(tug(*words, env={"TUG_PASSPHRASE": "open sesame"}), 0).out.strip()
        shown = self.typed(*words, lines=[b"open sesame\r"], code=0)
        self.assertIn(want, shown)
        self.assertNotIn("sesame", shown)
        self.assertIn(want, self.typed(*words, lines=[b"wrong\r", b"also wrong\x15open sesamex\x7f\n"], code=0))
        shown = self.typed(*words, lines=[b"one\r", b"two\r", b"three\r"], code=4)
        self.assertEqual(shown.count("try again"), 2)
        self.assertIn("interrupted", self.typed(*words, lines=[b"half\x03"], code=130))
        new = self.path("typed.pem")
        shown = self.typed("file", "keygen", "-p", "-k", new, lines=[b"first\r", b"other\r", b"good one\r", b"good one\r"], code=0)
        self.assertIn("differ", shown)
        self.check(tug("file", "getpub", "-k", new, env={"TUG_PASSPHRASE": "good one"}), 0)


class KeyForms(Case):
    def test_private_and_hash(self):
        x = self.path("x.pem")
        self.must("file", "keygen", "-t", "x25519", "-k", x)
        text = self.check(tug("file", "getpriv", "-k", x), 0, out="enc_priv_key_len = 48;").out
        self.assertIn("0x30, 0x2e", text)
        self.check(tug("file", "getpriv", "-k", self.path("key.pem"), "--minimal", "-o", self.path("priv.c")), 0)
        self.assertEqual(os.stat(self.path("priv.c")).st_mode & 0o777, 0o600)
        self.check(tug("file", "getpriv", "-k", self.path("key.pub")), 4, "public key")
        self.check(tug("file", "getpub", "-k", x, "-e", "pem", "-o", self.path("x.pub")), 0)
        self.check(tug("file", "getpub", "-k", x, "-l", "rust"), 0, out="X25519_PUB_KEY")
        self.check(tug("file", "getpub", "-k", x, "-l", "c", "-e", "raw"), 2, "give one")
        self.check(tug("file", "getpubhash", "-k", x), 0, out="x25519_pub_key_hash_len = 32")
        raw = tug("file", "getpubhash", "-k", self.path("key.pem"), "-e", "raw").stdout
        self.assertEqual(raw, hashlib.sha256(tug("file", "getpub", "-k", self.path("key.pem"), "-e", "raw").stdout).digest())
        self.check(tug("file", "keyinfo", "-k", self.path("key.pub")), 0, out=f"public ecdsa-p256 key, SHA-256 {raw.hex()}")
        self.check(tug("file", "keyinfo", "-k", self.path("key.pub"), "--require", "private"), 1, "public half")
        self.assertEqual(json.loads(tug("file", "keyinfo", "-k", x, "--json").out)["type"], "x25519")
        self.check(tug("file", "sign", "-v", "1", "-H", 32, "--pad-header", "-k", x, self.path("payload"), self.path("n.bin")), 4,
                   "encryption only")
        self.check(tug("file", "verify", "-k", x, self.path("new.bin")), 4, "encryption only")


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


class Encryption(Case):
    def setUp(self):
        super().setUp()
        for kind in ("x25519", "ecdsa-p256", "rsa-2048", "ed25519"):
            key = self.path(kind + ".e.pem")
            if not os.path.exists(key):
                self.check(tug("file", "keygen", "-q", "-t", kind, "-k", key), 0)
                self.check(tug("file", "getpub", "-k", key, "-e", "pem", "-o", self.path(kind + ".e.pub")), 0)

    def sign(self, *more, code=0, err=None, out="enc.bin"):
        for name in (out, "plain.bin"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        r = self.check(tug("file", "sign", "-v", "1.2.3", "-H", "0x200", "--pad-header", *more, self.path("payload"), self.path(out)), code, err)
        self.assertEqual(os.path.exists(self.path(out)), code == 0)
        return r

    def decrypt(self, key, *more, code=0, err=None, source="enc.bin"):
        r = self.check(tug("file", "decrypt", "-k", key, *more, self.path(source), self.path("plain.bin")), code, err)
        self.assertEqual(os.path.exists(self.path("plain.bin")), code == 0)
        return r

    def test_every_kind(self):
        payload = read(self.path("payload"))
        for kind, scheme, more in (("x25519", "ENC_X25519", ()), ("x25519", "ENC_X25519_SHA512", ("--hmac-sha", 512)),
                                   ("ecdsa-p256", "ENC_EC256", ("--encrypt-keylen", 256)), ("rsa-2048", "ENC_RSA2048", ("--hmac-sha", "auto"))):
            self.sign("-E", self.path(kind + ".e.pub"), *more, err="encrypted")
            self.assertNotIn(payload[:64], read(self.path("enc.bin")))
            info = json.loads(self.check(tug("file", "info", "--json", self.path("enc.bin")), 0).out)
            self.assertEqual((info["encrypted"], info["hash_ok"]), (True, False))
            self.assertIn(kind.split("-")[0][:3].upper().replace("ECD", "EC2"), info["key_wrap"].replace("_", ""))
            self.check(tug("file", "info", self.path("enc.bin")), 0, out="encryption  AES-%d" % (256 if 256 in more else 128))
            self.decrypt(self.path(kind + ".e.pem"), "--payload", err="plain.bin: version 1.2.3, payload alone, digest right")
            self.assertEqual(read(self.path("plain.bin"))[:len(payload)], payload)
            os.remove(self.path("plain.bin"))
            self.decrypt(self.path(kind + ".e.pem"), err="plain.bin: version 1.2.3, payload in the clear, digest right")
            self.check(tug("file", "verify", self.path("plain.bin")), 0)
            self.check(tug("file", "verify", self.path("enc.bin")), 1, "--enc-key")
            self.check(tug("file", "verify", "--enc-key", self.path(kind + ".e.pem"), self.path("enc.bin")), 0, out="decrypted, digest right")

    def test_key_wrap(self):
        with open(self.path("kek"), "wb") as f:
            f.write(bytes(range(32)))
        self.sign("-E", self.path("kek"))
        self.check(tug("file", "info", self.path("enc.bin")), 0, out="AES-256, key wrapped with AES key wrap")
        self.decrypt(self.path("kek"))
        self.sign("-E", self.path("kek"), "--encrypt-keylen", 128, code=4, err="leave --encrypt-keylen out")

    def test_clear_and_signed(self):
        key, pub = self.path("x25519.e.pem"), self.path("x25519.e.pub")
        self.sign("-E", pub, "--clear", "-k", self.path("ed25519.e.pem"), err="payload in the clear")
        self.check(tug("file", "verify", "-k", self.path("ed25519.e.pub"), self.path("enc.bin")), 0)
        self.decrypt(key, code=4, err="in the clear already")
        self.sign("-E", key, "-k", self.path("ed25519.e.pem"), err="public half is all")
        words = ("file", "verify", "--json", "--enc-key", key, self.path("enc.bin"))
        self.assertEqual(json.loads(self.check(tug(*words, "-k", self.path("ed25519.e.pem")), 0).out)["decrypted"], True)
        self.check(tug(*words, "-k", self.path("key.pub")), 1, "no ecdsa-p256 signature")

    def test_misuse(self):
        self.sign("-E", self.path("x25519.e.pub"))
        self.check(tug("file", "decrypt", self.path("enc.bin"), self.path("plain.bin")), 2, "--key is needed")
        self.decrypt(self.path("x25519.e.pub"), code=4, err="public one")
        self.decrypt(self.path("rsa-2048.e.pem"), code=4, err="give the key it was encrypted for")
        self.decrypt(self.path("payload"), code=4, err="neither a key .PEM. nor a key encryption key")
        self.decrypt(self.path("none"), code=4, err="No such file")
        self.decrypt(self.path("x25519.e.pem"), code=4, err="not encrypted", source="new.bin")
        self.decrypt(self.path("x25519.e.pem"), code=4, err="payload", source="payload")
        data = read(self.path("enc.bin"))
        for broken, words in ((data[:-9], "cut off|shorter|bytes|octets"), (data[:2000] + b"?" + data[2001:], "digest does not match"),
                              (data[:-20] + bytes([data[-20] ^ 1]) + data[-19:], "does not open")):
            with open(self.path("broken.bin"), "wb") as f:
                f.write(broken)
            self.decrypt(self.path("x25519.e.pem"), code=4, err=words, source="broken.bin")
        self.check(tug("file", "decrypt", "-k", self.path("x25519.e.pem"), self.path("enc.bin"), "/nonexistent/x"), 4, "cannot write")
        self.check(tug("file", "decrypt", "-k", self.path("x25519.e.pem"), self.path("enc.bin"), "/dev/full"), 4, "[Nn]o space|full")
        self.sign("-E", self.path("ed25519.e.pub"), code=4, err="use x25519")
        self.sign("-E", self.path("x25519.e.pub"), "-k", self.path("key.pem"), code=4, err="keys of one kind")
        self.sign("-E", self.path("none"), code=4, err="No such file")


if __name__ == "__main__":
    main()
