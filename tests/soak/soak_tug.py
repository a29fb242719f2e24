#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real processes: `tug update` against `tug vdev DIR`, the device killed with -9 at random moments, started again each
time; it must answer, run one of the two images, and the update called again must end with exit 0 and the new one
confirmed. Usage: soak_tug.py TUG [KILLS]; TUG_SEED replays the moments."""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

TUG = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 6
SEED = int(os.environ.get("TUG_SEED", time.time_ns() % 1000000007))


def tug(*args, timeout=120):
    return subprocess.run([TUG, *args], capture_output=True, text=True, timeout=timeout)


def start(folder, port, *more):
    cmd = [TUG, "vdev", "--profile", "tiny", "--udp", str(port), *more, folder]
    dev = subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = dev.stdout.readline()
    if not line.startswith("ready udp:"):
        sys.exit(f"BROKEN: the device does not start ({line!r}); TUG_SEED={SEED}")
    return dev, line.split()[1]


def end(dev):
    dev.kill()
    dev.wait()
    dev.stdout.close()


def listed(url):
    out = tug("-d", url, "--json", "image", "list")
    if out.returncode != 0:
        sys.exit(f"BROKEN: no list: {out.stderr}; TUG_SEED={SEED}")
    return json.loads(out.stdout)["images"]


def active(url):
    return [i for i in listed(url) if i.get("active")][0]


def one(work, number, dice):
    folder = os.path.join(work, f"dev{number}")
    dev, url = start(folder, 0, "--state", "fresh", "--primary", f"{work}/old.bin", "--boot-time", "30")
    port = url.rsplit(":", 1)[1]
    old = active(url)["hash"]
    update = subprocess.Popen([TUG, "-d", url, "--timeout", "500ms", "update", "--allow-unsigned", f"{work}/new.bin", "--wait", "3s"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(dice.random() * 0.9)  # the random moment itself
    end(dev)
    dev, url = start(folder, port)
    update.wait(timeout=120)
    new = active(url)
    if new["hash"] != old and new["version"] != "2.0.0":
        sys.exit(f"BROKEN: neither image runs: {new}; TUG_SEED={SEED}")
    again = tug("-d", url, "update", "--allow-unsigned", f"{work}/new.bin")
    if again.returncode != 0:
        sys.exit(f"BROKEN: the update does not go on: {again.stdout}{again.stderr}; TUG_SEED={SEED}")
    end(dev)
    dev, url = start(folder, port)
    now = active(url)
    if now["version"] != "2.0.0" or not now["confirmed"]:
        sys.exit(f"BROKEN: the new image is not there after another kill: {now}; TUG_SEED={SEED}")
    end(dev)
    shutil.rmtree(folder)


def main():
    dice = random.Random(SEED)
    work = tempfile.mkdtemp(prefix="tug-soak-")
    print(f"soak_tug: {KILLS} kills, TUG_SEED={SEED}", flush=True)
    for name, version, size in (("old", "1.0.0", 20000), ("new", "2.0.0", 30000)):
        raw = os.path.join(work, name + ".raw")
        with open(raw, "wb") as f:
            f.write(dice.randbytes(size))
        made = tug("file", "sign", "--version", version, "--header-size", "512", "--pad-header", "--align", "4",
                   "--slot-size", "0xc000", raw, os.path.join(work, name + ".bin"))
        if made.returncode != 0:
            sys.exit(f"cannot sign: {made.stderr}")
    for i in range(KILLS):
        one(work, i, dice)
    shutil.rmtree(work)
    print("soak_tug: every device came up and every update ended confirmed")


main()
