# SPDX-License-Identifier: Apache-2.0
"""smpmgr, over UDP and a pty, against `tug vdev`: list, upload, test, reset, confirm; proven by tug."""
import tempfile

from peers import SMPMGR, digest, image_list, keys, need, run, signed, vdev

need(SMPMGR, "smpmgr")


def scenario(args, device, new):
    url = device.url
    h = digest(new)
    run(SMPMGR, *args, "os", "echo", "hello")
    run(SMPMGR, *args, "image", "state-read")
    run(SMPMGR, *args, "image", "upload", new)
    assert image_list(url)[1]["hash"] == h, "the upload is not in slot 1"
    run(SMPMGR, *args, "image", "state-write", h)
    assert image_list(url)[1]["pending"], "state-write did not mark the image"
    run(SMPMGR, *args, "os", "reset")
    device.wait_reboot()
    active = image_list(url)[0]
    assert active["hash"] == h and active["active"] and not active["confirmed"], f"not on trial: {active}"
    run(SMPMGR, *args, "image", "state-write", "--confirm")
    assert image_list(url)[0]["confirmed"], "the confirm had no effect"


def main():
    with tempfile.TemporaryDirectory() as d:
        priv, pub = keys(d)
        old, new = signed(d, "old", "1.0.0", priv), signed(d, "new", "2.0.0", priv, 30000)
        for n, era in enumerate(("zephyr-3.5", "zephyr-4.2")):
            base = ("--profile", "nrf52833", "--server", era, "--groups", "os,img", "--primary", old, "--key", pub, "--buf-size", "2048")
            host = f"127.0.0.{20 + n}"
            with vdev(*base, host=host) as device:
                scenario(["--ip", host, "--timeout", "10"], device, new)
            with vdev(*base, host=host) as device:
                scenario(["--port", device.pty, "--timeout", "10"], device, new)
            print(f"passed: smpmgr against {era}, UDP and pty")


main()
