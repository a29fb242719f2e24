#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Encrypted images: the library and the real imgtool, both ways, and a third reader of what both made.

usage: imgtool_encrypt.py DRIVER BUILD_DIR
The rows are scheme x length of the key x HMAC x signature x clear x padding, with size, header and the rest drawn (SEED: env
TUG_SEED). Keys and streams are random, so octets cannot be compared: each file is opened here with python's cryptography by the
format's description, and must hold the input, with the same header, TLVs and length from both tools; the library must decrypt
imgtool's to the same octets, and what it decrypted must be an image that imgtool verifies.
"""
import hashlib
import itertools
import os
import random
import tempfile

from imgtool_common import SEED, both_args, imgtool_version, note, ours, read, report, theirs, write

from cryptography.hazmat.primitives import hashes, hmac, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ENC = {"rsa-2048": 0x30, "aes-kw": 0x31, "ecdsa-p256": 0x32, "x25519": 0x33}
FAMILY = {None: ["x25519", "ecdsa-p256", "rsa-2048"], "ed25519": ["x25519", "ecdsa-p256", "rsa-2048"], "ecdsa-p256": ["ecdsa-p256"],
          "rsa-2048": ["rsa-2048"], "rsa-3072": ["rsa-2048"]}
SHAS = {0x10: "sha256", 0x11: "sha384", 0x12: "sha512"}


# ---- the third reader -------------------------------------------------------------------------------------------

def u(b, o, n):
    return int.from_bytes(b[o:o + n], "little")


def layout(image):
    """H, I, P, the end of the TLVs, and the entries of both areas."""
    h, i, p = u(image, 8, 2), u(image, 12, 4), u(image, 10, 2)
    off, tlvs = h + i, []
    for _ in range(2 if p else 1):
        end, off = off + u(image, off + 2, 2), off + 4
        while off < end:
            tlvs.append((u(image, off, 2), image[off + 4:off + 4 + u(image, off + 2, 2)]))
            off += 4 + u(image, off + 2, 2)
    return h, i, p, off, tlvs


def ctr(key, data):
    c = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return c.update(data) + c.finalize()


def unwrap(kind, private, value, klen):
    if kind == 0x30:
        return private.decrypt(value, padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None))
    if kind == 0x31:
        return keywrap.aes_key_unwrap(private, value)
    n, sha = (65, hashes.SHA256()) if kind == 0x32 else (32, hashes.SHA256() if kind == 0x33 else hashes.SHA512())
    if kind == 0x32:
        secret = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), value[:n]))
    else:
        secret = private.exchange(x25519.X25519PublicKey.from_public_bytes(value[:n]))
    assert len(value) == n + sha.digest_size + klen, "length of the wrapped key"
    okm = HKDF(algorithm=sha, length=klen + sha.digest_size, salt=None, info=b"MCUBoot_ECIES_v1").derive(secret)
    mac = hmac.HMAC(okm[klen:], sha)
    mac.update(value[n + sha.digest_size:])
    mac.verify(value[n:n + sha.digest_size])
    return ctr(okm[:klen], value[n + sha.digest_size:])


def open_image(image, kind, private, clear):
    """The plain payload, checked against the digest."""
    h, i, p, _, tlvs = layout(image)
    flags = u(image, 16, 4) & 0xc
    assert flags in (4, 8), "flags"
    value = [v for t, v in tlvs if t == kind]
    assert len(value) == 1 and tlvs[-1][0] == kind, "one wrapped key, at the end"
    key = unwrap(kind, private, value[0], 16 if flags == 4 else 32)
    assert len(key) == (16 if flags == 4 else 32), "length of the key"
    plain = image[h:h + i] if clear else ctr(key, image[h:h + i])
    digest = [(SHAS[t], v) for t, v in tlvs if t in SHAS][0]
    assert hashlib.new(digest[0], image[:h] + plain + image[h + i:h + i + p]).digest() == digest[1], "digest"
    return plain


# ---- rows -------------------------------------------------------------------------------------------------------

def check_file(who, what, path, source, kind, private, clear):
    """Open it with the third reader: the input, and zeros up to 16."""
    image = read(path)
    try:
        plain = open_image(image, kind, private, clear)
    except Exception as e:  # noqa: BLE001 - whatever goes wrong is the finding
        note(f"third reader, {who}", False, f"{what}: {e!r}")
        return None
    rest = plain[len(source):]
    note(f"third reader, {who}", plain[:len(source)] == source and len(rest) < 16 and not rest.strip(b"\0"), f"{what}: payload")
    note(f"third reader, {who}", (u(image, 8, 2) + len(plain)) % 16 == 0, f"{what}: padding")
    return plain


def decrypted(what, path, plain, private_path, sign_key, clear, tmp):
    out = os.path.join(tmp, "plain.bin")
    if os.path.exists(out):
        os.remove(out)
    image = read(path)
    h, i = u(image, 8, 2), u(image, 12, 4)
    ok, _, err = ours("decrypt", path, out, private_path)
    if clear:
        note("decrypt leaves --clear alone", not ok and "in the clear already" in err and not os.path.exists(out), f"{what}: {err}")
    elif note("decrypt, the image", ok and read(out) == image[:h] + plain + image[h + i:], f"{what}: {err}"):
        ok, said = theirs("verify", *(["-k", sign_key] if sign_key else []), out)
        note("imgtool verifies what was decrypted", ok, f"{what}: {said.strip()}")
        ok, _, err = ours("decrypt", path, out, private_path, "payload")
        note("decrypt, the payload", ok and read(out) == plain, f"{what}: {err}")
    words = [sign_key] if sign_key else []
    ok, _, err = ours("verify-plain", path, private_path, *words)
    note("verify with the key", ok, f"{what}: {err}")
    ok, _, err = ours("verify", path, *words)
    note("verify without the key", ok == clear and (clear or "encrypted" in err), f"{what}: {err}")


def one(row, source, enc, kind, keys, privates, clear, tmp):
    a, b = both_args(row)
    files = {"ours": os.path.join(tmp, "mine.bin"), "imgtool's": os.path.join(tmp, "other.bin")}
    what = f"{' '.join(a)} {os.path.basename(source)}"
    got, _, err = ours("sign", source, files["ours"], *a)
    want, out = theirs("sign", *b, source, files["imgtool's"])
    if not note("both encrypt", got and want, f"{what}: ours {got} {err}, imgtool {want} {out[-160:]}"):
        return
    plains = [check_file(who, what, p, read(source), kind, privates[enc], clear) for who, p in files.items()]
    if None in plains:
        return
    x, y = (read(p) for p in files.values())
    same = layout(x)[:3] == layout(y)[:3] and x[:layout(x)[0]] == y[:layout(y)[0]] and plains[0] == plains[1]
    types = [[(t, len(v) if t != 0x22 else 0) for t, v in layout(f)[4]] for f in (x, y)]
    note("the same header, payload, TLVs", same and types[0] == types[1], f"{what}: {types}")
    if len(x) == row.get("slot-size"):
        note("the same trailer", len(x) == len(y) and x[-64:] == y[-64:], what)
    for p, plain in zip(files.values(), plains):
        decrypted(what, p, plain, keys[enc], row.get("key"), clear, tmp)


def rows(tmp, keys, privates):
    rnd = random.Random(SEED)
    sources = {n: write(os.path.join(tmp, f"in{n}.bin"), bytes(rnd.randrange(1, 256) for _ in range(n))) for n in (1, 61, 64, 1000, 70001)}
    for sign, enc, klen, hmac_sha, clear, pad in itertools.product(FAMILY, ["x25519", "ecdsa-p256", "rsa-2048"], (None, 128, 256),
                                                                 (None, 256, 512), (False, True), (None, "pad", "confirm")):
        if enc not in FAMILY[sign] or hmac_sha == 512 and enc == "ecdsa-p256" or hmac_sha and enc == "rsa-2048":
            continue
        if rnd.random() < 0.6 and (sign, klen, clear, pad) != ("ed25519", 256, False, None):
            continue
        row = {"version": "1.2.3+4", "header-size": rnd.choice([32, 64, 512, 1024]), "slot-size": 0x20000, "pad-header": True,
               "key": keys[sign] if sign else None, "encrypt": keys[rnd.choice([enc, enc + ".pub"])], "encrypt-keylen": klen,
               "hmac-sha": hmac_sha, "clear": clear, "save-enctlv": rnd.random() < 0.3, "align": rnd.choice([1, 4, 8, 16, 32]), "max-sectors": 32,
               "security-counter": rnd.choice([None, 7])}
        if sign == "ed25519":
            row.update(rnd.choice([{}, {"hash": 512}, {"pure": True}]))
        if pad:
            row[pad] = True
        kind = 0x34 if enc == "x25519" and hmac_sha == 512 else ENC[enc]
        one(row, sources[rnd.choice(list(sources))], enc, kind, keys, privates, clear, tmp)


def compressed(tmp, keys, privates):
    """Compressed, then padded, then encrypted: the same stream, header and protected TLVs from both."""
    source = write(os.path.join(tmp, "packs.bin"), bytes((i * i >> 8) & 0xff if i < 1024 else 0 for i in range(4096)))
    for form, enc, klen, sign in itertools.product(("lzma2", "lzma2armthumb"), ("x25519", "ecdsa-p256", "rsa-2048"), (128, 256), (None, "ed25519")):
        row = {"version": "1.2.3+4", "header-size": 32, "slot-size": 0x8000, "pad-header": True, "key": keys[sign] if sign else None,
               "encrypt": keys[enc + ".pub"], "encrypt-keylen": klen, "compression": form}
        what, paths = f"{form} {enc} {klen} {sign}", [os.path.join(tmp, n) for n in ("cmine.bin", "cother.bin")]
        got, _, err = ours("sign", source, paths[0], *both_args(row)[0])
        want, said = theirs("sign", *both_args(row)[1], source, paths[1])
        if not note("compressed and encrypted", got and want, f"{what}: {err} {said[-120:]}"):
            continue
        x, y = (read(p) for p in paths)
        plains = [open_image(f, ENC[enc], privates[enc], False) for f in (x, y)]
        h, i, p, _, tlvs = layout(x)
        note("compressed and encrypted", plains[0] == plains[1] and x[:h] == y[:h] and x[h + i:h + i + p] == y[h + i:h + i + p], f"{what}: differ")
        size = [int.from_bytes(v, "little") for t, v in tlvs if t == 0x73]
        note("compressed and encrypted", len(size) == 1 and 0 <= i - size[0] < 16, f"{what}: COMP_DEC_SIZE {size} of {i}")
        out = os.path.join(tmp, "cplain.bin")
        for path in paths:
            ok, _, err = ours("decrypt", path, out, keys[enc], "payload")
            note("compressed and encrypted", ok and read(out) == plains[0], f"{what}: {err}")
            ok, _, err = ours("verify-plain", path, keys[enc], *([row["key"]] if sign else []))
            note("compressed and encrypted", ok, f"{what}: verify {err}")


def key_wrap(tmp, keys, privates, sources):
    """imgtool cannot make it; ours is held against RFC 3394 by the third reader."""
    for n, form, sign in itertools.product((16, 32), ("raw", "base64"), (None, "ed25519")):
        kek = os.urandom(n)
        path = write(os.path.join(tmp, "kek"), kek if form == "raw" else __import__("base64").b64encode(kek) + b"\n")
        out = os.path.join(tmp, "kw.bin")
        row = {"version": "1.0.0", "header-size": 32, "slot-size": 0x20000, "pad-header": True, "encrypt": path, "key": keys[sign] if sign else None}
        ok, _, err = ours("sign", sources, out, *both_args(row)[0])
        if note("key wrap", ok, err):
            plain = check_file("ours", "key wrap", out, read(sources), 0x31, kek, False)
            decrypted("key wrap", out, plain, path, row["key"], False, tmp)
        ok, _, err = ours("sign", sources, out, *both_args({**row, "encrypt-keylen": 384 - 8 * n})[0])
        note("key wrap", not ok and "leave --encrypt-keylen out" in err, err)


def refusals(tmp, keys, source):
    """Kinds that do not go together: refused by both; where imgtool makes what nobody can open, by ours alone."""
    base = {"version": "1.0.0", "header-size": 32, "slot-size": 0x20000, "pad-header": True}
    out = os.path.join(tmp, "refused.bin")
    for sign, enc, alone in (("ecdsa-p256", "x25519", False), ("rsa-2048", "ecdsa-p256", False), ("rsa-3072", "x25519", False),
                             ("ecdsa-p384", "ecdsa-p256", False), ("ecdsa-p384", "ecdsa-p384", True), (None, "ed25519", True),
                             (None, "ecdsa-p384", True), (None, "rsa-3072", True), ("ed25519", "ed25519", True)):
        row = {**base, "key": keys[sign] if sign else None, "encrypt": keys[enc]}
        got, _, err = ours("sign", source, out, *both_args(row)[0])
        want, said = theirs("sign", *both_args(row)[1], source, out + ".t")
        note("refused by ours alone" if alone else "refused by both", not got and want == alone and not os.path.exists(out) and ";" in err + ";",
             f"{sign} with {enc}: ours {got} {err}, imgtool {want} {said[-120:]}")
    row = {**base, "encrypt": keys["ecdsa-p256"], "hmac-sha": 512}
    got, _, err = ours("sign", source, out, *both_args(row)[0])
    want, _ = theirs("sign", *both_args(row)[1], source, out + ".t")
    note("refused by both", not got and not want and "x25519" in err, err)


def edges(tmp, keys):
    """The largest payload that fits, and 16 octets more: the trailer holds the keys, plain or wrapped."""
    for enc, klen, save, align in itertools.product(("x25519", "ecdsa-p256", "rsa-2048"), (128, 256), (False, True), (1, 32)):
        tlv = {"x25519": 64 + klen // 8, "ecdsa-p256": 97 + klen // 8, "rsa-2048": 256}[enc]
        a = max(8, align)
        up = lambda n: (n + a - 1) // a * a
        trailer = 32 * 3 * align + 4 * a + up(16) + 2 * up(tlv if save else 16)
        room = (0x8000 - trailer - 32 - 40 - 4 - tlv) // 16 * 16
        for n in (room, room + 1):
            row = {"version": "1", "header-size": 32, "slot-size": 0x8000, "pad-header": True, "encrypt": keys[enc], "encrypt-keylen": klen,
                   "save-enctlv": save, "align": align, "max-sectors": 32, "confirm": True}
            source = write(os.path.join(tmp, "edge.bin"), bytes(n))
            out = os.path.join(tmp, "edge.out")
            got, _, err = ours("sign", source, out, *both_args(row)[0])
            want, said = theirs("sign", *both_args(row)[1], source, out + ".t")
            note("size edges", got == want == (n == room), f"{row} {n}: ours {got} {err}, imgtool {want} {said[-120:]}")


def wrong(tmp, keys, source):
    """Wrong key, public half, damage at every seventh octet, files cut off: never written, one sentence each."""
    base = {"version": "1.0.0", "header-size": 32, "slot-size": 0x20000, "pad-header": True}
    img, out = os.path.join(tmp, "wrong.bin"), os.path.join(tmp, "wrong.out")
    for enc in ("x25519", "ecdsa-p256", "rsa-2048"):
        ok, said = theirs("sign", *both_args({**base, "encrypt": keys[enc]})[1], source, img)
        note("wrong input", ok, said)
        ours("keygen", enc, keys[enc] + ".second")
        for key, words in ((keys[enc] + ".second", "another"), (keys[enc + ".pub"], "public one"), (keys["ed25519"], "decrypts no image"),
                           (keys["rsa-2048" if enc != "rsa-2048" else "x25519"], "give the key it was encrypted for")):
            ok, _, err = ours("decrypt", img, out, key)
            note("wrong input", not ok and words in err and err.count("\n") == 0 and not os.path.exists(out), f"{enc} with {key}: {err}")
        data = read(img)
        for at in range(0, len(data), 7):
            ok, _, err = ours("decrypt", write(img + ".d", data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1:]), out, keys[enc])
            note("damage", not ok and err and not os.path.exists(out), f"{enc} octet {at}: {err}")
        for n in (0, 3, 31, 40, len(data) - 300, len(data) - 1):
            ok, _, err = ours("decrypt", write(img + ".d", data[:max(n, 0)]), out, keys[enc])
            note("damage", not ok and err and not os.path.exists(out), f"{enc} cut to {n}: {err}")
        ok, _, err = ours("decrypt", img, os.path.join(tmp, "no/such/folder"), keys[enc])
        note("wrong input", not ok and "cannot write" in err, err)
    ok, _ = theirs("sign", *both_args(base)[1], source, img)
    ok, _, err = ours("decrypt", img, out, keys["x25519"])
    note("wrong input", not ok and "not encrypted" in err, err)


def main():
    tmp = tempfile.mkdtemp(prefix="tug-imgtool-encrypt-")
    keys, privates = {}, {}
    for k in ("x25519", "ecdsa-p256", "rsa-2048", "rsa-3072", "ed25519", "ecdsa-p384"):
        keys[k] = os.path.join(tmp, k + ".pem")
        ok, _, err = ours("keygen", k, keys[k])
        note("keys", ok, err)
        ok, pem, err = ours("getpub", keys[k], "pem")
        note("keys", ok, err)
        keys[k + ".pub"] = write(os.path.join(tmp, k + ".pub.pem"), pem)
        privates[k] = serialization.load_pem_private_key(read(keys[k]), None)
    source = write(os.path.join(tmp, "source.bin"), bytes(range(1, 200)))
    rows(tmp, keys, privates)
    compressed(tmp, keys, privates)
    key_wrap(tmp, keys, privates, source)
    refusals(tmp, keys, source)
    edges(tmp, keys)
    wrong(tmp, keys, source)
    report(f"encrypted images, imgtool {imgtool_version}, seed {SEED}")


if __name__ == "__main__":
    main()
