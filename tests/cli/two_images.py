# SPDX-License-Identifier: Apache-2.0
"""A device with two images behind one SMP server on UDP: what the virtual device, which has one, cannot show.

Swaps on reset, takes an unconfirmed image back, logs every mark, reset and confirm in order. SMP version 2, legacy errors.
"""
import socket
import struct
import threading


def encode(v):
    def head(major, n):
        for code, fmt, limit in ((24, "B", 1 << 8), (25, "H", 1 << 16), (26, "I", 1 << 32)):
            if n < 24:
                return bytes([major << 5 | n])
            if n < limit:
                return bytes([major << 5 | code]) + struct.pack(">" + fmt, n)
        raise ValueError(n)
    if isinstance(v, bool):
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(encode, v))
    return head(5, len(v)) + b"".join(encode(k) + encode(x) for k, x in v.items())


def decode(b, at=0):
    """Result: value, offset behind it."""
    major, n = b[at] >> 5, b[at] & 31
    at += 1
    if n == 31:
        out = []
        while b[at] != 0xff:
            x, at = decode(b, at)
            out.append(x)
        at += 1
        return (dict(zip(out[::2], out[1::2])) if major == 5 else out), at
    if major == 7:
        return {20: False, 21: True}.get(n), at
    if n >= 24:
        size = 1 << (n - 24)
        n, at = int.from_bytes(b[at:at + size], "big"), at + size
    if major == 0:
        return n, at
    if major in (2, 3):
        return (b[at:at + n] if major == 2 else b[at:at + n].decode()), at + n
    out = []
    for _ in range(n * (2 if major == 5 else 1)):
        x, at = decode(b, at)
        out.append(x)
    return (dict(zip(out[::2], out[1::2])) if major == 5 else out), at


class Slot:
    """An image in its slot, with the mark that was put on it."""

    def __init__(self, data):
        hdr, prot, size = struct.unpack_from("<HHI", data, 8)
        major, minor, rev = struct.unpack_from("<BBH", data, 20)
        at = hdr + size
        self.hash = b""
        end = at + prot
        if prot == 0:
            end = at
        total = struct.unpack_from("<HH", data, end)[1]
        p = end + 4
        while p < end + total:
            kind, n = struct.unpack_from("<HH", data, p)
            if kind == 0x10:
                self.hash = data[p + 4:p + 4 + n]
            p += 4 + n
        self.version = f"{major}.{minor}.{rev}"
        self.pending = self.permanent = False


class TwoImages:
    """Image 0 and 1, each with the file given in its slot 0. `refuse` = an image whose bootloader erases what comes."""

    def __init__(self, first, second, refuse=None):
        self.slots = {(0, 0): Slot(first), (0, 1): None, (1, 0): Slot(second), (1, 1): None}
        self.confirmed = {0: True, 1: True}
        self.refuse, self.log, self.part = refuse, [], {}
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.url = "udp:127.0.0.1:%d" % self.sock.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"", self.sock.getsockname())
        self.thread.join()
        self.sock.close()

    def serve(self):
        while True:
            frame, peer = self.sock.recvfrom(65536)
            if not frame:
                return
            op, _, _, group, seq, cmd = struct.unpack_from(">BBHHBB", frame)
            body = decode(frame, 8)[0] if len(frame) > 8 else {}
            answer = encode(self.answer(group, cmd, op & 7, body))
            self.sock.sendto(struct.pack(">BBHHBB", op | 1, 0, len(answer), group, seq, cmd) + answer, peer)

    def answer(self, group, cmd, op, body):
        if (group, cmd) == (0, 0):
            return {"r": body.get("d", "")}
        if (group, cmd, op) == (0, 5, 2):
            return self.reset()
        if (group, cmd) == (1, 0):
            return self.state_write(body) if op == 2 else self.state()
        if (group, cmd, op) == (1, 1, 2):
            return self.upload(body)
        if (group, cmd, op) == (1, 5, 2):
            self.slots[divmod(body.get("slot", 1), 2)] = None
            return {}
        return {"rc": 8}

    def state(self):
        out = []
        for (image, slot), s in sorted(self.slots.items()):
            if s is not None:
                out.append({"image": image, "slot": slot, "version": s.version, "hash": s.hash, "bootable": True,
                            "pending": s.pending, "confirmed": slot == 0 and self.confirmed[image], "active": slot == 0,
                            "permanent": s.permanent})
                if slot == 1 and not self.confirmed[image]:
                    out[-1]["confirmed"] = True  # what a reset goes back to
        return {"images": out}

    def state_write(self, body):
        for (image, slot), s in self.slots.items():
            if s is None or s.hash != body.get("hash", self.slots[0, 0].hash):
                continue
            if slot == 0:
                self.confirmed[image] = True
                self.log.append(("confirm", image))
            else:
                s.pending, s.permanent = True, bool(body.get("confirm"))
                self.log.append(("permanent" if s.permanent else "test", image))
            return self.state()
        return {"rc": 3}

    def upload(self, body):
        if body["off"] == 0:
            image = body.get("image", 0)
            self.part = {"image": image, "len": body["len"], "data": b""}
            self.log.append(("upload", image))
        if body["off"] == len(self.part["data"]):
            self.part["data"] += body["data"]
        if len(self.part["data"]) == self.part["len"]:
            self.slots[self.part["image"], 1] = Slot(self.part["data"])
        return {"off": len(self.part["data"])}

    def reset(self):
        self.log.append(("reset",))
        for image in (0, 1):
            new, old = self.slots[image, 1], self.slots[image, 0]
            if new is not None and new.pending and image == self.refuse:
                self.slots[image, 1] = None
            elif new is not None and (new.pending or not self.confirmed[image]):
                self.slots[image, 0], self.slots[image, 1] = new, old
                self.confirmed[image] = new.permanent or not new.pending
                new.pending = new.permanent = False
        return {}
