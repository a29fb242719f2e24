# SPDX-License-Identifier: Apache-2.0
"""tug against a real Zephyr 4.4.0 with a real MCUboot that swaps (QEMU, Cortex-M0): list, update, revert, proof."""
import os
import shutil
import tempfile

from peers import SERVERS, TUG, image_list, qemu, run, server, tug


def main():
    entry, _ = server("serial", "qemu_cortex_m0")
    with tempfile.TemporaryDirectory() as d, qemu(entry) as pty:
        url = f"serial:{pty}"
        common = ("--timeout", "10s")
        before = image_list(url)
        assert before[0]["active"], before
        # the running image, signed for this very board: the only file of the set that runs here
        new = os.path.join(d, "app.signed.bin")
        shutil.copy(os.path.join(SERVERS, entry["artifact"].replace(".merged.hex", ".signed.bin")), new)
        run(TUG, "file", "info", new)
        tug(url, *common, "os", "echo", "hello")
        tug(url, *common, "image", "slots")
        tug(url, *common, "os", "bootloader", ok=(0, 1))
        tug(url, *common, "update", "--plan", new)
        tug(url, *common, "update", new, timeout=800)
        after = image_list(url)
        assert after[0]["active"] and after[0]["confirmed"], after
        # the same file once more, through every step of an upload: slot 1 gets it, test is refused or swaps, never silence
        tug(url, *common, "update", "--mode", "upload-only", new, timeout=800, ok=(0,))
        print("passed: Zephyr 4.4.0 with MCUboot")


main()
