# SPDX-License-Identifier: Apache-2.0
"""Single commands against virtual devices: results, refusals, JSON shapes, both links, both framings, several devices."""
import json
import os
import re
import signal
import socket

from cli_test import Case, Vdev, main, tug

KEYS = {"image", "slot", "version", "hash", "bootable", "pending", "confirmed", "active", "permanent"}


class Commands(Case):
    def test_list(self):
        v = self.device()
        for url in (v.udp, v.serial):
            got = self.images(url)
            self.assertEqual([set(e) for e in got], [KEYS])
            self.assertEqual(got[0], {"image": 0, "slot": 0, "version": "1.0.0", "hash": self.hash_of("old.bin"),
                                      "bootable": True, "pending": False, "confirmed": True, "active": True,
                                      "permanent": False})
            self.check(tug("-d", url, "image", "list"), 0, out=r"slot 0  1\.0\.0  active confirmed\n +[0-9a-f]{64}\n")

    def test_framings(self):
        v = Vdev("--pty", "--framing", "raw")
        self.addCleanup(v.stop)
        self.check(tug("-d", v.serial + "?framing=raw", "os", "echo", "x" * 300), 0, out="^x{300}\n$")
        w = Vdev("--pty", "--console-on-pty")
        self.addCleanup(w.stop)
        self.check(tug("-d", w.serial, "os", "echo", "y" * 300), 0, out="^y{300}\n$")
        self.check(tug("-d", w.serial + "?framing=raw", "os", "echo", "z", "--timeout", "200ms", "--retries", "0"), 3,
                   "no answer in time")

    def test_smp_versions(self):
        v = self.device("--server", "zephyr-4.2")
        for smp, said in (("1", "write v1"), ("2", "write v2"), ("auto", "write v2")):
            r = self.check(tug("-d", v.udp, "os", "echo", "a", "-v", "--smp", smp), 0)
            self.assertIn(said, r.err)

    def test_os(self):
        v = self.device("--buf-size", 2475, "--buf-count", 3)
        self.assertEqual(json.loads(self.check(tug("-d", v.udp, "os", "params", "--json"), 0).out),
                         {"buf_size": 2475, "buf_count": 3})
        self.check(tug("-d", v.udp, "os", "params"), 0, out="buffer size 2475\nbuffers 3\n")
        self.assertEqual(json.loads(tug("-d", v.udp, "os", "echo", "grüße", "--json").out), {"echo": "grüße"})
        self.check(tug("-d", v.udp, "os", "info", "s"), 0, out=r"^\w+\n$")
        self.assertIn("info", json.loads(self.check(tug("-d", v.udp, "os", "info", "--json"), 0).out))
        self.check(tug("-d", v.udp, "os", "info", "Z"), 1, "refused: group OS rc 2")
        boot = json.loads(self.check(tug("-d", v.udp, "os", "bootloader", "--json"), 0).out)
        self.assertEqual((boot["bootloader"], boot["mode"], boot["mode_name"]), ("MCUboot", 3, "swap using move"))

    def test_swap_scratch(self):
        for profile in ("nrf52833", "stm32f4"):  # many small sectors, and three of 128 KiB
            v = Vdev("--profile", profile, "--key", self.path("key.pub"), "--primary", self.path("old.bin"),
                     "--bootloader", "swap-scratch")
            self.addCleanup(v.stop)
            boot = json.loads(self.check(tug("-d", v.udp, "os", "bootloader", "--json"), 0).out)
            self.assertEqual((boot["mode"], boot["mode_name"]), (1, "swap using scratch"))
            self.check(tug("-d", v.udp, "image", "upload", self.path("new.bin")), 0)
            self.check(tug("-d", v.udp, "image", "test", self.hash_of("new.bin")), 0)
            self.check(tug("-d", v.udp, "os", "reset"), 0)
            v.wait_for(r"Starting swap using scratch algorithm\.[\s\S]*Booting virtual application v2\.0\.0")
            self.check(tug("-d", v.udp, "os", "reset"), 0)
            v.wait_for(r"Swap type: revert[\s\S]*Booting virtual application v1\.0\.0")

    def test_refusal_names_the_symbol(self):
        v = self.device("--groups", "os,img")
        for args, symbol in ((["erase-storage"], "CONFIG_MCUMGR_GRP_ZBASIC"), (["os", "tasks"], "GRP_OS_TASKSTAT"),
                             (["os", "memory"], "GRP_OS_MPSTAT"), (["os", "datetime"], "GRP_OS_DATETIME"),
                             (["os", "datetime", "now"], "GRP_OS_DATETIME")):
            r = self.check(tug("-d", v.udp, *args, "--json"), 1, "rc 8 NOTSUP")
            error = json.loads(r.out)["error"]
            self.assertEqual((error["code"], error["rc"], error["name"]), ("ENOTSUP", 8, "NOTSUP"))
            self.assertIn(symbol, error["advice"])

    def test_erase_storage(self):
        self.check(tug("-d", self.device().udp, "erase-storage"), 0, "storage erased")

    def test_steps_one_by_one(self):
        v = self.device()
        new = self.hash_of("new.bin")
        self.check(tug("-d", v.udp, "image", "test", new), 1, "no image on the device has this hash")
        self.check(tug("-d", v.udp, "image", "upload", self.path("new.bin")), 0)
        self.assertEqual([e["version"] for e in self.images(v.udp)], ["1.0.0", "2.0.0"])
        self.check(tug("-d", v.udp, "image", "test", new[:8]), 0, out="slot 1  2.0.0  pending")
        self.check(tug("-d", v.udp, "image", "confirm"), 1, "rc 28 IMAGE_ALREADY_PENDING")
        self.check(tug("-d", v.udp, "os", "reset"), 0)
        v.wait_for(r"Booting virtual application v2\.0\.0")
        self.check(tug("-d", v.udp, "image", "list"), 0, out=r"slot 0  2\.0\.0  active\n")
        self.check(tug("-d", v.udp, "image", "erase"), 1, "refused")
        self.check(tug("-d", v.udp, "image", "confirm"), 0, out=r"slot 0  2\.0\.0  active confirmed")
        slots = json.loads(self.check(tug("-d", v.udp, "image", "slots", "--json"), 0).out)["slots"]
        self.assertEqual([(s["image"], s["slot"], s["size"]) for s in slots], [(0, 0, self.SLOT), (0, 1, self.SLOT)])
        got = json.loads(self.check(tug("-d", v.udp, "image", "erase", "--json"), 0).out)
        self.assertEqual([e["slot"] for e in got["images"]], [0])
        self.check(tug("-d", v.udp, "image", "erase", "--slot", 0), 1, "refused")

    def test_confirm_other_slot(self):
        v = self.device("--state", "leftover")
        got = json.loads(self.check(tug("-d", v.udp, "image", "confirm", self.hash_of("new.bin"), "--json"), 0).out)
        self.assertEqual([(e["pending"], e["permanent"]) for e in got["images"]], [(False, False), (True, True)])

    def test_success_without_effect(self):
        v = self.device("--server", "zephyr-3.3", "--state", "pending-test")
        r = self.check(tug("-d", v.udp, "image", "confirm", self.hash_of("new.bin"), "--json"), 1,
                       "said yes, but the image is not confirmed")
        doc = json.loads(r.out)
        self.assertEqual(doc["error"]["code"], "ENOEFFECT")
        self.assertTrue(doc["images"][1]["pending"])

    def test_raw(self):
        v = self.device()
        for group in ("os", "0", "OS", "0x0"):
            self.check(tug("-d", v.udp, "raw", group, "0", "write", '{"d":"hi"}'), 0, out='^{"r":"hi"}\n$')
        got = json.loads(self.check(tug("-d", v.udp, "raw", "img", "0", "read"), 0).out)
        self.assertEqual(got["images"][0]["hash"], f"h'{self.hash_of('old.bin')}'")
        r = self.check(tug("-d", v.udp, "raw", "img", "0", "write", '{"hash":"h\'00\'"}', "--json"), 1, "rc 24")
        self.assertEqual(json.loads(r.out)["err"], {"group": 1, "rc": 24})
        self.check(tug("-d", v.udp, "raw", "300", "0", "read"), 1, "rc 8", '^{"rc":8}\n$')
        self.check(tug("-d", v.udp, "raw", "0", "0", "write", '{"d":"t\'h\'00\'\'"}'), 0, out="t'h'00''")
        self.check(tug("-d", v.udp, "raw", "0", "6", "read", '{"x":[1,-1,true,null,1.5,{"y":"h\'00ff\'"}]}'), 0)

    def test_raw_too_large(self):
        """Silence is explained where the device's buffer explains it, and only there."""
        v = self.device("--buf-size", 256)
        for url in (v.udp, v.serial):
            patience = ("-d", url, "--timeout", "500ms", "--retries", "0", "raw", "os")
            self.check(tug(*patience, 0, "write", '{"d":"%s"}' % ("x" * 400)), 3,
                       r"the request has 4\d\d octets, the device's buffer 256\n +send less")
            self.check(tug(*patience, 0, "write", '{"d":"%s"}' % ("x" * 100)), 0, "^$")
        r = self.check(tug("-d", "udp:" + self.silent_host(), "--timeout", "300ms", "--retries", "0", "raw", "os", 0, "write",
                           '{"d":"%s"}' % ("x" * 400)), 3, "no answer")
        self.assertNotIn("buffer", r.err)

    def test_one_colon(self):
        r = self.check(tug("-d", "vdev:", "raw", "os", "99", "read"), 1, "^tug: vdev: the device refused")
        r = self.check(tug("-d", "vdev:", "-d", "vdev:", "image", "list"), 3, "tug: vdev: the virtual device of this process")
        self.assertNotIn("vdev::", r.err)

    def test_several_devices(self):
        a, b = self.device(), self.device("--state", "leftover")
        docs = json.loads(self.check(tug("-d", a.udp, "-d", b.serial, "image", "list", "--json"), 0).out)
        self.assertEqual([(d["device"], d["exit"], len(d["images"])) for d in docs],
                         [(a.udp, 0, 1), (b.serial, 0, 2)])
        r = self.check(tug("-d", a.udp, "-d", "serial:/dev/ttyNONE", "image", "list", "--json"), 3)
        docs = json.loads(r.out)
        self.assertEqual([d["exit"] for d in docs], [0, 3])
        self.assertEqual(docs[1]["error"]["code"], "ENODEV")
        r = self.check(tug("-d", a.udp, "-d", b.udp, "image", "list"), 0)
        self.assertEqual(r.out.count("slot 0"), 2)
        self.assertIn(f"{a.udp}:\n", r.out)

    def test_log(self):
        v = self.device()
        log = self.path("frames.log")
        for _ in range(2):
            self.check(tug("-d", v.udp, "os", "echo", "hello", "--log", log, "--smp", "2"), 0)
        with open(log, encoding="utf-8") as f:
            lines = f.read().splitlines()
        self.assertEqual(lines.count("# tug log 1"), 2)
        record = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [<>"+-] \S+( .*)?$')
        self.assertTrue(all(record.match(x) for x in lines if not x.startswith("#")), lines)
        sent = [x.split(" ", 3)[3] for x in lines if " > " in x]
        self.assertTrue(all(re.fullmatch("0a00000a0000..00bf61646568656c6c6fff", x) for x in sent), sent)
        r = self.check(tug("decode", "@" + log), 0)
        self.assertEqual(r.out.count("(echo)"), 4)
        self.assertNotIn("# tug log", r.err)
        self.check(tug("-d", v.udp, "os", "echo", "x", "--log", self.dir), 4, "is a directory")
        self.check(tug("-d", v.udp, "os", "echo", "x", "--log", "/dev/full"), 4, "No space left|disk is full")
        self.check(tug("-d", v.udp, "os", "echo", "x", "--log", "/nonexistent/log"), 4, "No such file")

    def test_verbose(self):
        v = self.device()
        r = self.check(tug("-v", "-d", v.udp, "os", "params"), 0)
        self.assertRegex(r.err, r"> udp:\S+ read v2 OS 6 \(MCUmgr parameters\) seq \d+ len 1 {}")
        self.assertRegex(r.err, r'< udp:\S+ read-rsp v2 OS 6 \(MCUmgr parameters\) .* {"buf_size":384,"buf_count":4}')

    def test_scan(self):
        v = self.device()
        host = v.udp[len("udp:"):]
        r = self.check(tug("scan", "--json", "--udp", host), 0)
        self.assertIn({"url": v.udp}, json.loads(r.out)["devices"])
        self.check(tug("scan", "--udp", host), 0, out="udp:.* answers")
        self.check(tug("scan", "--udp", "127.0.0.1:1", "--timeout", "200ms"), 3, "127.0.0.1:1")
        silent = self.silent_host()
        r = self.check(tug("scan", "-q", "--json", "--udp", silent, "--udp", host, "--timeout", "200ms", "--retries", "0"), 3,
                       f"udp:{silent}: no answer")
        urls = [d["url"] for d in json.loads(r.out)["devices"]]
        self.assertTrue(v.udp in urls and f"udp:{silent}" not in urls, urls)

    def silent_host(self):
        """Takes what comes and says nothing."""
        mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(mute.close)
        mute.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % mute.getsockname()[1]

    def test_first_request(self):
        """A device in this process is asked when it has booted, not before."""
        for url in ("vdev:", "vdev:" + self.path("asked")):
            r = self.check(tug("-v", "-d", url, "--retries", "0", "os", "echo", "hello"), 0, out="hello")
            self.assertEqual(r.err.count("> vdev:"), 1, r.err)

    def test_lossy_link(self):
        v = self.device("--loss", "30%", "--duplicate", "0.2", "--reorder", "0.1", "--delay", 5, "--seed", 7)
        for _ in range(5):
            self.check(tug("-d", v.udp, "os", "echo", "still here", "--timeout", "500ms", "--retries", 40), 0)

    def test_vdev_command(self):
        profiles = [p["name"] for p in json.loads(self.check(tug("vdev", "--list-profiles", "--json"), 0).out)]
        for name in ("nrf52833", "nrf52840", "nrf5340", "stm32f4", "nrf54l15", "tiny"):
            self.assertIn(name, profiles)
            self.check(tug("vdev", "--list-profiles"), 0, out=name)
        link = self.path("port")
        v = Vdev("--pty", link, self.path("board"), "--profile", "tiny", "--trace-flash", "--state", "leftover")
        self.check(tug("-d", "serial:" + link, "image", "erase"), 0)
        self.assertEqual(v.stop(), 0)
        self.assertRegex(v.err, r"\*\*\* Booting MCUboot")
        self.assertRegex(v.err, r"(?m)^flash [a-zA-Z] area \d 0x[0-9a-f]{6} \d+$")
        r = self.check(tug("vdev", self.path("board"), "--map"), 0, out="primary slot, 49152 octets")
        self.assertEqual(r.err, "")  # a look does not boot
        self.check(tug("vdev", self.path("board"), "--map", "--state", "fresh"), 2, "leave out --state")
        self.check(tug("vdev", self.path("none"), "--map"), 4, "holds no virtual device")
        self.assertFalse(os.path.exists(self.path("none")))
        with Vdev(self.path("board"), "--udp", "0"):  # the folder says what it was made with; a look may stand beside
            self.check(tug("vdev", self.path("board"), "--map"), 0, out="^tiny: ")
        self.check(tug("vdev", self.path("board"), "--profile", "nrf52833"), 2, "of profile tiny, not nrf52833")
        self.check(tug("vdev", "--primary", "/nonexistent"), 4, "/nonexistent")
        self.check(tug("vdev", "--key", self.path("old.bin")), 4)
        self.check(tug("vdev", self.path("old.bin")), 4, "old.bin")
        for host, said in (("192.0.2.1", "not an address of this machine; listen on"), ("no.such.invalid", "nor a known name; listen on")):
            r = self.check(tug("vdev", self.path("unborn"), "--udp", host + ":0"), 2, said)
            self.assertNotIn("Booting", r.err)
            self.assertFalse(os.path.exists(self.path("unborn")))
        w = self.device("--udp", "0")
        self.check(tug("vdev", "--udp", w.udp.rsplit(":", 1)[1]), 3, "is taken by another program")


    def test_pty_link(self):
        """A link belongs to the device that lives; what a dead one left is replaced."""
        link = self.path("shared")
        with Vdev("--profile", "tiny", "--pty", link) as v:
            r = self.check(tug("vdev", "--profile", "tiny", "--pty", link), 3, f"another virtual device, process {v.p.pid}; stop that one")
            self.assertNotIn("Booting", r.err)
            self.check(tug("-d", "serial:" + link, "os", "params"), 0)
            v.stop(signal.SIGKILL)
        self.assertTrue(os.path.islink(link))
        with Vdev("--profile", "tiny", "--pty", link):  # left over; its number may be in use again
            self.check(tug("-d", "serial:" + link, "os", "params"), 0)
        for target in ("/dev/pts/999999", os.ttyname(self.terminal())):
            os.symlink(target, link)
            with Vdev("--profile", "tiny", "--pty", link):
                self.assertNotEqual(os.readlink(link), target)
            self.assertFalse(os.path.lexists(link))

    def terminal(self):
        """A pty of a program that is no virtual device."""
        for fd in (ends := os.openpty()):
            self.addCleanup(os.close, fd)
        return ends[1]


if __name__ == "__main__":
    main()
