# SPDX-License-Identifier: Apache-2.0
"""tug against MCUboot's real serial recovery (QEMU, mps2), console lines and raw UART."""
import json
import os
import shutil
import tempfile
import time

from peers import SERVERS, qemu, server, tug


def scenario(config, suffix):
    entry, path = server(config, "mps2_an385")
    with tempfile.TemporaryDirectory() as d, qemu(entry) as pty:
        url = f"serial:{pty}{suffix}"
        tug(url, "os", "echo", "hello")
        # into the bootloader: it answers params with its own buffer, and no echo
        tug(url, "os", "reset", "--boot-mode", "1")
        # The application answers first and resets a moment later: what says that the bootloader answers is the number
        # of its buffers, not how often it was asked. A raw receiver that lost an octet finds its step again only in
        # three seconds of silence: no question comes sooner than four seconds after one that got no answer.
        deadline = time.monotonic() + 120
        while True:
            out = tug(url, "--timeout", "4s", "--retries", "0", "--json", "os", "params", ok=(0, 1, 3))
            if out and json.loads(out).get("buf_count") == entry["recovery_buf_count"]:
                break
            if time.monotonic() > deadline:
                raise AssertionError("the device did not enter recovery within 120 s")
        assert json.loads(out)["buf_size"] == entry["recovery_buf_size"], out
        tug(url, "os", "echo", "hello", ok=(1,))
        listed = json.loads(tug(url, "--json", "image", "list"))["images"]
        assert listed and listed[0]["slot"] == 0, listed
        if suffix:
            # Raw frames have no CRC and the emulated UART loses octets when the machine is busy, each of which costs a
            # whole upload: here the frames go both ways only, the upload is the other scenario's.
            for _ in range(20):
                assert json.loads(tug(url, "--json", "image", "list"))["images"] == listed
        else:
            new = os.path.join(d, "app.signed.bin")
            shutil.copy(os.path.join(SERVERS, path.replace(".hex", ".signed.bin")), new)
            tug(url, "image", "upload", new, timeout=800)
        print(f"passed: MCUboot recovery, {config}")


scenario("serial_recovery", "")
scenario("serial_recovery_raw", "?framing=raw")
