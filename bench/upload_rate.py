#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Upload rates of tug, smpmgr and mcumgrctl over the same emulated links, as fractions of what each link can carry.

Every cell starts a fresh virtual device and a relay (bench/relay.c) that shapes the link and takes the time from the
first upload request to the last answer, so that start-up times of the programs do not count. After every upload the
device is asked for its image list: a rate counts only when the image arrived whole.
"""
import argparse
import collections
import hashlib
import json
import os
import platform
import random
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UDP_FRAME = 1472  # an Ethernet frame without IPv4 and UDP headers
CONSOLE = 93 / 127  # octets of a frame that a full console line carries, per octet of the line

Link = collections.namedtuple("Link", "name rate delay interval per_interval buf_size buf_count size")
# rate in octets/s (10 bits an octet on a UART), delay one way and interval in us; BLE: 4 packets of 244 octets an event
LINKS = [
    Link("ideal", 0, 0, 0, 0, 2475, 4, 400000),
    Link("115200 baud", 11520, 0, 0, 0, 2475, 4, 100000),
    Link("115200 baud, 384 x 4", 11520, 0, 0, 0, 384, 4, 100000),
    Link("1 Mbaud", 100000, 0, 0, 0, 2475, 4, 400000),
    Link("BLE-like, 11.25 ms", 0, 0, 11250, 976, 2475, 4, 400000),
    Link("50 ms round trip", 0, 25000, 0, 0, 2475, 4, 400000),
]


def say(text):
    print(text, file=sys.stderr, flush=True)


def frame_size(link, carrier):
    """Largest request frame the device and the carrier take."""
    if carrier == "pty":
        return link.buf_size - 4
    return link.buf_size if link.interval else min(link.buf_size, UDP_FRAME)


def can_carry(link, carrier):
    """Octets of frames per second: the wire's rate less the carrier's framing, and what buf_count lets fly. None = no limit."""
    wire = link.rate or (link.per_interval * 1e6 / link.interval if link.interval else None)
    if wire and carrier == "pty":
        wire *= CONSOLE
    if not link.delay:
        return wire
    # A frame needs at least the round trip; buf_count - 1 of them may be on their way. BLE events are no round trip.
    frame = frame_size(link, carrier)
    window = (link.buf_count - 1) * frame / (2 * link.delay / 1e6 + (frame / wire if wire else 0))
    return min(wire, window) if wire else window


def make_image(path, size, seed):
    """A valid MCUboot image without signature: header, body, digest TLV. Result: its digest in hex."""
    body = random.Random(seed).randbytes(size - 32 - 40)
    image = struct.pack("<IIHHIIBBHII", 0x96F3B83D, 0, 32, 0, len(body), 0, 1, 2, 3, 4, 0) + body
    digest = hashlib.sha256(image).digest()
    image += struct.pack("<HHHH", 0x6907, 40, 0x10, 32) + digest
    with open(path, "wb") as f:
        f.write(image)
    return digest.hex()


class Background:
    """A program that says "ready ..." and runs until its standard input ends or it is told to stop."""

    def __init__(self, cmd, log):
        self.log = open(log, "w+", encoding="utf-8", errors="replace")
        self.p = subprocess.Popen(cmd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = select.select([self.p.stdout], [], [], 10)[0]
        self.ready = self.p.stdout.readline() if ready else ""
        if not self.ready.startswith("ready"):
            self.stop()
            with open(log, encoding="utf-8", errors="replace") as f:
                sys.exit(f"upload_rate: {cmd[0]} did not get ready:\n{f.read()[-2000:]}")

    def stop(self, gently=False):
        if not gently:
            self.p.terminate()
        try:
            out, _ = self.p.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.p.kill()
            out, _ = self.p.communicate()
        self.log.close()
        return out


class Bench:
    def __init__(self, args):
        self.args = args
        self.tmp = tempfile.TemporaryDirectory(prefix="tug-bench-")
        self.host = 9

    def path(self, name):
        return os.path.join(self.tmp.name, name)

    def command(self, client, link, carrier, at, image):
        frame = frame_size(link, carrier)
        if client == "tug":
            url = f"udp:{at}:1337" if carrier == "udp" else f"serial:{at}"
            return [self.args.tug, "-d", url, "--timeout", "10s", "image", "upload", image]
        if client == "smpmgr":
            # told how long a console frame may be, or it stops at two lines; 95 leaves room for its rounding
            lines = ["--line-length", "128", "--line-buffers", str(link.buf_size // 95)]
            to = ["--ip", at, "--mtu", str(frame + 28)] if carrier == "udp" else ["--port", at, *lines]
            return [self.args.smpmgr, "--timeout", "10", *to, "image", "upload", image]
        to = ["--udp", f"{at}:1337", "--smp-frame-size", str(frame)] if carrier == "udp" else ["--serial", at]
        return [self.args.mcumgrctl, "--timeout", "10000", "--quiet", *to, "image", "upload", image]

    def relay(self, link, carrier, ready):
        udp = re.search(r"udp:(\S+)", ready).group(1)
        tty = re.search(r"serial:(\S+)", ready).group(1)
        shape = []
        for name, value in (("--rate", link.rate), ("--delay", link.delay), ("--interval", link.interval),
                            ("--per-interval", link.per_interval)):
            shape += [name, str(value)] if value else []
        # smpmgr knows only port 1337: each device gets an address of its own
        self.host = self.host % 250 + 1
        at = f"127.0.0.{self.host}" if carrier == "udp" else self.path("tty")
        ends = ["udp", f"{at}:1337", udp] if carrier == "udp" else ["pty", at, tty]
        return at, udp, Background([self.args.relay, *ends, *shape], self.path("relay.log"))

    def arrived(self, udp, digest):
        r = subprocess.run([self.args.tug, "-d", f"udp:{udp}", "--json", "image", "list"], capture_output=True, text=True,
                           timeout=60, check=False)
        if r.returncode:
            return False
        return any(i["hash"] == digest and i["slot"] == 1 for i in json.loads(r.stdout)["images"])

    def upload(self, client, link, carrier):
        """One upload. Result: (octets/s, report of the relay, seconds of the whole command), or a sentence why not."""
        image = self.path("image.bin")
        digest = make_image(image, link.size, self.args.seed)
        device = Background([self.args.tug, "vdev", "--udp", "127.0.0.1:0", "--pty", "--profile", "nrf52840", "--state", "fresh",
                             "--buf-size", str(link.buf_size), "--buf-count", str(link.buf_count)], self.path("vdev.log"))
        at, udp, relay = self.relay(link, carrier, device.ready)
        start = time.monotonic()
        try:
            r = subprocess.run(self.command(client, link, carrier, at, image), stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, errors="replace", timeout=self.args.limit, check=False)
            failed = f"exit {r.returncode}: {(r.stderr or r.stdout).strip()[-300:]}" if r.returncode else ""
        except subprocess.TimeoutExpired:
            failed = f"not done after {self.args.limit} s"
        took = time.monotonic() - start
        if not failed and not self.arrived(udp, digest):
            failed = "said done, but the image is not in slot 1"
        report = json.loads(relay.stop(gently=True) or "{}")
        device.stop()
        if failed:
            return failed
        if not report.get("seconds"):
            return "the relay saw no upload"
        return link.size / report["seconds"], report, took

    def cell(self, client, link, carrier):
        """Median of several uploads; slow links are measured once."""
        runs = []
        for _ in range(self.args.repeat):
            r = self.upload(client, link, carrier)
            if isinstance(r, str):
                say(f"  {client}: {r}")
                return r
            runs.append(r)
            if r[1]["seconds"] > 5:
                break
        runs.sort(key=lambda r: r[0])
        return statistics.median_low([r[0] for r in runs]), *runs[(len(runs) - 1) // 2][1:]


def shown(result, carry):
    if result is None:
        return "not run"
    if isinstance(result, str):
        return "failed"
    rate, report, _ = result
    share = f" ({rate / carry:.2f})" if carry else ""
    return f"{rate / 1000:.1f}{share}, {report['in_flight']} x {report['largest']}"


def judge(results, carry):
    """What is wrong with tug's result, "" = nothing. Two per cent are noise of the clock and the machine."""
    tug = results["tug"]
    if tug is None or isinstance(tug, str):
        return "no result"
    peers = [r[0] for c, r in results.items() if c != "tug" and r and not isinstance(r, str)]
    if carry and tug[0] / carry < 0.9:
        return "below 0.9"
    if peers and tug[0] < 0.98 * max(peers):
        return "below a peer"
    return ""


def versions(args):
    def ask(path, *cmd):
        r = subprocess.run([path, *cmd], capture_output=True, text=True, check=False)
        return r.stdout.strip().split("\n")[0]
    out = [ask(args.tug, "--version")]
    out.append("smpmgr " + ask(args.smpmgr, "--version").split()[-1] if args.smpmgr else "smpmgr not installed")
    out.append(ask(args.mcumgrctl, "--version") if args.mcumgrctl else "mcumgrctl not installed")
    return ", ".join(out)


def table(rows, args):
    lines = ["| link | carrier | can carry | tug | smpmgr | mcumgrctl | |", "|---|---|---:|---|---|---|---|"]
    for link, carrier, carry, results in rows:
        cells = [shown(results[c], carry) for c in ("tug", "smpmgr", "mcumgrctl")]
        lines.append(f"| {link.name} | {carrier} | {f'{carry / 1000:.1f}' if carry else 'no limit'} | " + " | ".join(cells) +
                     f" | {judge(results, carry) or 'ok'} |")
    short = [r for r in rows if judge(r[3], r[2])]
    lines += ["", f"kB/s (fraction of what the link can carry), requests in flight x octets of the largest request. {versions(args)}; "
              f"{platform.machine()}, {os.cpu_count()} cores.", f"{len(rows)} cells, {len(short)} short of the aim."]
    return lines


def find_peer(name, path):
    if os.access(path, os.X_OK):
        return path
    say(f"upload_rate: {name} IS MISSING, its column stays empty; tools/bootstrap interop installs it into build/")
    return None


def write_doc(path, lines):
    """Put the table between the marks of the document."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    begin, end = "<!-- upload_rate -->\n", "<!-- end -->"
    head, rest = text.split(begin)
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + begin + "\n".join(lines) + "\n" + end + rest.split(end, 1)[1])


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--tug", default=os.path.join(ROOT, "build/release/src/cli/tug"))
    p.add_argument("--relay", default=os.path.join(ROOT, "build/release/bench/bench_relay"))
    p.add_argument("--smpmgr", default=os.path.join(ROOT, "build/venv-peers/bin/smpmgr"))
    p.add_argument("--mcumgrctl", default=os.path.join(ROOT, "build/peers/bin/mcumgrctl"))
    p.add_argument("--links", default="", help="only links whose name contains this")
    p.add_argument("--carriers", default="udp,pty")
    p.add_argument("--clients", default="tug,smpmgr,mcumgrctl")
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--limit", type=int, default=120, help="seconds that one upload may take")
    p.add_argument("--seed", type=int, default=1, help="of the image's content")
    p.add_argument("--write", metavar="FILE", help="put the table into this document too")
    args = p.parse_args()
    args.smpmgr = find_peer("smpmgr", args.smpmgr)
    args.mcumgrctl = find_peer("mcumgrctl", args.mcumgrctl)
    try:
        # all programs alike: other work on the machine must not look like a slow link
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        say("upload_rate: not allowed to run at real-time priority; other work on this machine will show in the rates")
    bench = Bench(args)
    rows = []
    for link in LINKS:
        if args.links not in link.name:
            continue
        for carrier in args.carriers.split(","):
            say(f"{link.name}, {carrier}")
            results = {c: bench.cell(c, link, carrier) if getattr(args, c) and c in args.clients.split(",") else None
                       for c in ("tug", "smpmgr", "mcumgrctl")}
            rows.append((link, carrier, can_carry(link, carrier), results))
    lines = table(rows, args)
    print("\n".join(lines))
    if args.write:
        write_doc(args.write, lines)
    return 0 if all(r[3]["tug"] and not isinstance(r[3]["tug"], str) for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
