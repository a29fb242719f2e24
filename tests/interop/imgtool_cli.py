#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`tug file` where imgtool stood: the same command lines, word for word, given to both programs.

usage: imgtool_cli.py TUG BUILD_DIR
Rows are drawn from every option of imgtool's sign that makes no encrypted or compressed image (SEED: env TUG_SEED; N:
env TUG_ROWS, default 360), then the command lines of Zephyr's and NCS's build systems, keys, vectors signed elsewhere,
and descriptions. Files must be equal octet for octet, but for the random part of RSA and ECDSA signatures; each program
must verify what the other made; refusals must be shared.
"""
import base64
import json
import os
import random
import subprocess
import tempfile

import imgtool_common
from imgtool_common import RANDOM_SIG, SEED, VENV, CliRunner, counts, imgtool, imgtool_version, note, read, report, theirs, write

from intelhex import IntelHex

ROWS = int(os.environ.get("TUG_ROWS", "360"))
KEYS = ["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "ed25519"]
SIG_TYPES = {0x20, 0x22, 0x23, 0x24}


def ours(*args, env=None):
    return imgtool_common.ours("file", *args, env=env, refusals=(1, 2, 4), timeout=120, start_new_session=True)


def flatten(path):
    return bytes(IntelHex(path).tobinarray()) if path.endswith(".hex") else read(path)


def parts(data):
    """What two images must share when their signatures are random: body, TLVs without the signature, what ends the file."""
    e = "little" if data[:4] == b"\x3d\xb8\xf3\x96" else "big"
    num = lambda o, n: int.from_bytes(data[o:o + n], e)
    off = num(8, 2) + num(12, 4) + num(10, 2)
    body, end, off = data[:off], off + num(off + 2, 2), off + 4
    tlvs = []
    while off < end:
        kind, n = data[off] if data[off + 1] == 0 else num(off, 2), num(off + 2, 2)
        tlvs.append((kind, None if kind in SIG_TYPES else data[off + 4:off + 4 + n]))
        off += 4 + n
    tail = data[end:]
    return body, tlvs, (len(data) if tail else 0, tail[-64:])


class Draw:
    """One row: words of a command line, and what is known about it."""

    def __init__(self, rnd, files, keys):
        self.rnd, self.words, self.key = rnd, [], None
        self.source = rnd.choice(["raw64", "raw1000", "raw4096", "hexlow", "hexhigh"])
        self.ext = rnd.choice(["bin", "bin", "hex"])
        self.keytype = rnd.choice([None, *KEYS, "ed25519", "ed25519"])
        self.align = rnd.choice([1, 4, 8, 16, 32])
        self.add(rnd.choice(["-H", "--header-size"]), rnd.choice([32, "0x200", "0x100", 1024]))
        self.add("--pad-header")
        self.add(rnd.choice(["-S", "--slot-size"]), rnd.choice(["0x10000", 0x20000]))
        self.add(rnd.choice(["-v", "--version"]), rnd.choice(["1.2.3+4", "0.0.0", "255.255.65535+4294967295", "1", "2.7"]))
        self.add("--align", self.align)
        if self.keytype:
            self.key = keys[self.keytype]
            self.add(rnd.choice(["-k", "--key"]), self.key)
        self.optional()
        self.signature()
        self.protected(files)
        if self.ext == "hex" and (self.source.startswith("raw") or rnd.random() < 0.3):
            self.add(rnd.choice(["-x", "--hex-addr"]), rnd.choice(["0x10000", "0x0801ff00", 0]))

    def add(self, *words):
        """Options stand in any order: each goes to a random place between the others."""
        at = self.rnd.randrange(len(self.words) + 1)
        self.words.insert(at, [str(w) for w in words])

    def maybe(self, chance, *words):
        if self.rnd.random() < chance:
            self.add(*words)
            return True
        return False

    def optional(self):
        rnd = self.rnd
        self.maybe(0.3, rnd.choice(["--pad", "--confirm", "--test"]))
        self.maybe(0.2, "--max-align", rnd.choice([a for a in (8, 16, 32) if a >= self.align]))
        self.maybe(0.3, rnd.choice(["-M", "--max-sectors"]), rnd.choice([4, 64, 256]))
        self.maybe(0.2, "--overwrite-only")
        self.maybe(0.2, rnd.choice(["-R", "--erased-val"]), rnd.choice(["0", "0xff"]))
        self.maybe(0.2, rnd.choice(["-e", "--endian"]), rnd.choice(["little", "big"]))
        self.maybe(0.2, "--non-bootable")
        if not self.maybe(0.15, rnd.choice(["-L", "--load-addr"]), rnd.choice(["0x20000000", 0, "0xffffffff"])):
            self.maybe(0.15, rnd.choice(["-F", "--rom-fixed"]), "0x0c008000")
        self.maybe(0.1, "--save-enctlv")

    def signature(self):
        rnd = self.rnd
        pure = self.keytype == "ed25519" and self.maybe(0.3, "--pure")
        self.maybe(0.2, "--pad-sig")
        self.maybe(0.3, "--public-key-format", rnd.choice(["hash", "full"]))
        if not pure:
            self.maybe(0.35, "--sha", rnd.choice(["auto", "256", "384", "512"]))

    def protected(self, files):
        rnd = self.rnd
        self.maybe(0.3, rnd.choice(["-s", "--security-counter"]), rnd.choice(["auto", "0", "0x7f", "4294967295", "0b101", "0o17"]))
        self.maybe(0.25, rnd.choice(["-d", "--dependencies"]), rnd.choice(["(1,1.2.3+0)", "(0, 2.0.0), (3,1.9.65535+7)", "(2,1)"]))
        self.maybe(0.25, "--boot-record", rnd.choice(["CoFM", "SPE", "twelve chars", "NSPE_\u00e9"]))
        if self.maybe(0.25, "--vid", rnd.choice(["example.com", "12345678-1234-5678-1234-567812345678", "ABCDEF0123456789abcdef0123456789"])):
            self.maybe(0.5, "--cid", rnd.choice(["nRF5340 app", "00112233-4455-6677-8899-aabbccddeeff"]))
        for kind, value in rnd.sample([("0xa0", "0x0102"), ("0x00b1", "text"), ("160", "0x"), ("0xfffe", "a" * 300), ("0x1a0", "\u00fc")],
                                      rnd.choice([0, 0, 0, 1, 2])):
            if not (kind == "160" and any(w[:2] == ["--custom-tlv", "0xa0"] for w in self.words)):
                self.words.append(["--custom-tlv", kind, value])
        if rnd.random() < 0.1:
            self.words.append(["--custom-tlv-file", "0x00c0", files["blob"]])

    def line(self):
        return [w for group in self.words for w in group]

    def has(self, *names):
        return any(g[0] in names for g in self.words)

    def value(self, *names):
        return next((g[1] for g in self.words if g[0] in names), None)


def same_file(group, what, mine, other, is_random):
    x, y = (flatten(p) for p in (mine, other))
    if is_random:
        return note(group, parts(x) == parts(y), f"{what}: differ outside the signature")
    return note(group, read(mine) == read(other), f"{what}: {len(x)} and {len(y)} octets differ")


def cross_verify(what, mine, other, key, big):
    words = ["-k", key] if key else []
    ok, _, err = ours("verify", *words, other)
    note("tug verifies imgtool's", ok, f"{what}: {err}")
    ok, _, err = ours("verify", *words, mine)
    note("tug verifies its own", ok, f"{what}: {err}")
    if not big:  # imgtool cannot read what it writes with -e big
        ok, out = theirs("verify", *words, mine)
        note("imgtool verifies tug's", ok, f"{what}: {out.strip()}")


def both(group, words, source, ext, tmp, keytype=None, key=None, big=False, digest_only=False):
    mine, other = os.path.join(tmp, "mine." + ext), os.path.join(tmp, "other." + ext)
    for p in (mine, other):
        if os.path.exists(p):
            os.remove(p)
    got, _, err = ours("sign", *words, source, mine)
    want, out = theirs("sign", *words, source, other)
    what = f"{' '.join(map(str, words))} {os.path.basename(source)} -> .{ext}"
    if got != want:
        note(group, False, f"{what}: tug {'signs' if got else 'refuses: ' + err}, imgtool {'signs' if want else 'refuses: ' + out[-160:]}")
        return
    if not got:
        note(group, not os.path.exists(mine), f"{what}: a refused file was written")
        counts["  of these refused by both", "ok"] += 1
        return
    if same_file(group, what, mine, other, keytype in RANDOM_SIG) and not digest_only:
        cross_verify(what, mine, other, key, big)


def make_inputs(tmp):
    rnd = random.Random(SEED)
    files = {}
    for n in (64, 1000, 4096):
        files[f"raw{n}"] = write(os.path.join(tmp, f"raw{n}.bin"), bytes(rnd.randrange(1, 256) for _ in range(n)))
    files["blob"] = write(os.path.join(tmp, "blob"), bytes(range(256)) * 2)
    files["zephyr.bin"] = write(os.path.join(tmp, "zephyr.bin"), bytes(0x800) + read(files["raw4096"]))
    for name, addr in (("hexlow", 0x1000), ("hexhigh", 0x0801fe00)):
        h = IntelHex()
        h.frombytes(read(files["raw1000"]), offset=addr)
        files[name] = os.path.join(tmp, name + ".hex")
        h.write_hex_file(files[name])
    h = IntelHex()
    h.frombytes(read(files["zephyr.bin"]), offset=0x0c000)
    files["zephyr.hex"] = os.path.join(tmp, "zephyr.hex")
    h.write_hex_file(files["zephyr.hex"])
    return files


def drawn(tmp, files, keys):
    rnd = random.Random(SEED)
    for _ in range(ROWS):
        d = Draw(rnd, files, keys)
        big = d.value("-e", "--endian") == "big"
        both("drawn rows of sign", d.line(), files[d.source], d.ext, tmp, d.keytype, d.key, big)


def build_systems(tmp, files, keys):
    """The lines that Zephyr's cmake/mcuboot.cmake and NCS's sysbuild signing run, with and without what users append."""
    z = ["--version", "1.2.3+4", "--header-size", "0x800", "--slot-size", "0x37000"]
    n = ["--version", "0.0.0+0", "--align", "4", "--slot-size", "0x75800", "--pad-header", "--header-size", "0x200"]
    rows = [
        ("Zephyr", [*z, "--align", "4", "--key", keys["rsa-2048"]], "zephyr.bin"),
        ("Zephyr", [*z, "--align", "4", "--key", keys["ecdsa-p256"], "--pad", "--confirm"], "zephyr.bin"),
        ("Zephyr", [*z, "--align", "8", "--max-sectors", "256", "--key", keys["ed25519"]], "zephyr.hex"),
        ("Zephyr", [*z, "--overwrite-only", "--align", "1", "--key", keys["rsa-3072"]], "zephyr.hex"),
        ("Zephyr", [*z, "--align", "1", "--load-addr", "0x20000000", "--key", keys["ecdsa-p256"], "--hex-addr", "0xc000"], "zephyr.bin"),
        ("Zephyr", [*z, "--align", "4", "--key", keys["ecdsa-p256"], "--version", "9.9.9", "--security-counter", "auto"], "zephyr.bin"),
        ("Zephyr", [*z, "--align", "4", "--key", keys["ed25519"], "--dependencies", "(1,1.0.0)"], "zephyr.bin"),
        ("NCS", [*n, "-k", keys["ecdsa-p256"]], "hexlow"),
        ("NCS", [*n, "-k", keys["ed25519"], "--sha", "512"], "hexlow"),
        ("NCS", [*n, "-k", keys["ed25519"], "--pure"], "hexlow"),
        ("NCS", [*n, "--rom-fixed", "0xc000", "-k", keys["ed25519"], "--pure", "--confirm"], "hexlow"),
        ("NCS", [*n, "-k", keys["rsa-2048"], "--security-counter", "3", "--vid", "nordicsemi.com", "--cid", "app"], "hexlow"),
        ("NCS", [*n, "-k", keys["ecdsa-p384"], "--test"], "hexlow"),
    ]
    _, text, _ = ours("sign", "--help")
    if b"--compression" in text:
        rows.append(("NCS", [*n, "-k", keys["ed25519"], "--compression", "lzma2armthumb"], "hexlow"))
    for who, words, source in rows:
        for ext in ("bin", "hex"):
            if ext == "hex" and source == "zephyr.bin" and "--hex-addr" not in words:
                continue
            kind = next(k for k, p in keys.items() if p in words)
            both(f"command lines of {who}", words, files[source], ext, tmp, kind, keys[kind])


def elsewhere(tmp, files, keys):
    """Vector out, signed by openssl as an HSM would, signature back in: equal images, and a wrong signature refused."""
    base = ["-H", "32", "--pad-header", "-S", "0x10000", "-v", "1.0.0", "-s", "auto"]
    for kind in KEYS:
        pub = os.path.join(tmp, kind + ".pub.pem")
        note("signed elsewhere", ours("getpub", "-k", keys[kind], "-e", "pem", "-o", pub)[0], kind)
        sha = ["--sha", "384"] if kind == "ecdsa-p384" else []
        for vector in ("payload", "digest"):
            both("vectors to sign", [*base, *sha, "--vector-to-sign", vector], files["raw1000"], "bin", tmp, digest_only=True)
        sig = os.path.join(tmp, "sig.b64")
        out = os.path.join(tmp, "whole.bin")
        ok, _, err = ours("sign", *base, "-k", keys[kind], "--sig-out", sig, files["raw1000"], out)
        note("signed elsewhere", ok, err)
        ok, said = theirs("sign", *base, "--fix-sig", sig, "--fix-sig-pubkey", pub, files["raw1000"], out + ".t")
        note("signed elsewhere", ok and read(out) == read(out + ".t"), f"imgtool takes tug's signature, {kind}: {said[-200:]}")
        both("signed elsewhere", [*base, "--fix-sig", sig, "--fix-sig-pubkey", pub], files["raw1000"], "bin", tmp, key=pub)
        ok, _, err = ours("sign", *base, "--fix-sig", sig, "--fix-sig-pubkey", pub, files["raw64"], out + ".w")
        note("signed elsewhere", not ok and "does not verify" in err and not os.path.exists(out + ".w"), f"wrong {kind} signature: {err}")
        ok, said = theirs("sign", *base, "-k", keys[kind], "--sig-out", sig, files["raw1000"], out)
        raw = base64.b64decode(read(sig))
        note("signed elsewhere", ok and raw in read(out), "imgtool's own signature")
        both("signed elsewhere", [*base, "--fix-sig", sig, "--fix-sig-pubkey", pub], files["raw1000"], "bin", tmp, key=pub)


def key_forms(tmp, keys):
    """Every form of every key; the first line of arrays says who made it."""
    def same(words, drop):
        good, mine, err = ours(*words)
        path = os.path.join(tmp, "form.out")
        if words[0] == "getpriv":
            r = subprocess.run([os.path.join(os.path.dirname(VENV), "imgtool"), *words], capture_output=True, timeout=60)
            ok, other, out = r.returncode == 0, r.stdout, r.stderr.decode()
        else:
            ok, out = theirs(*words, "-o", path)
            other = read(path) if ok else b""
        cut = (lambda b: b.split(b"\n", 1)[1]) if drop and good and ok else (lambda b: b)
        return note("forms of keys", good == ok and (not good or cut(mine) == cut(other)), f"{words}: {err} {out[-200:]}")

    for kind in [*KEYS, "x25519"]:
        for form in ("lang-c", "lang-rust", "pem", "raw"):
            same(["getpub", "-k", keys[kind], "-e", form], form.startswith("lang"))
        same(["getpub", "-k", keys[kind], "-l", "c"], True)
        same(["getpub", "-k", keys[kind]], True)
        for form in ("lang-c", "raw"):
            same(["getpubhash", "-k", keys[kind], "-e", form], form == "lang-c")
        for extra in ([], ["--minimal"], ["-f", "openssl"], ["-f", "pkcs8"], ["-f", "openssl", "--minimal"], ["-f", "pkcs8", "--minimal"]):
            if kind == "ecdsa-p384" and "--minimal" in extra:
                continue  # imgtool knows the places in a P-256 key only
            same(["getpriv", "-k", keys[kind], *extra], True)
        path = os.path.join(tmp, f"{kind}-locked.pem")
        ok, _, err = ours("keygen", "-t", kind, "-k", path, "-p", env={"TUG_PASSPHRASE": "correct horse"})
        note("locked keys", ok, err)
        from imgtool import keys as their_keys
        try:
            note("locked keys", their_keys.load(path, b"correct horse") is not None, kind)
        except Exception as e:  # noqa: BLE001 - whatever it raises is a failure to report
            note("locked keys", False, f"imgtool does not open tug's {kind}: {e!r}")
        r = CliRunner().invoke(imgtool, ["keygen", "-t", kind, "-k", path + ".t"])
        note("locked keys", r.exit_code == 0, r.output)
        for phrase, want in (("correct horse", True), ("wrong", False), (None, False)):
            ok, _, err = ours("getpub", "-k", path, env={} if phrase is None else {"TUG_PASSPHRASE": phrase})
            note("locked keys", ok == want and (ok or "passphrase" in err), f"{kind} {phrase}: {err}")


def descriptions(tmp, files, keys):
    """dumpinfo -f json: the same document."""
    base = ["-H", "0x20", "--pad-header", "-S", "0x10000", "-v", "1.2.3+4"]
    rows = [[], ["--pad"], ["--confirm", "--align", "16"], ["-k", keys["ed25519"], "-s", "7", "-d", "(1,2.0.0)", "--custom-tlv", "0xa0", "0x01"],
            ["-k", keys["rsa-2048"], "--boot-record", "SPE", "--vid", "a", "--cid", "b", "--non-bootable", "-L", "0x20000000"],
            ["--confirm", "--align", "32"]]
    for row in rows:
        path = os.path.join(tmp, "info.bin")
        ok, out = theirs("sign", *base, *row, files["raw64"], path)
        assert ok, out
        for form in ("json", "yaml"):
            good, mine, err = ours("dumpinfo", "-f", form, path)
            ok, other = theirs("dumpinfo", "-f", form, path)
            if form == "json":
                same = good and ok and json.loads(mine) == json.loads(other)
            else:
                import yaml
                same = good and ok and yaml.safe_load(mine) == yaml.safe_load(other)
            note(f"dumpinfo -f {form}", same, f"{row}: {err} {mine[:600]} {other[:600]}")


def main():
    tmp = tempfile.mkdtemp(prefix="tug-imgtool-cli-")
    keys = {k: os.path.join(tmp, k + ".pem") for k in [*KEYS, "x25519"]}
    for k, path in keys.items():
        ok, _, err = ours("keygen", "-t", k, "-k", path)
        note("keygen", ok, err)
    files = make_inputs(tmp)
    drawn(tmp, files, keys)
    build_systems(tmp, files, keys)
    elsewhere(tmp, files, keys)
    key_forms(tmp, keys)
    descriptions(tmp, files, keys)
    report(f"tug against imgtool {imgtool_version}, seed {SEED}, {ROWS} drawn rows")


if __name__ == "__main__":
    main()
