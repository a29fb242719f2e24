#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What signing and verifying an image cost beyond hashing it.

usage: sign.py TUG [MIB]
Times `tug file sign` and `tug file verify` of a MIB (16) MiB image against `openssl dgst -sha256` of the same file: the best of
the rounds, whole processes. Without a key first (what is left is reading, hashing, writing), then with every kind of key.
Memory is the largest resident set, of an image of 1 MiB and of the large one: what grows with the image shows. TMPDIR says
where the files lie: on a disk, writing them is part of the time.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

TUG = os.path.abspath(sys.argv[1])
MIB = int(sys.argv[2]) if len(sys.argv) > 2 else 16
ROUNDS = int(os.environ.get("TUG_ROUNDS", "15"))
KEYS = [None, "ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048", "rsa-3072"]


def run(argv):
    """Wall time in milliseconds of one process."""
    start = time.perf_counter()
    r = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    took = (time.perf_counter() - start) * 1000
    if r.returncode != 0:
        sys.exit(f"{argv} failed: {r.stderr.decode(errors='replace')}")
    return took


def best(*commands):
    """The best of the rounds for each; in turn, so that a busy machine is busy for all of them."""
    times = []
    for _ in range(ROUNDS):
        times.append([])
        for argv in commands:
            if "sign" in argv and os.path.exists(argv[-1]):  # giving back what the last round wrote is no part of signing
                os.unlink(argv[-1])
            times[-1].append(run(argv))
    return [min(column) for column in zip(*times)]


def memory(argv):
    """Largest resident set in KiB, as the kernel last told before the process was gone; the largest of three runs."""
    most = 0
    for _ in range(3):
        p = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        while p.poll() is None:
            try:
                with open(f"/proc/{p.pid}/status", encoding="ascii") as f:
                    text = f.read()
            except OSError:
                break
            if os.path.basename(TUG)[:15] == text.split(None, 2)[1]:  # not this program before it became the other
                most = max([most, *(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM"))])
        p.wait()
    return most


def main():
    openssl = shutil.which("openssl") or sys.exit("openssl is not there")
    tmp = tempfile.mkdtemp(prefix="tug-bench-sign-")
    try:
        measure(openssl, tmp)
    finally:
        shutil.rmtree(tmp)


def measure(openssl, tmp):
    raw, small, out = (os.path.join(tmp, n) for n in ("raw.bin", "small.bin", "out.bin"))
    for path, size in ((raw, MIB << 20), (small, 1 << 20)):
        with open(path, "wb") as f:
            f.write(os.urandom(1 << 20) * (size >> 20))
    base = [TUG, "file", "sign", "-q", "-H", "32", "--pad-header", "-S", "0", "-v", "1.0.0"]
    print(f"image of {MIB} MiB, best of {ROUNDS}, against openssl dgst of the digest that the key wants")
    print(f"{'key':<12} {'openssl ms':>10} {'sign ms':>8} {'ratio':>6} {'verify ms':>10} {'ratio':>6}   {'KiB, 1 MiB image':>17} {f'KiB, {MIB} MiB':>12}")
    for kind in KEYS:
        key, digest = [], "-sha384" if kind == "ecdsa-p384" else "-sha256"
        if kind:
            pem = os.path.join(tmp, kind + ".pem")
            run([TUG, "file", "keygen", "-q", "-t", kind, "-k", pem])
            key = ["-k", pem]
        low = memory([*base, *key, small, out])
        high = max(memory([*base, *key, raw, out]), memory([TUG, "file", "verify", *key, out]))
        hashing, sign, verify = best([openssl, "dgst", digest, raw], [*base, *key, raw, out], [TUG, "file", "verify", *key, out])
        print(f"{kind or 'none':<12} {hashing:>10.1f} {sign:>8.1f} {sign / hashing:>6.2f} {verify:>10.1f} {verify / hashing:>6.2f}   {low:>17} {high:>12}")


if __name__ == "__main__":
    main()
