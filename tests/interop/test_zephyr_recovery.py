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
        # of its buffers, not how often it was asked.
        deadline = time.monotonic() + 60
        while True:
            out = tug(url, "--timeout", "500ms", "--retries", "2", "--json", "os", "params", ok=(0, 1, 3))
            if out and json.loads(out).get("buf_count") == entry["recovery_buf_count"]:
                break
            if time.monotonic() > deadline:
                raise AssertionError("the device did not enter recovery within 60 s")
        assert json.loads(out)["buf_size"] == entry["recovery_buf_size"], out
        tug(url, "os", "echo", "hello", ok=(1,))
        listed = json.loads(tug(url, "--json", "image", "list"))["images"]
        assert listed and listed[0]["slot"] == 0, listed
        new = os.path.join(d, "app.signed.bin")
        shutil.copy(os.path.join(SERVERS, path.replace(".hex", ".signed.bin")), new)
        tug(url, "image", "upload", new, timeout=800)
        print(f"passed: MCUboot recovery, {config}")


scenario("serial_recovery", "")
scenario("serial_recovery_raw", "?framing=raw")
