#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one fault after another in a copy of src/boot and runs the power-cut sweep: each has to be found.

usage: mutate.py BUILD_DIR [NUMBER...]
Exit status: 0 every fault was found, 1 one was not, 2 a fault could not be made (the text it replaces is gone).
"""
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
from mutants import MUTANTS  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BOOT = os.path.join(ROOT, "src", "boot")
HANGS_S = (120, 300, 900)  # each a multiple of what the sweep takes; a fault that loops counts as found
# Short sweeps first: most faults are found by the first one. The last ones are all of it, and noise with many seeds.
SWEEPS = (("move:test:1k-w8:",), (":512-w4-long-trailer:",), ("",), ("", "--seeds", "12"))


def commands(build):
    """How the build compiles the boot core and links the sweep."""
    out = subprocess.run(["ninja", "-C", build, "-t", "compdb"], capture_output=True, text=True, check=True).stdout
    table = json.loads(out)
    objects, link = {}, None
    for row in table:
        if os.path.dirname(os.path.realpath(os.path.join(build, row["file"]))) == os.path.realpath(BOOT):
            objects[os.path.basename(row["file"])] = shlex.split(row["command"])
        if row.get("output", "").endswith("tests/powerloss"):
            link = row["command"]
    if not objects or link is None:
        sys.exit(f"{build}: knows no src/boot or no powerloss; build the target 'powerloss' first")
    return objects, link


def compile_one(command, source, target, build):
    cmd = list(command)
    cmd[cmd.index("-o") + 1] = target
    cmd[cmd.index("-c") + 1] = source
    if "-MF" in cmd:
        cmd[cmd.index("-MF") + 1] = target + ".d"
    cmd += ["-Wno-error", "-w", "-I", BOOT]
    return subprocess.run(cmd, cwd=build, capture_output=True, text=True)


def link(command, archive, own, target, build):
    """The link as the build does it, with our archive in the place of the boot core's."""
    text = command.split("&&")[1] if command.lstrip().startswith(":") else command
    words = [own if w.endswith(archive) else w for w in shlex.split(text)]
    words[words.index("-o") + 1] = target
    return subprocess.run(words, cwd=build, capture_output=True, text=True)


def find(program):
    """The first failure of the sweep, or None."""
    for nth, (only, *more) in enumerate(SWEEPS):
        start = time.monotonic()
        try:
            r = subprocess.run([program, "--first", "--only", only, *more], capture_output=True, text=True,
                               timeout=HANGS_S[min(nth, 2)])
        except subprocess.TimeoutExpired:
            return f"does not end: {only or 'all'}"
        if r.returncode != 0:
            said = [ln for ln in r.stderr.split("\n") if ln.startswith("FAILED")]
            return said[0] if said else f"exit {r.returncode} after {time.monotonic() - start:.0f} s"
    return None


def build_with(build, objects, link_cmd, name, text, folder):
    """The sweep with `text` in the place of the boot core's file `name`. Returns (program, error)."""
    source, archive, program = (os.path.join(folder, n) for n in (name, "libtug_boot.a", "powerloss"))
    with open(source, "w", encoding="utf-8") as f:
        f.write(text)
    made = compile_one(objects[name], source, os.path.join(folder, name + ".o"), build)
    if made.returncode != 0:
        return None, "does not compile: " + made.stderr.strip()[:400]
    shutil.copy(os.path.join(build, "src/boot/libtug_boot.a"), archive)
    subprocess.run(["ar", "r", archive, os.path.join(folder, name + ".o")], check=True, capture_output=True)
    made = link(link_cmd, "src/boot/libtug_boot.a", archive, program, build)
    if made.returncode != 0:
        return None, "does not link: " + made.stderr.strip()[:400]
    return program, None


def read(name):
    with open(os.path.join(BOOT, name), encoding="utf-8") as f:
        return f.read()


def try_one(build, objects, link_cmd, number):
    name, _, old, new = MUTANTS[number]
    text = read(name)
    if text.count(old) != 1:
        return number, "stale", f"the text occurs {text.count(old)} times in {name}"
    with tempfile.TemporaryDirectory(prefix="mutant-") as d:
        program, error = build_with(build, objects, link_cmd, name, text.replace(old, new), d)
        if error:
            return number, "stale", error
        found = find(program)
        return number, "found" if found else "MISSED", found or "the whole sweep passes"


def control(build, objects, link_cmd, names):
    """Without a fault nothing may be found: else every fault would be."""
    for name in names:
        with tempfile.TemporaryDirectory(prefix="mutant-") as d:
            program, error = build_with(build, objects, link_cmd, name, read(name), d)
            if error is None:
                r = subprocess.run([program, "--first", "--only", "1k-w8:"], capture_output=True, text=True, timeout=HANGS_S[1])
                error = f"the sweep fails: {r.stderr[:400]}" if r.returncode else None
            if error:
                sys.exit(f"{name} as it is: {error}; build 'powerloss' anew")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = os.path.abspath(sys.argv[1])
    objects, link_cmd = commands(build)
    wanted = [int(n) for n in sys.argv[2:]] or list(range(len(MUTANTS)))
    control(build, objects, link_cmd, sorted({MUTANTS[n][0] for n in wanted}))
    results = {"found": 0, "MISSED": 0, "stale": 0}
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for number, result, text in pool.map(lambda n: try_one(build, objects, link_cmd, n), wanted):
            results[result] += 1
            print(f"{number:3} {result:6} {MUTANTS[number][0]}: {MUTANTS[number][1]}\n           {text}", flush=True)
    print(f"{results['found']} of {len(wanted)} faults found, {results['MISSED']} missed, {results['stale']} could not be made")
    return 2 if results["stale"] else 1 if results["MISSED"] else 0


if __name__ == "__main__":
    sys.exit(main())
