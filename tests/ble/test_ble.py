# SPDX-License-Identifier: Apache-2.0
"""tug over ble: against the scripted BlueZ, in front of a virtual device: whole updates, lost connections, the scan.

Environment: TUG = the program, RELAY = ble_relay, TESTS_CLI = the folder of cli_test.py.
"""
import json
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.environ["TESTS_CLI"])
from cli_test import LONG, Case, main, tug  # noqa: E402


class Ble(Case):
    def setUp(self):
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog",
                                     "--print-address=1"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, self.bus)
        self.env = {"DBUS_SYSTEM_BUS_ADDRESS": self.bus.stdout.readline().strip()}

    @staticmethod
    def end(p):
        p.send_signal(signal.SIGTERM)
        out = p.communicate(timeout=LONG)[0]
        return out

    def relay(self, udp, *words):
        p = subprocess.Popen([os.environ["RELAY"], udp.rsplit(":", 1)[1], *words], stdout=subprocess.PIPE, text=True,
                             env={**os.environ, **self.env})
        self.assertEqual(p.stdout.readline(), "ready\n")
        return p

    def counts(self, p):
        return {k: int(v) for k, v in re.findall(r"(\w+) (\d+)", self.end(p))}

    def update(self, words, device=()):
        """A whole update over Bluetooth; what the relay counted."""
        v = self.device(*device)
        p = self.relay(v.udp, *words)
        try:
            r = self.check(tug("-d", "ble:Board", "--json", "update", self.path("new.bin"), env=self.env), 0)
            result = json.loads(r.out.splitlines()[-1])
            self.assertEqual(result["outcome"], "swapped")
            self.assertEqual(self.images(v.udp)[0]["hash"], self.hash_of("new.bin"))
            self.assertTrue(self.images(v.udp)[0]["confirmed"])
        finally:
            n = self.counts(p)
            self.assertEqual(p.returncode, 0)
        return n

    def test_update(self):
        for mtu in (23, 65, 247, 498):
            with self.subTest(mtu=mtu):
                n = self.update([f"mtu={mtu}"], ("--buf-size", "2048"))
                self.assertEqual(n["longest"], mtu - 3)
                self.assertGreaterEqual(n["connects"], 2)  # before and after the reset

    def test_update_by_calls(self):
        n = self.update(["calls"])
        self.assertEqual(n["commands"], n["writes"])

    def test_no_reassembly(self):
        n = self.update(["mtu=247"], ("--no-params",))
        self.assertLessEqual(n["longest"], 244)

    def test_drops(self):
        n = self.update(["mtu=65", "drop=211"])
        self.assertGreater(n["drops"], 2)
        self.assertGreater(n["connects"], n["drops"] - 1)

    def test_single_commands(self):
        v = self.device()
        p = self.relay(v.udp, "name=Two words?")
        self.addCleanup(self.end, p)
        self.check(tug("-d", "ble:Two%20words%3F", "os", "echo", "hello", env=self.env), 0, out="hello")
        self.check(tug("-d", "ble:CE:71:DC:F2:77:E6", "--adapter", "hci0", "image", "list", env=self.env), 0, out=r"1\.0\.0")
        r = self.check(tug("-d", "ble:Board", "--adapter", "hci3", "image", "list", env=self.env), 3,
                       "no Bluetooth adapter hci3")
        self.assertEqual(r.out, "")
        self.check(tug("-d", "ble:Gone", "--timeout", "400ms", "image", "list", env=self.env), 3, "no device Gone was seen")

    def test_scan(self):
        v = self.device()
        p = self.relay(v.udp)
        r = self.check(tug("scan", "--json", "--listen", "300ms", env=self.env), 0)
        self.assertIn({"url": "ble:CE:71:DC:F2:77:E6", "text": "Board", "paired": False}, json.loads(r.out)["devices"])
        self.check(tug("scan", "--listen", "300ms", env=self.env), 0, out="ble:CE:71:DC:F2:77:E6  Board\n")
        self.check(tug("scan", "--adapter", "hci1", env=self.env), 3, "no Bluetooth adapter hci1")
        self.end(p)
        self.check(tug("scan", env=self.env), 0, "Bluetooth is left out: bluetoothd is not running")
        self.check(tug("scan", "--listen", "1s", env=self.env), 3, "bluetoothd is not running")


if __name__ == "__main__":
    main()
