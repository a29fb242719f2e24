# SPDX-License-Identifier: Apache-2.0
"""tug against a real Zephyr 4.4.0 with a real MCUboot that swaps (QEMU, Cortex-M0): update, trial, revert, proof."""
import os
import tempfile

from peers import SERVERS, TUG, digest, image_list, qemu, run, server, tug

LOG = os.path.join(tempfile.gettempdir(), f"tug-mcuboot-{os.getpid()}.log")
# A request that meets the boot fills the emulated receiver for good: await the application's own line.
STARTED = r"smp_sample: build time[^\n]*\n"
COMMON = ("--timeout", "10s", "--log", LOG)
UPDATE = (*COMMON, "update", "--allow-unsigned")  # this bootloader checks no signature, and the images have none


def variant(folder, original, version):
    """The set's own application, the only code that runs on this board, as another version. Unsigned, as the set's."""
    with open(original, "rb") as f:
        image = f.read()
    header, size = int.from_bytes(image[8:10], "little"), int.from_bytes(image[12:16], "little")
    raw, out = os.path.join(folder, "raw.bin"), os.path.join(folder, f"app-{version}.bin")
    with open(raw, "wb") as f:
        f.write(image[header:header + size])
    run(TUG, "file", "sign", "--version", version, "--header-size", hex(header), "--pad-header", "--slot-size", "0x1a000",
        "--align", "4", "--max-sectors", "104", raw, out)
    return out


def expect(url, slot0, confirmed):
    e = image_list(url)[0]
    assert e["hash"] == slot0 and e["active"] and e["confirmed"] == confirmed, e


def main():
    entry, _ = server("serial", "qemu_cortex_m0")
    original = os.path.join(SERVERS, entry["artifact"].replace(".merged.hex", ".signed.bin"))
    with tempfile.TemporaryDirectory() as d, qemu(entry, STARTED) as pty:
        url = f"serial:{pty}"
        one, two = variant(d, original, "1.0.0"), variant(d, original, "2.0.0")
        expect(url, digest(original), True)
        tug(url, *COMMON, "image", "slots")
        tug(url, *COMMON, "os", "bootloader", ok=(1,))  # not built into this firmware
        tug(url, *COMMON, "update", original, ok=(1,))  # unsigned: refused before the first octet
        tug(url, *UPDATE, original)  # runs already: nothing to do, and said so
        tug(url, *UPDATE, "--plan", one)
        tug(url, *UPDATE, one, timeout=800)
        expect(url, digest(one), True)
        tug(url, *UPDATE, original, ok=(1,))  # 0.0.0 is older: refused before the first octet
        expect(url, digest(one), True)
        tug(url, *UPDATE, "--mode", "test", two, timeout=800)
        expect(url, digest(two), False)
        tug(url, *UPDATE, two, timeout=800)  # on trial: only the confirm is missing
        expect(url, digest(two), True)
        tug(url, *UPDATE, "--allow-downgrade", "--mode", "test", one, timeout=800)
        expect(url, digest(one), False)
        tug(url, *UPDATE, two, timeout=800)  # the trial of another image is in the way
        expect(url, digest(two), True)
        print("passed: Zephyr 4.4.0 with MCUboot")


try:
    main()
except AssertionError:
    if os.path.exists(LOG):
        with open(LOG, encoding="utf-8", errors="replace") as log:
            print("the last frames and console lines:\n" + "".join(log.readlines()[-400:]))
    raise
finally:
    if os.path.exists(LOG):
        os.remove(LOG)
