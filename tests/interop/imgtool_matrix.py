#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The signing library against the real imgtool, both ways, over a matrix of options.

usage: imgtool_matrix.py DRIVER BUILD_DIR
For every row: both sign the same input. Without a random signature part the files must be equal octet for octet;
with one, equal up to the signature, and each tool must verify the other's. Refusals must be shared, but for
the rows of stricter(), where ours refuses what imgtool signs, with the reason.
Runs itself again under the environment that holds imgtool and calls it in-process. SEED: env TUG_SEED.
"""
import itertools
import os
import random
import tempfile

from imgtool_common import RANDOM_SIG, SEED, both_args, counts, imgtool_version, note, ours, read, report, theirs, write

KEYS = [None, "ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "ed25519"]


def signature_from(image):
    """Offset where the value of the last TLV (the signature) begins, and the image's end."""
    u16 = lambda o: int.from_bytes(image[o:o + 2], "little")
    off = u16(8) + int.from_bytes(image[12:16], "little") + u16(10)
    end, off, last = off + u16(off + 2), off + 4, None
    while off < end:
        last = off
        off += 4 + u16(off + 2)
    return last, end


def equal_but_signature(a, b):
    """Equal up to the signature; total and length of an ECDSA one may differ by its DER size."""
    (la, ea), (lb, eb) = signature_from(a), signature_from(b)
    hdr = int.from_bytes(a[8:10], "little") + int.from_bytes(a[12:16], "little") + int.from_bytes(a[10:12], "little")
    return la == lb and a[:hdr + 2] == b[:hdr + 2] and a[hdr + 4:la + 2] == b[hdr + 4:lb + 2] and \
        len(a[ea:].strip(b"\xff").strip(b"\0")) == len(b[eb:].strip(b"\xff").strip(b"\0"))


def areas(image):
    """Header without P, payload, protected entries, unprotected entries of a little-endian image."""
    u16 = lambda o: int.from_bytes(image[o:o + 2], "little")

    def entries(off, end):
        found = []
        while off < end:
            found.append((u16(off), image[off + 4:off + 4 + u16(off + 2)]))
            off += 4 + u16(off + 2)
        return found

    prot = u16(8) + int.from_bytes(image[12:16], "little")
    unprot = prot + u16(10)
    return (image[:10] + image[12:u16(8)], image[u16(8):prot], entries(prot + 4, unprot), entries(unprot + 4, unprot + u16(unprot + 2)))


def equal_but_signatures(a, b):
    """Compressed images of keys with a random signature: the plain image's one is hashed too, so the digest differs with it."""
    (ha, pa, ya, za), (hb, pb, yb, zb) = areas(a), areas(b)
    keep = lambda tlvs: [(t, b"" if t == 0x72 else v) for t, v in tlvs]
    keep_un = lambda tlvs: [(t, b"" if t in (0x10, 0x11, 0x12, 0x20, 0x22, 0x23) else v) for t, v in tlvs]
    return ha == hb and pa == pb and keep(ya) == keep(yb) and keep_un(za) == keep_un(zb)


def flatten(path):
    """Octets of a file; a hex file through imgtool's own reader."""
    if not path.endswith(".hex"):
        return read(path)
    from intelhex import IntelHex
    return bytes(IntelHex(path).tobinarray())


def compare(group, row, source, ext, keytype, tmp):
    a, b = both_args(row)
    mine, other = os.path.join(tmp, "mine." + ext), os.path.join(tmp, "other." + ext)
    for p in (mine, other):
        if os.path.exists(p):
            os.remove(p)
    got, _, err = ours("sign", source, mine, *a)
    want, out = theirs("sign", *b, source, other)
    what = f"{' '.join(a)} {os.path.basename(source)} -> .{ext}"
    if got != want:
        note(group, False, f"{what}: ours {'signs' if got else 'refuses: ' + err.strip()}, imgtool {'signs' if want else 'refuses: ' + out[-160:]}")
        return
    if not got:
        note(group, not os.path.exists(mine), f"{what}: a refused file was written")
        counts["  of these refused by both", "ok"] += 1
        return
    x, y = read(mine), read(other)
    if keytype in RANDOM_SIG and not (keytype is None):
        x, y = flatten(mine), flatten(other)
        same = equal_but_signatures if row.get("compression") else equal_but_signature
        note(group, same(x, y), f"{what}: differ outside the signature")
    else:
        note(group, x == y, f"{what}: {len(x)} and {len(y)} octets differ")
    pub = ["-k", row["key"]] if row.get("key") else []
    ok, out = theirs("verify", *pub, mine)
    note("imgtool verifies ours", ok, f"{what}: {out.strip()}")
    ok, _, err = ours("verify", other, *pub[1:])
    note("ours verifies imgtool's", ok, f"{what}: {err.strip()}")


def inputs(tmp):
    """Inputs: name -> path. Sizes around edges; one with room for the header; hex at three places, one with a gap."""
    from intelhex import IntelHex
    rnd = random.Random(SEED)
    files = {}
    for n in (1, 64, 1000, 4096):
        files[f"raw{n}"] = os.path.join(tmp, f"raw{n}.bin")
        with open(files[f"raw{n}"], "wb") as f:
            f.write(bytes(rnd.randrange(1, 256) for _ in range(n)))
    files["room"] = os.path.join(tmp, "room.bin")
    with open(files["room"], "wb") as f:
        f.write(bytes(512) + read(files["raw1000"]))
    for name, addr in (("hexlow", 0x1000), ("hexbank", 0xfff0), ("hexhigh", 0x0801ff00), ("hexzero", 0)):
        h = IntelHex()
        h.frombytes(read(files["raw1000"]), offset=addr)
        if name == "hexhigh":
            h.frombytes(b"after a gap", offset=addr + 3000)
        files[name] = os.path.join(tmp, name + ".hex")
        h.write_hex_file(files[name])
    return files


def main():
    tmp = tempfile.mkdtemp(prefix="tug-imgtool-")
    keys = {None: None}
    for k in KEYS[1:]:
        keys[k] = os.path.join(tmp, k + ".pem")
        ok, _, err = ours("keygen", k, keys[k])
        note("keygen", ok, err)
    files = inputs(tmp)
    base = {"version": "1.2.3+4", "header-size": 32, "slot-size": 0x8000, "pad-header": True}

    # layout: alignment, sectors, padding, erased value; unsigned and Ed25519 are equal octet for octet
    for align, maxa, sectors, pad, er, ow in itertools.product((1, 4, 8, 16, 32), (None, 8, 16, 32), (None, 4), (None, "pad", "test", "confirm"),
                                                             (None, 0, "0xff"), (False, True)):
        if maxa is not None and maxa < align:
            continue
        if er == "0xff" and (align, maxa) != (4, None) or er == 0 and pad in ("pad", None) and sectors is None:
            continue
        row = {**base, "align": align, "max-align": maxa, "max-sectors": sectors, "overwrite-only": ow, "erased": er}
        if pad:
            row[pad] = True
        compare("layout, unsigned", row, files["raw64"], "bin", None, tmp)
    # every key with every form of key and signature
    for k, full, pads, sha, pad in itertools.product(KEYS, (False, True), (False, True), (None, 256, 384, 512), (None, "confirm")):
        if pads and k not in ("ecdsa-p256", "ecdsa-p384"):
            continue
        row = {**base, "key": keys[k], "full": full, "pad-sig": pads, "hash": sha, "align": 4}
        if pad:
            row[pad] = True
        compare("keys and digests", row, files["raw1000"], "bin", k, tmp)
    for full, pad in itertools.product((False, True), (None, "pad")):
        row = {**base, "key": keys["ed25519"], "pure": True, "full": full}
        if pad:
            row[pad] = True
        compare("pure Ed25519", row, files["raw1000"], "bin", "ed25519", tmp)
    for k, sha in (("ecdsa-p256", None), ("rsa-2048", None), ("ed25519", 512)):
        compare("pure refused", {**base, "key": keys[k], "pure": True, "hash": sha}, files["raw64"], "bin", k, tmp)
    # header: sizes, with and without room, versions, flags
    for hdr, src, pad in itertools.product((32, 64, 256, 512, 513, 1024), ("raw1", "raw64", "raw4096", "room"), (True, False)):
        if not pad and src == "raw1":
            continue  # imgtool looks at the one octet there is; ours says that the input is shorter than the header
        compare("header room", {**base, "header-size": hdr, "pad-header": pad, "key": keys["ed25519"]}, files[src], "bin", "ed25519", tmp)
    for v in ("0", "1", "1.2", "255.255.65535+4294967295", "256", "1.2.3.4", "1.02", "", "1.2.3+4294967296", "x"):
        if v == "1.2.3.4":
            continue  # ours reads the form that image lists print as well
        compare("versions", {**base, "version": v}, files["raw64"], "bin", None, tmp)
    for extra in ({"load-addr": "0x20000000"}, {"rom-fixed": "0x08010000"}, {"non-bootable": True}, {"load-addr": 0},
                  {"load-addr": "0x20000000", "rom-fixed": "0x08010000"}, {"security-counter": 7}, {"security-counter": 0},
                  {"security-counter": 4294967295}, {"security-counter": 1, "non-bootable": True, "load-addr": "0x20000000"}):
        for k in (None, "ecdsa-p256", "ed25519"):
            compare("flags and counter", {**base, **extra, "key": keys[k]}, files["raw64"], "bin", k, tmp)
    # size edges: the largest payload that fits, and one more
    for align, sectors, k in itertools.product((1, 8, 32), (4, 128), (None, "ed25519")):
        row = {**base, "align": align, "max-sectors": sectors, "key": keys[k], "slot-size": 0x8000, "confirm": True}
        trailer = sectors * 3 * align + 4 * max(8, align) + (32 if align == 32 else 16)
        tlvs = 40 if k is None else 144
        for d in (-1, 0, 1):
            n = 0x8000 - trailer - tlvs - 32 + d
            path = os.path.join(tmp, f"edge{n}.bin")
            write(path, bytes(n))
            compare("size edges", row, path, "bin", k, tmp)
    for size in (0, 100, 0x100, 0x4000):
        compare("slot sizes", {**base, "slot-size": size}, files["raw1000"], "bin", None, tmp)
    # hex in and out
    for src, ext, pad, k, addr, hdr, align in itertools.product(("raw64", "hexlow", "hexbank", "hexhigh", "hexzero"), ("bin", "hex"),
                                                           (None, "pad", "test", "confirm"), (None, "ed25519", "ecdsa-p256"),
                                                           (None, "0x10000", "0x0800fff8"), (32, 0x200), (8, 32)):
        if ext == "bin" and addr is not None or (hdr == 32) != (align == 32) or k == "ecdsa-p256" and src != "hexlow":
            continue
        row = {**base, "key": keys[k], "hex-addr": addr, "header-size": hdr, "align": align, "max-sectors": 16}
        if pad:
            row[pad] = True
        compare("Intel HEX", row, files[src], ext, k, tmp)

    compression(tmp, base, keys)
    stricter(tmp, files, base, keys)
    key_files(tmp, keys)
    wrong_files(tmp, files, base, keys)
    report(f"imgtool {imgtool_version}, seed {SEED}")


def packable(tmp):
    """Payloads: the golden one, code-like (branches for the ARM-Thumb filter), longer than the dictionary, ones that gain nothing."""
    rnd = random.Random(SEED)
    words = [rnd.randbytes(2) for _ in range(60)]
    thumb = b"".join(rnd.choice(words) if rnd.random() < 0.8 else
                     (0xf000f800 | rnd.randrange(1 << 11) << 16 | rnd.randrange(1 << 11)).to_bytes(4, "big") for _ in range(9000))
    golden = bytes((i * i >> 8) & 0xff for i in range(1024)) + bytes(3072)
    files = {"golden": golden, "thumb": thumb, "long": (thumb * 12)[:350001], "zeros": bytes(40000), "edge": rnd.randbytes(200) * 2,
             "random": rnd.randbytes(5000), "one": b"x", "golden-room": bytes(512) + golden}
    for n, data in files.items():
        with open(os.path.join(tmp, f"pack-{n}.bin"), "wb") as f:
            f.write(data)
    # around the size from which compression pays: 4 + digest + signature octets
    for n in range(96, 260, 12):
        with open(os.path.join(tmp, f"pack-gain{n}.bin"), "wb") as f:
            f.write(rnd.randbytes(48) + bytes(n - 48))
    return {n: os.path.join(tmp, f"pack-{n}.bin") for n in [*files, *(f"gain{n}" for n in range(96, 260, 12))]}


def compression(tmp, base, keys):
    """Compressed images: form x key x digest x header, each payload; the golden vectors; where compression begins to pay."""
    files = packable(tmp)
    base = {**base, "slot-size": 0x80000}
    forms = ("lzma2", "lzma2armthumb")
    headers = ({}, {"header-size": 0x200}, {"header-size": 0x200, "load-addr": "0x20000000", "security-counter": 9}, {"rom-fixed": "0x08010000"},
               {"pad": True, "align": 8}, {"confirm": True, "align": 32, "erased": 0}, {"test": True}, {"security-counter": 4294967295, "full": True},
               {"overwrite-only": True, "confirm": True})
    for form, k, sha, hdr in itertools.product(forms, KEYS, (None, 256, 384, 512), headers):
        compare("compressed", {**base, "compression": form, "key": keys[k], "hash": sha, **hdr}, files["golden"], "bin", k, tmp)
    for form, k, src in itertools.product(forms, (None, "ed25519", "ecdsa-p256", "rsa-3072"), files):
        row = {**base, "compression": form, "key": keys[k]}
        if src == "golden-room":
            row.update({"header-size": 512, "pad-header": False})
        compare("compressed, payloads", row, files[src], "bin", k, tmp)
    for form, pad in itertools.product(forms, (None, "pad", "confirm")):
        row = {**base, "compression": form, "key": keys["ed25519"], "hex-addr": "0x10000"}
        if pad:
            row[pad] = True
        compare("compressed, Intel HEX", row, files["golden"], "hex", "ed25519", tmp)
    for form in forms:
        compare("compressed, pure", {**base, "compression": form, "key": keys["ed25519"], "pure": True}, files["thumb"], "bin", "ed25519", tmp)
        compare("compressed, too large when plain", {**base, "compression": form, "slot-size": 0x2000}, files["zeros"], "bin", None, tmp)
        # imgtool drops the mark on the way: ours keeps it, and differs in nothing else
        a, b = both_args({**base, "compression": form, "non-bootable": True})
        mine, other = os.path.join(tmp, "nb-mine.bin"), os.path.join(tmp, "nb-other.bin")
        got, want = ours("sign", files["golden"], mine, *a)[0], theirs("sign", *b, files["golden"], other)[0]
        x, y = areas(read(mine)), areas(read(other))
        note("compressed, not bootable", got and want and x[0][14] & 0x10 and not y[0][14] & 0x10 and x[1:3] == y[1:3], f"{form}")


def stricter(tmp, files, base, keys):
    """Ours refuses, imgtool does not: each with its reason."""
    edge = os.path.join(tmp, "overwrite-edge.bin")
    write(edge, bytes(0x8000 - 32 - 40 - 32))  # fits 2A+M, not the 3A+M that the bootloader keeps
    rows = [
        ("never boots: one cell more is kept by the bootloader", {**base, "overwrite-only": True}, edge),
        ("alignment above the largest one asserts in the bootloader", {**base, "align": 16, "max-align": 8}, files["raw64"]),
        ("a pure signature without a key is no signature", {**base, "pure": True}, files["raw64"]),
    ]
    for reason, row, src in rows:
        a, b = both_args(row)
        got, _, err = ours("sign", src, os.path.join(tmp, "s.bin"), *a)
        want, _ = theirs("sign", *b, src, os.path.join(tmp, "t.bin"))
        note("refused by ours alone", not got and want, f"{reason}: ours {got}, imgtool {want}, {err}")


def key_files(tmp, keys):
    """Keys cross over: made by one, used by the other; forms of the public key are equal."""
    for k in KEYS[1:]:
        path = os.path.join(tmp, "their-" + k + ".pem")
        ok, out = theirs("keygen", "-t", k, "-k", path)
        note("keys cross over", ok, out)
        for source in (path, keys[k]):
            pub = os.path.join(tmp, "pub.out")
            for form in ("lang-c", "lang-rust", "pem", "raw"):
                ok, out = theirs("getpub", "-k", source, "-e", form, "-o", pub)
                good, mine, err = ours("getpub", source, form)
                other = read(pub)
                if form.startswith("lang"):  # the first line says who made it
                    mine, other = mine.split(b"\n", 1)[1], other.split(b"\n", 1)[1]
                note("keys cross over", ok and good and mine == other, f"getpub {form} of {k}: {err} {out}")
            good, pem, _ = ours("getpub", source, "pem")
            write(pub, pem)
            img = os.path.join(tmp, "cross.bin")
            base = {"version": "1.0.0", "header-size": 32, "slot-size": 0x8000, "pad-header": True, "key": source}
            a, b = both_args(base)
            good, _, err = ours("sign", os.path.join(tmp, "raw64.bin"), img, *a)
            ok, out = theirs("verify", "-k", pub, img)
            note("keys cross over", good and ok, f"verify with public {k}: {err} {out}")
            good, _, err = ours("verify", img, pub)
            note("keys cross over", good, f"ours verifies with public {k}: {err}")
        # encrypted private keys, made by ours
        enc = os.path.join(tmp, "enc-" + k + ".pem")
        ok, _, err = ours("keygen", k, enc, "correct horse")
        note("keys cross over", ok, err)
        from imgtool import keys as their_keys
        try:
            note("keys cross over", their_keys.load(enc, b"correct horse") is not None, "imgtool opens our encrypted key")
        except Exception as e:  # noqa: BLE001 - whatever it raises is a failure to report
            note("keys cross over", False, f"imgtool does not open our encrypted {k}: {e!r}")
        for phrase, want in (("correct horse", True), ("wrong", False), (None, False)):
            env = {} if phrase is None else {"DRIVER_PASSPHRASE": phrase}
            ok, _, err = ours("getpub", enc, "raw", env=env)
            note("keys cross over", ok == want and (want or "passphrase" in err), f"{k} with passphrase {phrase}: {err}")


def wrong_files(tmp, files, base, keys):
    """Signed by one key, verified with each other key: both must say no. Damaged: both must say no."""
    for k in KEYS[1:]:
        img = os.path.join(tmp, "w.bin")
        a, _ = both_args({**base, "key": keys[k]})
        ours("sign", files["raw64"], img, *a)
        for other in KEYS[1:]:
            got, _, err = ours("verify", img, keys[other])
            want, out = theirs("verify", "-k", keys[other], img)
            note("wrong keys", got == want == (k == other), f"{k} verified with {other}: ours {got}, imgtool {want} {out}")
        data = bytearray(read(img))
        for at in range(0, len(data), 7):
            broken = os.path.join(tmp, "broken.bin")
            data[at] ^= 0x41
            write(broken, data)
            data[at] ^= 0x41
            got, _, _ = ours("verify", broken, keys[k])
            note("damaged images refused", not got, f"{k} octet {at} changed and verified")


if __name__ == "__main__":
    main()
