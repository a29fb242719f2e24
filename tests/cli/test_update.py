# SPDX-License-Identifier: Apache-2.0
"""tug update and tug image upload, end to end: modes, plans, files refused, interruption and resume, several devices."""
import os
import pty
import re
import select
import signal
import struct
import subprocess
import time
import zipfile

from cli_test import LONG, Case, Running, TUG, Vdev, env_with, main, tug

FLAGS = ("version", "active", "confirmed", "pending", "permanent")


class Update(Case):
    def flags(self, images):
        return [tuple(e[k] for k in FLAGS) for e in images]

    def events(self, r):
        lines = self.lines(r)
        self.assertEqual(lines[-1]["event"], "result")
        self.assertEqual(lines[-1]["exit"], r.returncode)
        self.assertEqual({"outcome", "before", "after", "text"} - set(lines[-1]), set())
        return lines

    def test_default_mode(self):
        for link in ("udp", "serial"):
            v = self.device()
            lines = self.events(self.check(
                tug("-d", getattr(v, link), "update", self.path("new.bin"), "--key", self.path("key.pub"), "--json"), 0))
            result = lines[-1]
            self.assertEqual(result["outcome"], "swapped")
            self.assertEqual(self.flags(result["before"]), [("1.0.0", True, True, False, False)])
            self.assertEqual(self.flags(result["after"])[0], ("2.0.0", True, True, False, False))
            self.assertEqual(result["after"][0]["hash"], self.hash_of("new.bin"))
            self.assertEqual(result["after"], self.images(getattr(v, link)))
            plan = next(e for e in lines if e["event"] == "plan")
            self.assertEqual((plan["kind"], plan["pattern"]), ("steps", "fresh"))
            self.assertEqual(plan["steps"][0], "upload")
            progress = [e for e in lines if e["event"] == "progress"]
            self.assertEqual(progress[-1]["off"], progress[-1]["len"])
            self.assertEqual([e["off"] for e in progress], sorted(e["off"] for e in progress))
            again = self.events(self.check(tug("-d", getattr(v, link), "update", self.path("new.bin"), "--json"), 0))
            self.assertEqual(again[-1]["outcome"], "already-running")
            self.assertFalse([e for e in again if e["event"] == "progress"])

    def test_text(self):
        v = self.device()
        r = self.check(tug("-d", v.udp, "update", self.path("new.bin")), 0)
        self.assertRegex(r.out, r"(?s)^found:\nslot 0  1\.0\.0  active confirmed\n.*plan: upload, test, reset, .*"
                                r"now:\nslot 0  2\.0\.0  active confirmed\n.*\nswapped: [^\n]*\n$")
        self.assertRegex(r.err, r"(?s)^file: .*version 2\.0\.0.*upload\.\.\..*upload +100 %.*upload: done.*reset: done")
        self.check(tug("-q", "-d", v.udp, "update", self.path("new.bin")), 0, "^$", r"^already-running: [^\n]*\n$")

    def test_plan_changes_nothing(self):
        v = self.device()
        before = self.images(v.udp)
        self.check(tug("-d", v.udp, "update", "--plan", self.path("new.bin")), 0, out=r"(?s)found:.*plan: upload, test")
        lines = self.events(self.check(tug("-d", v.udp, "update", "--plan", self.path("new.bin"), "--json"), 0))
        self.assertEqual(lines[-1]["outcome"], "planned")
        self.assertEqual([e["event"] for e in lines], ["state", "plan", "result"])
        self.assertEqual(self.images(v.udp), before)

    def test_modes(self):
        for mode, want in (("confirm", [("2.0.0", True, True, False, False)]),
                           ("test", [("2.0.0", True, False, False, False), ("1.0.0", False, True, False, False)]),
                           ("upload-only", [("1.0.0", True, True, False, False), ("2.0.0",) + (False,) * 4])):
            with self.subTest(mode=mode):
                v = self.device()
                lines = self.events(self.check(
                    tug("-d", v.udp, "update", self.path("new.bin"), "--mode", mode, "--json"), 0))
                self.assertEqual(self.flags(lines[-1]["after"])[:len(want)], want)
                self.assertEqual(lines[-1]["outcome"], "uploaded" if mode == "upload-only" else "swapped")
        v = self.device()
        self.check(tug("-d", v.udp, "update", self.path("new.bin"), "--no-reset"), 0)
        self.assertTrue(self.images(v.udp)[1]["pending"])

    def test_optional_step_is_a_note(self):
        v = self.device("--groups", "os,img", "--state", "pending-test", "--server", "zephyr-3.3")
        r = self.check(tug("-d", v.udp, "update", "--erase-settings", self.path("new.bin")), 0,
                       r"note: Erase storage is not supported .*\(rc 8 NOTSUP")
        self.assertIn("plan: erase-settings, reset, ", r.out)
        self.assertNotIn("upload", r.err)

    def test_downgrade(self):
        v = self.device()
        older = self.image("older.bin", "0.9.0", 30100)
        r = self.check(tug("-d", v.udp, "update", older), 1, "(?s)older.*allow")
        self.assertIn("plan: refused", r.out)
        lines = self.events(self.check(tug("-d", v.udp, "update", older, "--json"), 1))
        self.assertEqual((lines[-1]["outcome"], lines[-1]["error"]["code"]), ("failed", "EDOWNGRADE"))
        self.assertEqual(self.events(self.check(tug("-d", v.udp, "update", older, "--allow-downgrade", "--json"), 0))
                         [-1]["outcome"], "swapped")

    def test_outcomes_that_are_no_success(self):
        v = self.device()
        lines = self.events(self.check(tug("-d", v.udp, "update", self.path("stranger.bin"), "--json"), 1))
        self.assertEqual(lines[-1]["outcome"], "rejected")
        self.assertEqual(self.flags(lines[-1]["after"])[0][0], "1.0.0")
        v = self.device("--app", "crash")
        r = self.check(tug("-d", v.udp, "update", self.path("new.bin"), "--json"), 1)
        self.assertEqual(self.events(r)[-1]["outcome"], "reverted")
        v = self.device("--app", "no-smp")
        r = self.check(tug("-d", v.udp, "update", self.path("new.bin"), "--wait", "3s", "--timeout", "300ms", "--json"), 3)
        self.assertEqual(self.events(r)[-1]["outcome"], "not-back")
        v = self.device("--app", "no-smp", "--bootloader", "overwrite")  # nothing there to go back to
        r = self.check(tug("-d", v.udp, "update", self.path("new.bin"), "--wait", "2s"), 3, "keeps no old image")
        self.assertNotIn("takes an unconfirmed image back", r.err)

    def test_device_lost_before_the_start(self):
        r = self.check(tug("-d", "serial:/dev/ttyNONE", "update", self.path("new.bin"), "--json"), 3)
        self.assertEqual(self.events(r)[-1]["outcome"], "failed")
        r = self.check(tug("-d", "udp:127.0.0.1:1", "update", self.path("new.bin"), "--timeout", "200ms", "--retries", "1",
                           "--wait", "1s"), 3, "udp:127.0.0.1:1: failed")
        self.check(tug("-d", "nonsense", "update", self.path("new.bin")), 2, "no device address")

    def test_image_upload(self):
        v = self.device()
        lines = self.events(self.check(tug("-d", v.udp, "image", "upload", self.image("o2.bin", "0.1.0", 30200), "--json"),
                                       0))
        self.assertEqual(lines[-1]["outcome"], "uploaded")
        self.assertEqual(self.flags(lines[-1]["after"])[1], ("0.1.0",) + (False,) * 4)

    def test_window_and_small_buffers(self):
        for args, window in ((["--buf-size", 384, "--buf-count", 1], "auto"), (["--buf-size", 2475, "--buf-count", 8], "1"),
                             (["--no-params", "--buf-size", 2048], "auto")):
            v = self.device(*args)
            self.check(tug("-d", v.udp, "update", self.path("new.bin"), "--window", window), 0, out="swapped")

    def test_padded_file_sends_the_image_only(self):
        v = self.device()
        padded = self.image("padded.bin", "3.0.0", 30300, more=["--pad"])
        self.assertEqual(os.path.getsize(padded), self.SLOT)
        lines = self.events(self.check(tug("-d", v.udp, "update", padded, "--json"), 0))
        self.assertLess(next(e for e in lines if e["event"] == "progress")["len"], 31500)

    def test_several_devices_at_once(self):
        a, b = self.device(), self.device("--app", "crash")
        r = self.check(tug("-d", a.udp, "-d", b.udp, "-d", "serial:/dev/ttyNONE", "update", self.path("new.bin"), "--json"), 3)
        results = {e["device"]: e["outcome"] for e in self.lines(r) if e["event"] == "result"}
        self.assertEqual(results, {a.udp: "swapped", b.udp: "reverted", "serial:/dev/ttyNONE": "failed"})
        c = self.device()
        r = self.check(tug("-d", a.udp, "-d", c.udp, "update", self.path("new.bin")), 0)
        self.assertIn(f"{a.udp}: already-running:", r.out)
        self.assertIn(f"{c.udp}: swapped:", r.out)


class Files(Case):
    """Files that are refused before the first byte is sent: status 4, and a sentence with the remedy."""

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def test_refused_before_sending(self):
        with open(self.path("new.bin"), "rb") as f:
            image = f.read()
        flipped = bytearray(image)
        flipped[5000] ^= 1
        with zipfile.ZipFile(self.path("dfu.zip"), "w") as z:
            z.writestr("manifest.json", "{}")
            z.writestr("app.signed.bin", image)
        os.mkfifo(self.path("pipe"))
        cases = [
            (self.write("short.bin", image[:-10]), "cut off|truncated"),
            (self.write("half.bin", image[:20000]), "cut off|truncated"),
            (self.write("zephyr.bin", struct.pack("<II", 0x20008000, 0x8001) + b"\x00" * 4000), "[Ss]ign"),
            (self.write("zephyr.elf", b"\x7fELF" + b"\x01" * 400), "ELF"),
            (self.write("flipped.bin", bytes(flipped)), "digest"),
            (self.write("empty.bin", b""), "empty"),
            (self.write("broken.hex", b":0000000\n"), "hex|HEX"),
            (self.path("dfu.zip"), "app.signed.bin"),
            (self.dir, "directory"),
            (self.path("pipe"), "is not a regular file"),
            ("/dev/zero", "is not a regular file"),
            (self.path("none.bin"), "No such file"),
        ]
        v = self.device()
        before = v.err
        log = self.path("sent.log")
        for path, said in cases:
            with self.subTest(path=path):
                for command in (["update"], ["image", "upload"]):
                    r = self.check(tug("-d", v.udp, *command, path, "--log", log), 4, said, "^$")
                    self.assertIn(path, r.err)  # as it was given
                r = self.check(tug("-d", v.udp, "update", path, "--json"), 4, said)
                self.assertEqual(self.lines(r)[-1]["outcome"], "failed")
        self.check(tug("-d", v.udp, "update", self.path("stranger.bin"), "--key", self.path("key.pub")), 4, "key|sign")
        self.image("bare.bin", "2.0.0", 30000, key=None)
        self.check(tug("-d", v.udp, "update", self.path("bare.bin"), "--key", self.path("key.pub")), 4, "sign")
        for more in ([], ["--plan"], ["--mode", "upload-only"]):
            self.check(tug("-d", v.udp, "update", self.path("bare.bin"), "--log", log, *more), 1,
                       r"bare\.bin carries no signature.*tug file sign --key.*--allow-unsigned", "^$")
        r = self.check(tug("-d", v.udp, "update", self.path("bare.bin"), "--json"), 1, "carries no signature")
        self.assertEqual([self.lines(r)[-1][k] for k in ("outcome", "exit")], ["failed", 1])
        self.assertEqual(self.lines(r)[-1]["error"]["code"], "ENOSIG")
        self.check(tug("-d", v.udp, "update", self.path("new.bin"), "--key", self.path("none.pub")), 4, "none.pub")
        self.check(tug("-d", v.udp, "update", self.path("new.bin"), "--key", self.path("old.bin")), 4, "old.bin")
        self.assertFalse(os.path.exists(log))  # not even a link was opened
        self.assertEqual(v.err, before)
        with open(self.path("bare.bin"), "rb") as f:
            self.check(tug("-d", v.udp, "update", "--allow-unsigned", self.write("bare-cut.bin", f.read()[:-10])), 4, "cut off|truncated")
        # the bootloader that checks signatures decides, once asked to
        self.check(tug("-d", v.udp, "image", "upload", self.path("bare.bin")), 0, "carries no signature")
        self.check(tug("-d", v.udp, "update", "--allow-unsigned", self.path("bare.bin")), 1, "rejected")
        with Vdev("--profile", "nrf52833", "--primary", self.path("old.bin"), "--udp", "0") as trusting:
            self.check(tug("-d", trusting.udp, "update", "--allow-unsigned", self.path("bare.bin")), 0, "carries no signature",
                       "swapped")

    def test_hex_file(self):
        v = self.device()
        self.must("file", "sign", "--version", "4.0.0", "--align", 4, "--header-size", "0x200", "--pad-header", "--slot-size",
                  self.SLOT, "--key", self.path("key.pem"), "--hex-addr", "0xc000", self.path("payload"), self.path("new.hex"))
        self.check(tug("-d", v.udp, "update", self.path("new.hex")), 0, out="swapped")


class Interrupted(Case):
    def slow(self, *args):
        return self.device("--buf-size", 1024, "--buf-count", 2, "--rate", 400000, *args)

    def resume(self, url, held):
        r = self.check(tug("-d", url, "update", self.path("new.bin"), "--json"), 0)
        lines = self.lines(r)
        first = next(e for e in lines if e["event"] == "progress")
        self.assertGreaterEqual(first["off"], held)
        self.assertEqual(lines[-1]["outcome"], "swapped")

    def test_ctrl_c_during_the_upload(self):
        for sig in (signal.SIGINT, signal.SIGTERM):
            v = self.slow()
            run = Running("-d", v.udp, "update", self.path("new.bin"))
            run.wait_for(r"upload +[2-9]\d %")
            self.assertEqual(run.end(sig), 130, run.err)
            m = re.search(r"interrupted: the device holds (\d+) of (\d+) octets", run.err)
            self.assertTrue(m, run.err)
            self.assertGreater(int(m[1]), 0)
            self.resume(v.udp, int(m[1]))

    def test_ctrl_c_in_json(self):
        v = self.slow()
        run = Running("-d", v.serial, "update", self.path("new.bin"), "--json")
        run.wait_for(r'"event":"progress".*\n.*"event":"progress"', "out")
        self.assertEqual(run.end(signal.SIGINT), 130, run.err)
        self.assertIn('"outcome":"failed","exit":130', run.out.splitlines()[-1])

    def test_ctrl_c_while_waiting_for_a_device(self):
        v = self.device("--app", "no-smp")
        run = Running("-d", v.udp, "update", self.path("new.bin"), "--wait", "10m")
        run.wait_for(r"reset\.\.\.")
        v.wait_for(r"(?s)Booting MCUboot.*Booting MCUboot")
        self.assertEqual(run.end(signal.SIGINT), 130)
        self.assertRegex(run.err, "run the same command again")

    def test_killed_device_resumes(self):
        board = self.path("board")
        args = ("--buf-size", 1024, "--buf-count", 2, "--rate", 400000)
        v = self.device(board, *args)
        run = Running("-d", v.udp, "update", self.path("new.bin"), "--timeout", "200ms", "--retries", "2", "--wait", "2s")
        run.wait_for(r"upload +[3-9]\d %")
        v.stop(signal.SIGKILL)
        self.assertEqual(run.end(), 3, run.err)
        v = self.device(board, *args)
        self.check(tug("-d", v.udp, "update", self.path("new.bin")), 0, out="swapped")

    def cable(self, board):
        """A device on a pty behind a link of a fixed name, and an update of it that is half done when the device dies."""
        args = (self.path(board), "--pty", self.path(board + ".tty"), "--buf-size", 1024, "--buf-count", 2, "--rate", 400000)
        url = "serial:" + self.path(board + ".tty")
        v = self.device(*args)
        log = self.path(board + ".log")
        run = Running("-d", url, "update", self.path("new.bin"), "--log", log)
        run.wait_for(r"upload +[2-9]\d %")
        v.stop(signal.SIGKILL)
        return args, url, run, log

    def wait_in_file(self, path, text):
        end = time.monotonic() + LONG
        while text not in open(path, encoding="utf-8").read():
            self.assertLess(time.monotonic(), end, f"{path} never says '{text}'; has another program got the pty's number?")

    def test_port_that_vanishes_and_comes_back(self):
        args, _, run, log = self.cable("gone")
        self.wait_in_file(log, "there is no serial port")
        self.device(*args)
        self.assertEqual(run.end(), 0, run.err)
        self.assertRegex(run.out, "\nswapped: ")

    def test_upload_only_beside_a_trial(self):
        """A device on trial takes no upload: said once with the remedy, refused, no loop."""
        v = self.device("--state", "unconfirmed")
        r = self.check(tug("-d", v.udp, "image", "upload", self.path("new.bin")), 1, "not confirmed.*tug image confirm")
        self.assertEqual(r.out.count("plan: "), 2, r.out)
        self.check(tug("-d", v.udp, "image", "confirm"), 0)
        self.check(tug("-d", v.udp, "image", "upload", self.path("new.bin")), 0, out="uploaded: ")

    def test_ctrl_c_while_the_port_is_gone(self):
        _, _, run, log = self.cable("away")
        self.wait_in_file(log, "there is no serial port")
        self.assertEqual(run.end(signal.SIGINT), 130, run.err)
        self.assertRegex(run.err, r"interrupted: the device holds \d+ of \d+ octets")

    def test_bar_on_a_terminal(self):
        v = self.slow()
        master, slave = pty.openpty()
        p = subprocess.Popen([TUG, "-d", v.udp, "update", self.path("new.bin")], stdout=subprocess.DEVNULL, stderr=slave,
                             env=env_with())
        os.close(slave)
        seen = b""
        while True:
            try:
                if not select.select([master], [], [], LONG)[0]:
                    break
                got = os.read(master, 4096)
            except OSError:
                break
            if not got:
                break
            seen += got
        os.close(master)
        self.assertEqual(p.wait(LONG), 0)
        self.assertRegex(seen.decode(), r"\r\[#+\.+\] +\d+ %  [\d.]+ KiB/s  \d+:\d\d left")


if __name__ == "__main__":
    main()
