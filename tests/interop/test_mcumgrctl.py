# SPDX-License-Identifier: Apache-2.0
"""mcumgrctl (mcumgr-toolkit), over UDP and a pty, against `tug vdev`: list, upload, test, reset, confirm, update."""
import tempfile

from peers import MCUMGRCTL, digest, image_list, keys, need, run, signed, vdev

need(MCUMGRCTL, "mcumgrctl")


def scenario(args, device, new, newer):
    url = device.url
    h = digest(new)
    run(MCUMGRCTL, *args, "os", "echo", "hello")
    run(MCUMGRCTL, *args, "os", "mcumgr-parameters")
    run(MCUMGRCTL, *args, "image", "get-state")
    run(MCUMGRCTL, *args, "-q", "image", "upload", new)
    assert image_list(url)[1]["hash"] == h, "the upload is not in slot 1"
    run(MCUMGRCTL, *args, "image", "set-state", "--hash", h)
    assert image_list(url)[1]["pending"], "set-state did not mark the image"
    run(MCUMGRCTL, *args, "os", "system-reset")
    device.wait_reboot()
    active = image_list(url)[0]
    assert active["hash"] == h and active["active"] and not active["confirmed"], f"not on trial: {active}"
    run(MCUMGRCTL, *args, "image", "set-state", "--confirm")
    assert image_list(url)[0]["confirmed"], "the confirm had no effect"
    run(MCUMGRCTL, *args, "-q", "firmware", "update", newer)
    device.wait_reboot()
    assert image_list(url)[0]["hash"] == digest(newer), "firmware update did not bring the image"


def main():
    with tempfile.TemporaryDirectory() as d:
        priv, pub = keys(d)
        old, new = signed(d, "old", "1.0.0", priv), signed(d, "new", "2.0.0", priv, 30000)
        newer = signed(d, "newer", "3.0.0", priv, 25000)
        for n, era in enumerate(("zephyr-3.5", "zephyr-4.2")):
            base = ("--profile", "nrf52833", "--server", era, "--groups", "os,img", "--primary", old, "--key", pub, "--buf-size", "2048")
            host = f"127.0.0.{30 + n}"
            with vdev(*base, host=host) as device:
                scenario(["--udp", f"{host}:1337", "-t", "10000"], device, new, newer)
            with vdev(*base, host=host) as device:
                scenario(["--serial", device.pty, "-t", "10000"], device, new, newer)
            print(f"passed: mcumgrctl against {era}, UDP and pty")


main()
