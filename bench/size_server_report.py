#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints ROM and RAM of the linked server by part, and its deepest stack, and holds them against the limits.

usage: bench/size_server_report.py PLAIN_FOLDER LTO_FOLDER     (called by bench/size_server.sh)
"""
import pathlib
import re
import subprocess
import sys

# What the reference counts: the rest (flash map, image and trailer format, base64, memcpy) lies elsewhere there.
COUNTED = ("server", "smp", "zcbor")
REFERENCE = "reference: Zephyr 3.4, SMP core + UART framing + OS + IMG + zcbor: ROM 12390 (12.1 KB), RAM 5222 (5.1 KB)"
ROM_LIMIT, RAM_LIMIT, STACK_LIMIT = 9728, 1600, 800
# Calls through pointers, which the compiler's call graph does not show.
INDIRECT = {"run": ["os_echo", "tug_srv_os_reset", "tug_srv_os_params", "os_info", "os_bootloader", "state_read",
                    "state_write", "tug_srv_img_upload", "img_erase", "slot_info"]}


def sections(folder):
    """(part, kind, octets) of every section that was linked, from the map file."""
    text = (folder / "server.map").read_text()
    text = text[text.index("Linker script and memory map"):]
    for m in re.finditer(r"^ (\.\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", text, re.M):
        name, address, size, origin = m.group(1), int(m.group(2), 16), int(m.group(3), 16), m.group(4)
        kind = {"text": "rom", "rodata": "rom", "data": "data", "bss": "bss"}.get(name.split(".")[1])
        if kind is not None and address != 0 and size != 0:
            yield (pathlib.Path(origin).name.split("-")[0] if origin.endswith(".o") else "libc"), kind, size


def call_graph(folder):
    """({function: octets of its frame}, {function: callees}) by the compiler's own figures."""
    frame, calls = {}, {}
    for ci in folder.glob("*.ci"):
        text = ci.read_text()
        for m in re.finditer(r'node: \{ title: "([^"]+)" label: "[^"]*?\\n(\d+) bytes', text):
            frame[m.group(1).split(":")[-1]] = int(m.group(2))
        for m in re.finditer(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text):
            calls.setdefault(m.group(1).split(":")[-1], set()).add(m.group(2).split(":")[-1])
    for who, whom in INDIRECT.items():
        calls.setdefault(who, set()).update(whom)
    # where `run` was inlined, its caller makes the indirect calls
    if "run" not in frame:
        calls.setdefault("tug_server_step", set()).update(INDIRECT["run"])
    return frame, calls


def stack(folder):
    """Deepest call path from tug_server_step: octets and functions."""
    frame, calls = call_graph(folder)

    def deepest(name, path):
        if name in path:
            return 0, []
        best = (0, [])
        for callee in calls.get(name, ()):
            best = max(best, deepest(callee, path | {name}))
        return frame.get(name, 0) + best[0], [name] + best[1]

    return deepest("tug_server_step", frozenset())


def linked(folder):
    """ROM and RAM of a linked program."""
    out = subprocess.run(["arm-none-eabi-size", str(folder / "server.elf")], capture_output=True, text=True, check=True)
    text, data, bss = (int(x) for x in out.stdout.splitlines()[1].split()[:3])
    return text + data, data + bss


def main():
    plain, lto = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    table = {}
    for part, kind, size in sections(plain):
        table.setdefault(part, {"rom": 0, "data": 0, "bss": 0})[kind] += size
    rom = {part: t["rom"] + t["data"] for part, t in table.items()}
    for part in sorted(table, key=lambda p: (p not in COUNTED, p)):
        note = {"bench": "dummy drivers, buffers of 384 octets, contexts", "libc": "memcpy and friends"}.get(part, "")
        print(f"{part:<10}{rom[part]:>8}{table[part]['data'] + table[part]['bss']:>8}  {note}")
    counted = sum(rom[p] for p in COUNTED)
    ram = linked(plain)[1]
    depth, path = stack(plain)
    print(f"{'compare':<10}{counted:>8}{ram:>8}  {' + '.join(COUNTED)}; limits {ROM_LIMIT} and {RAM_LIMIT}")
    print(f"{'linked':<10}{linked(plain)[0]:>8}{ram:>8}  everything; with -flto {linked(lto)[0]}")
    print(f"stack: {depth} octets at most below tug_server_step; limit {STACK_LIMIT}\n  {' > '.join(path)}")
    print(REFERENCE)
    if counted > ROM_LIMIT or ram > RAM_LIMIT or not 0 < depth <= STACK_LIMIT:
        print("size-server: over the limit", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
