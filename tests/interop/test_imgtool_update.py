# SPDX-License-Identifier: Apache-2.0
"""Images signed by the real imgtool update the virtual device, for every kind of key; wrong files are refused by name."""
import json
import os
import tempfile
import zipfile

from peers import IMGTOOL, TUG, digest, image_list, need, run, tug, vdev

need(IMGTOOL, "imgtool")
KINDS = ("ecdsa-p256", "rsa-2048", "rsa-3072", "ed25519")
SLOT = ("-H", "0x200", "--pad-header", "-S", "0x38000", "--align", "4")


def key(folder, kind, name):
    priv, pub = os.path.join(folder, f"{name}.pem"), os.path.join(folder, f"{name}.pub.pem")
    run(IMGTOOL, "keygen", "-k", priv, "-t", kind)
    with open(pub, "w", encoding="utf-8") as f:
        f.write(run(IMGTOOL, "getpub", "-k", priv, "-e", "pem"))
    return priv, pub


def sign(folder, name, version, priv, *more, size=40000):
    raw, out = os.path.join(folder, name + ".bin"), os.path.join(folder, name + ".signed.bin")
    with open(raw, "wb") as f:
        f.write(bytes((i * 7 + len(name)) & 0xff for i in range(size)))
    run(IMGTOOL, "sign", *(("-k", priv) if priv else ()), "-v", version, *SLOT, *more, raw, out)
    return out


def outcome(url, *args, ok):
    """The last line of an update as JSON."""
    return json.loads(tug(url, "--json", "update", *args, ok=ok).strip().split("\n")[-1])["outcome"]


def by_kind(kind):
    with tempfile.TemporaryDirectory() as d:
        priv, pub = key(d, kind, "right")
        wrong, _ = key(d, kind, "wrong")
        old, new = sign(d, "old", "1.0.0", priv), sign(d, "new", "2.0.0", priv)
        foreign = sign(d, "foreign", "3.0.0", wrong)
        for bootloader in ("swap-move", "overwrite"):
            with vdev("--profile", "nrf52833", "--bootloader", bootloader, "--primary", old, "--key", pub, host="127.0.0.40") as device:
                url = device.url
                assert outcome(url, "--key", pub, new, ok=(0,)) == "swapped"
                assert image_list(url)[0]["hash"] == digest(new)
                # with --key a wrong signature is refused before the first octet; without it the bootloader refuses it
                tug(url, "update", "--key", pub, foreign, ok=(4,))
                assert image_list(url)[0]["hash"] == digest(new) and image_list(url).get(1, {}).get("hash") != digest(foreign)
                assert outcome(url, foreign, ok=(1,)) == "rejected"
                after = image_list(url)[0]
                assert after["hash"] == digest(new) and after["active"] and after["confirmed"], after
        print(f"passed: {kind}")


def wrong_files():
    with tempfile.TemporaryDirectory() as d:
        priv, pub = key(d, "ecdsa-p256", "right")
        old, new = sign(d, "old", "1.0.0", priv), sign(d, "new", "2.0.0", priv)
        unsigned = sign(d, "unsigned", "2.0.0", None)
        cut, package = os.path.join(d, "cut.bin"), os.path.join(d, "dfu_application.zip")
        with open(new, "rb") as f, open(cut, "wb") as g:
            g.write(f.read()[:30000])
        with zipfile.ZipFile(package, "w") as z:
            z.write(new, "app_update.bin")
            z.writestr("manifest.json", "{}")
        with vdev("--profile", "nrf52833", "--primary", old, "--key", pub, host="127.0.0.40") as device:
            for path, word in ((cut, "cut"), (package, "app_update.bin"), (os.path.join(d, "new.bin"), "sign")):
                log = os.path.join(d, "frames.log")
                text = run(TUG, "-d", device.url, "--json", "--log", log, "update", path, ok=(4,))
                print(text)
                sent = os.path.exists(log) and any(" > " in line for line in open(log, encoding="utf-8"))
                assert not sent, f"{path}: something was sent"
                r = run("sh", "-c", f'exec "$0" -d "$1" update "$2" 2>&1', TUG, device.url, path, ok=(4,))
                assert word in r, f"{path}: no word of '{word}' in {r}"
            tug(device.url, "update", "--key", pub, unsigned, ok=(4,))
            assert outcome(device.url, unsigned, ok=(1,)) == "failed"  # not sent
            assert outcome(device.url, "--allow-unsigned", unsigned, ok=(1,)) == "rejected"
            assert image_list(device.url)[0]["hash"] == digest(old)
        print("passed: truncated, package, unsigned, without header")


for k in KINDS:
    by_kind(k)
wrong_files()
