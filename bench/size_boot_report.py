#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints text, constants and RAM of the linked boot core per update mode, and its deepest stack, against the limits.

usage: bench/size_boot_report.py FOLDER     (called by bench/size_boot.sh; FOLDER has one folder a mode)
"""
import pathlib
import re
import sys

PARTS = ("boot", "image", "base", "common")
# KB of text of bootutil v2.4.0, without crypto and flash drivers
REFERENCE = {"move": 5.0, "scratch": 5.7, "direct-xip": None, "overwrite": 3.1, "overwrite-fast": None}
# text + constants of our parts, and stack below tug_boot_go, octets
LIMIT = {"move": 11900, "scratch": 13800, "direct-xip": 10600, "overwrite": 10300, "overwrite-fast": 10200}
STACK_LIMIT = 736
# Calls through pointers, which the compiler's call graph does not show: who calls, and which functions it may reach.
IO_READ, IO_WRITE = ["tug_flash_io_read"], ["tug_flash_io_write"]
HASH = ["bench_hash_init", "bench_hash_update", "bench_hash_final", "bench_hash_abort", "bench_verify"]
DRIVER = ["bench_read", "bench_write", "bench_erase", "bench_sector_at"]
POINTERS = {"image": IO_READ + IO_WRITE + HASH, "common": DRIVER, "boot": IO_READ + ["bench_line", "bench_feed"]}
MODE = {"move": ["move_layout", "move_fits", "move_progress", "move_run", "boot_swap_give_up"],
        "scratch": ["scratch_layout", "scratch_limit", "scratch_fits", "scratch_look", "scratch_run", "scratch_give_up",
                    "scratch_forget", "boot_decide_scratch"],
        "direct-xip": ["xip_go"],
        "overwrite": ["any_layout", "always_fits", "overwrite_slot", "drop_secondary"],
        "overwrite-fast": ["any_layout", "always_fits", "overwrite_image", "drop_secondary"]}


def sections(folder):
    """(part, kind, octets) of every section that was linked, from the map file."""
    text = (folder / "boot.map").read_text()
    text = text[text.index("Linker script and memory map"):]
    for m in re.finditer(r"^ (\.\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", text, re.M):
        name, address, size, origin = m.group(1), int(m.group(2), 16), int(m.group(3), 16), m.group(4)
        kind = name.split(".")[1]
        if kind in ("text", "rodata", "data", "bss") and address and size:
            yield (pathlib.Path(origin).name.split("-")[0] if origin.endswith(".o") else "libc"), kind, size


def call_graph(folder, mode):
    """({function: octets of its frame}, {function: callees}) by the compiler's own figures."""
    frame, calls = {}, {}
    for ci in folder.glob("*.ci"):
        part = ci.name.split("-")[0]
        text = ci.read_text()
        for m in re.finditer(r'node: \{ title: "([^"]+)" label: "[^"]*?\\n(\d+) bytes', text):
            frame[m.group(1).split(":")[-1]] = int(m.group(2))
        for m in re.finditer(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text):
            who, whom = (g.split(":")[-1] for g in m.groups())
            targets = {whom}
            if whom == "__indirect_call":
                targets = set(POINTERS.get(part, ()))
                # only the order of events calls a mode, and no mode calls it back
                if part == "boot" and ci.name.startswith("boot-boot"):
                    targets |= set(MODE[mode])
            calls.setdefault(who, set()).update(targets)
    return frame, calls


def deepest(frame, calls, name, path=()):
    """Octets and functions of the deepest call path from `name`."""
    if name in path:
        sys.exit(f"size-boot: recursion: {' > '.join(path)} > {name}")
    below = max((deepest(frame, calls, c, path + (name,)) for c in calls.get(name, ())), default=(0, []))
    return frame.get(name, 0) + below[0], [name] + below[1]


def main():
    over = False
    print(f"{'mode':<16}{'text':>7}{'rodata':>8}{'ram':>7}{'stack':>7}   by part (text + rodata); bootutil's text")
    paths = []
    for mode, limit in LIMIT.items():
        folder = pathlib.Path(sys.argv[1]) / mode
        sums = dict.fromkeys(("text", "rodata", "data", "bss"), 0)
        part_rom = dict.fromkeys(PARTS, 0)
        ram = 0
        for part, kind, size in sections(folder):
            ram += size if kind in ("data", "bss") else 0
            if part in PARTS:
                sums[kind] += size
                part_rom[part] += size
        depth, path = deepest(*call_graph(folder, mode), "tug_boot_go")
        paths.append(f"  {mode}: {' > '.join(path)}")
        rom = sums["text"] + sums["rodata"]
        by_part = ", ".join(f"{p} {part_rom[p]}" for p in PARTS)
        reference = f"{REFERENCE[mode]} KB" if REFERENCE[mode] else "-"
        print(f"{mode:<16}{sums['text']:>7}{sums['rodata']:>8}{ram:>7}{depth:>7}   {by_part}; {reference}")
        if sums["data"] or sums["bss"]:
            print(f"size-boot: {mode}: the core has {sums['data'] + sums['bss']} octets of mutable data", file=sys.stderr)
            over = True
        if rom > limit or not 0 < depth <= STACK_LIMIT:
            print(f"size-boot: {mode} is over the limit of {limit} octets or {STACK_LIMIT} of stack", file=sys.stderr)
            over = True
    print("octets; ram = context and dummy registers; stack = deepest path below tug_boot_go, dummy drivers included:")
    print("\n".join(paths))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
