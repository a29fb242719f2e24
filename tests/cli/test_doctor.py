# SPDX-License-Identifier: Apache-2.0
"""tug doctor names the flaw of every device; explain, lint and update say the same things."""
import json
import os

from cli_test import Case, Vdev, main, tug


class Doctor(Case):
    def look(self, *flaws, deep=False, files=(), buf="2475"):
        """Findings of a device: {id: severity}, and the exit status."""
        args = [x for f in flaws for x in (("--flaw", f) if not f.startswith("-") else f.split())]
        with Vdev("--udp", "0", *(["--buf-size", buf] if buf else []), *args) as dev:
            r = tug("-d", dev.udp, "--json", "doctor", *(["--deep"] if deep else []), *files)
        self.assertIn(r.returncode, (0, 1), r.err)
        found = {f["id"]: f["severity"] for f in json.loads(r.out)["findings"]}
        self.assertEqual(r.returncode, 1 if "blocking" in found.values() else 0, found)
        return found

    def test_healthy(self):
        self.assertNotIn("blocking", self.look().values())
        self.assertNotIn("degraded", self.look().values())

    def test_flaws_that_block(self):
        for flaws, deep, want in ((["no-reassembly"], False, "params-without-reassembly"),
                                  (["slot-size"], False, "slots-unequal"),
                                  (["access"], False, "smp-access-denied"),
                                  (["confirm-ignored", "--state test-run"], True, "state-write-ignored"),
                                  (["no-state-write", "--state test-run"], True, "state-write-unsupported"),
                                  (["--groups os"], False, "image-group-missing")):
            with self.subTest(flaws=flaws):
                found = self.look(*flaws, deep=deep)
                self.assertEqual(found.get(want), "blocking", found)

    def test_flaws_that_do_not_block(self):
        for flaws, want, severity in ((["no-echo"], "other-group-unsupported", "harmless"),
                                      (["no-bootinfo"], "bootinfo-unsupported", "harmless"),
                                      (["no-slotinfo"], "slotinfo-unsupported", "harmless"),
                                      (["--no-params"], "params-unsupported", "harmless"),
                                      (["stack"], "smp-stack-overflow", "degraded"),
                                      (["--groups img"], "reset-unsupported", "degraded")):
            with self.subTest(flaws=flaws):
                found = self.look(*flaws)
                self.assertEqual(found.get(want), severity, found)
                self.assertNotIn("blocking", found.values())

    def test_small_buffers(self):
        self.assertEqual(self.look("--no-params", buf="96").get("netbuf-too-small-list"), "blocking")

    def test_changes_nothing(self):
        with Vdev("--udp", "0", "--state", "test-run") as dev:
            before = tug("-d", dev.udp, "--json", "image", "list").out
            self.check(tug("-d", dev.udp, "doctor"), 0)
            self.assertEqual(tug("-d", dev.udp, "--json", "image", "list").out, before)
            self.check(tug("-d", dev.udp, "doctor", "--deep"), 0, err="--deep: confirms")
            self.assertIn('"confirmed":true,"active":true', tug("-d", dev.udp, "--json", "image", "list").out)

    def test_build_against_device(self):
        conf = self.path("build.config")
        with open(conf, "w", encoding="utf-8") as f:
            f.write("#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_MCUMGR=y\nCONFIG_MCUMGR_GRP_OS=y\n"
                    "CONFIG_MCUMGR_GRP_IMG=y\nCONFIG_MCUMGR_GRP_OS_BOOTLOADER_INFO=y\n# CONFIG_LOG is not set\n")
        self.assertIn("build-not-running", self.look("no-bootinfo", files=[conf]))
        self.assertNotIn("build-not-running", self.look(files=[conf]))

    def test_nobody_there(self):
        self.check(tug("-d", "udp:127.0.0.1:9", "--timeout", "300ms", "doctor"), 3)
        self.check(tug("-d", "vdev:", "doctor", self.path("missing.conf")), 4, err="missing.conf")

    def test_update_says_why(self):
        with Vdev("--udp", "0", "--profile", "nrf52833", "--flaw", "confirm-ignored", "--key", self.path("key.pub"),
                  "--primary", self.path("old.bin")) as dev:
            r = self.check(tug("-d", dev.udp, "update", self.path("new.bin")), 1)
            self.assertIn("state-write-ignored: ", r.err.splitlines()[-2] + r.err)
            j = json.loads(tug("-d", dev.udp, "--json", "update", self.path("new.bin")).out.splitlines()[-1])
            self.assertEqual(j["findings"][0]["id"], "state-write-ignored")


class Explain(Case):
    CASE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../diagnose/cases/000-notsupported-confirm-pending")

    def test_field_case(self):
        log, conf = (os.path.join(self.CASE, n) for n in ("log.txt", "prj.conf"))
        r = self.check(tug("explain", log, conf), 0)
        self.assertRegex(r.out, r"(?s)^[^\n]*log.txt: nRF Connect[^\n]*\n.*BLOCKING  confirm-on-pending-noop\n")
        j = json.loads(self.check(tug("explain", "--json", log, conf), 0).out)
        self.assertEqual((j["findings"][0]["id"], j["findings"][0]["certainty"]), ("confirm-on-pending-noop", "proven"))
        self.assertTrue(all(set(e) == {"file", "line", "text"} for f in j["findings"] for e in f["evidence"]))
        with open(log, "rb") as f:
            piped = json.loads(self.check(tug("explain", "--json", "-", stdin=f.read()), 0).out)
        self.assertEqual(piped["inputs"][0]["file"], "-")
        self.assertEqual(piped["findings"][0]["id"], "confirm-on-pending-noop")

    def test_html(self):
        r = self.check(tug("explain", "--format", "html", os.path.join(self.CASE, "log.txt")), 0)
        self.assertTrue(r.out.startswith("<!DOCTYPE html>") and r.out.rstrip().endswith("</html>"))
        self.assertNotRegex(r.out, r"(?i)<script|https?://[^<\s\"]*\.(js|css)|\ssrc=")
        self.assertIn("unchanged", r.out)

    def test_nothing_known(self):
        junk = self.path("junk.txt")
        with open(junk, "wb") as f:
            f.write(b"\x00\xff\xfe once upon a time \x1b[31m there was a board\n" * 50)
        self.check(tug("explain", junk), 1, out="Nothing in these inputs was recognised")
        self.check(tug("explain"), 2)
        self.check(tug("explain", self.path("missing")), 4, err="missing")

    def test_lint(self):
        good, bad = self.path("prj.conf"), self.path("bad")
        os.makedirs(bad, exist_ok=True)
        with open(good, "w", encoding="utf-8") as f:
            f.write("CONFIG_BT=y\nCONFIG_BT_PERIPHERAL=y\nCONFIG_BOOTLOADER_MCUBOOT=y\nCONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU=y\n")
        with open(os.path.join(bad, "prj.conf"), "w", encoding="utf-8") as f:
            f.write("CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU=y\nCONFIG_BT=y\nCONFIG_BT_PERIPHERAL=y\nCONFIG_BOOTLOADER_MCUBOOT=y\n"
                    "CONFIG_REBOOT=n\n")
        self.check(tug("lint", good), 0)
        self.check(tug("lint", bad), 1, out="BLOCKING")


main()
