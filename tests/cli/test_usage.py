# SPDX-License-Identifier: Apache-2.0
"""Misuse: every wrong word ends with status 2 and says what to do; output that cannot be written with 4."""
import os
import signal
import socket
import subprocess

from cli_test import Case, Running, TUG, env_with, main, tug

USAGE = [  # arguments, what standard error must say
    ([], "no command given"),
    (["frobnicate"], "unknown command 'frobnicate'"),
    (["updat"], "did you mean 'tug update'"),
    (["image"], "needs one more word: list, upload, test"),
    (["image", "lst"], "did you mean 'tug image list'"),
    (["os", "nonsense"], "there are: echo, reset"),
    (["update"], "'tug update' needs: FILE"),
    (["update", "a", "b"], "does not know what to do with 'b'"),
    (["update", "a", "--plam"], "did you mean --plan"),
    (["update", "a", "--nonsense"], "unknown option --nonsense"),
    (["--plan", "update", "a"], "belongs after the command"),
    (["image", "list", "--plan"], "not one of this command, but of 'tug update'"),
    (["image", "list", "-x"], "unknown option -x"),
    (["image", "list", "-d"], "needs a value"),
    (["image", "list"], "give -d URL or set TUG_DEVICE"),
    (["image", "list", "-d", ""], "cannot be ''"),
    (["image", "list", "-d", "nonsense"], "no device address"),
    (["image", "list", "-d", "ftp:host"], "no device address"),
    (["image", "list", "-d", "/dev/ttyACM0"], "no device address; did you mean serial:/dev/ttyACM0\\?"),
    (["image", "list", "-d", "127.0.0.1"], "did you mean udp:127.0.0.1\\?"),
    (["image", "list", "-d", "127.0.0.1:1337"], "did you mean udp:127.0.0.1:1337\\?"),
    (["image", "list", "-d", "[::1]:1337"], "did you mean udp:\\[::1\\]:1337\\?"),
    (["image", "list", "-d", "localhost:1"], "did you mean udp:localhost:1\\?"),
    (["image", "list", "-d", "vdev"], "did you mean vdev:\\?"),
    (["image", "list", "-d", "ble:"], "no device is given; write ble:NAME"),
    (["image", "list", "-d", "ble:sensor?pin=1"], "there are adapter, passkey and wait"),
    (["image", "list", "-d", "ble:sensor", "--adapter", "usb0"], "use hci0, hci1"),
    (["image", "list", "-d", "ble:sensor", "--passkey", "1000000"], "passkey"),
    (["image", "list", "-d", "udp:"], "udp"),
    (["image", "list", "-d", "udp:host:99999"], "port"),
    (["image", "list", "-d", "serial:"], "serial"),
    (["image", "list", "-d", "serial:/dev/null?baud=x"], "baud"),
    (["image", "list", "-d", "vdev:", "--timeout", "0"], "a duration above 0"),
    (["image", "list", "-d", "vdev:", "--timeout", "0s"], "a duration above 0"),
    (["image", "list", "-d", "vdev:", "--timeout", "fast"], "with its unit"),
    (["image", "list", "-d", "vdev:", "--timeout", "10"], "with its unit"),
    (["image", "list", "-d", "vdev:", "--timeout", "-1s"], "with its unit"),
    (["image", "list", "-d", "vdev:", "--timeout", "1e9s"], "with its unit"),
    (["image", "list", "-d", "vdev:", "--timeout", "1s", "--timeout", "2s"], "given twice"),
    (["image", "list", "-d", "vdev:", "--retries", "-1"], "a number from 0"),
    (["image", "list", "-d", "vdev:", "--retries", "3x"], "a number from 0"),
    (["image", "list", "-d", "vdev:", "--smp", "3"], "one of auto\\|1\\|2"),
    (["image", "list", "-d", "vdev:", "--json=yes"], "takes no value"),
    (["image", "test", "-d", "vdev:", "xyz"], "HASH is hex"),
    (["image", "test", "-d", "vdev:", "abc"], "HASH is hex"),
    (["image", "erase", "-d", "vdev:", "--slot", "256"], "0 to 255"),
    (["os", "reset", "-d", "vdev:", "--boot-mode", "256"], "0 to 255"),
    (["update", "f", "-d", "vdev:", "--mode", "fast"], "confirm-after-test\\|confirm"),
    (["update", "f", "-d", "vdev:", "--window", "0"], "auto or a number from 1 to 16"),
    (["update", "f", "-d", "vdev:", "--window", "17"], "auto or a number from 1 to 16"),
    (["update", "f", "-d", "vdev:", "--wait", "0"], "a duration above 0"),
    (["raw", "-d", "vdev:", "nogroup", "0", "read"], "GROUP is a number"),
    (["raw", "-d", "vdev:", "65536", "0", "read"], "GROUP is a number"),
    (["raw", "-d", "vdev:", "0", "256", "read"], "ID is a number"),
    (["raw", "-d", "vdev:", "0", "0", "delete"], "read or write"),
    (["raw", "-d", "vdev:", "0", "0", "read", "{"], "not JSON"),
    (["raw", "-d", "vdev:", "0", "0", "read", "{} x"], "not JSON"),
    (["raw", "-d", "vdev:", "0", "0", "read", "[1]"], "an object"),
    (["raw", "-d", "vdev:", "0", "0", "read", '{"a":1,"a":2}'], "given twice"),
    (["raw", "-d", "vdev:", "0", "0", "read", '{"a":18446744073709551615}'], "beyond 2\\^53"),
    (["raw", "-d", "vdev:", "0", "0", "read", '{"a":9007199254740993}'], "beyond 2\\^53"),
    (["raw", "-d", "vdev:", "0", "0", "read", '{"a":"\\u0000"}'], "cannot hold U\\+0000"),
    (["raw", "-d", "vdev:", "0", "0", "read", '{"a":"i\'18446744073709551616\'"}'], "beyond 64 bits"),
    (["raw", "-d", "vdev:", "0", "0", "read", '{"a":"h\'0g\'"}'], "not hex"),
    (["raw", "-d", "vdev:", "0", "0", "read", '{"a":' * 9 + "1" + "}" * 9], "nested more than eight"),
    (["decode"], "needs: HEX"),
    (["decode", "00", "-d", "vdev:"], "talks to no device"),
    (["decode", "zz"], "neither hex, base64"),
    (["vdev", "--profile", "nrf5284"], "no profile 'nrf5284'; did you mean nrf52840\\?"),
    (["vdev", "--profile", "zzzzzz"], "--list-profiles"),
    (["vdev", "--profile", "nonsense"], "--list-profiles"),
    (["vdev", "--bootloader", "nonsense"], "swap-move\\|swap-scratch\\|overwrite"),
    (["vdev", "--groups", "os,nonsense"], "os, img and zbasic"),
    (["vdev", "--server", "zephyr-1.0"], "zephyr-3.3\\|"),
    (["vdev", "--state", "nonsense"], "fresh\\|leftover"),
    (["vdev", "--report-hash", "2=00"], "0=HEX or 1=HEX"),
    (["vdev", "--report-hash", "0=0g"], "not hex"),
    (["vdev", "--loss", "2"], "probability"),
    (["vdev", "--udp", "host:port"], "PORT or HOST:PORT"),
    (["vdev", "--ble"], "not built yet"),
    (["file", "keygen"], "give --key FILE"),
    (["file", "keygen", "--key", "k", "--type", "dsa"], "ecdsa-p256\\|"),
    (["file", "sign", "a", "b"], "--version and --header-size"),
    (["file", "sign", "a", "b", "--version", "x", "--header-size", "32"], "maj.min.rev"),
    (["file", "sign", "a", "b", "--version", "1.0.0", "--header-size", "16"], "32 to 65535"),
    (["file", "sign", "a", "b", "--version", "1.0.0", "--header-size", "32", "--align", "3"], "one of 1.2.4.8.16.32"),
    (["file", "sign", "a", "b", "--version", "1.0.0", "--header-size", "32", "--pad"], "need --slot-size"),
    (["file", "sign", "a", "b", "--version", "1", "--header-size", "32", "--align", "16", "--max-align", "8"], "smaller"),
    (["help", "nonsense"], "no command 'nonsense'"),
]


class Usage(Case):
    def test_table(self):
        for args, said in USAGE:
            with self.subTest(args=args):
                r = self.check(tug(*args, cwd=self.dir), 2, said)
                self.assertEqual(r.out, "")
        print(f"{len(USAGE)} ways of misuse")

    def test_help_and_version(self):
        self.check(tug("help"), 0, out="image list")
        self.check(tug("--help"), 0, out="exit status")
        self.check(tug("update", "--help"), 0, out="--allow-downgrade")
        self.check(tug("help", "image"), 0, out="image confirm")
        self.check(tug("help", "image", "list"), 0, out="usage: tug image list")
        self.check(tug("--version"), 0, out=r"^tug \d+\.\d+\.\d+\n$")

    def test_options_before_and_after(self):
        for args in (["--json", "-d", "vdev:", "os", "params"], ["os", "--json", "params", "-dvdev:"],
                     ["os", "params", "-d", "vdev:", "--json"], ["-q", "--device=vdev:", "os", "params", "--json"]):
            self.check(tug(*args), 0, out='^{"buf_size":')
        self.check(tug("os", "params", "--json", env={"TUG_DEVICE": "vdev:"}), 0, out='^{"buf_size":')
        self.check(tug("-d", "vdev:", "os", "echo", "--", "--json"), 0, out="^--json\n$")

    def test_stdout_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            for args in (["help"], ["--json", "-d", "vdev:", "image", "list"], ["vdev", "--udp", "0"],
                         ["vdev", "--list-profiles"], ["decode", "0800000100000606a0"]):
                with self.subTest(args=args):
                    r = self.check(tug(*args, stdout=full), 4, "cannot write to standard output: No space left")
        for args in (["help"], ["decode", "0800000100000606a0"]):
            rd, wr = os.pipe()
            os.close(rd)
            self.check(tug(*args, stdout=wr), 4, "cannot write to standard output: Broken pipe")
            os.close(wr)
        r = subprocess.run(["sh", "-c", '"$0" -d vdev: image list --log "$1" >&-', TUG, self.path("log")],
                           env=env_with(), stderr=subprocess.PIPE, timeout=240)
        self.assertEqual(r.returncode, 4, r.stderr)
        with open(self.path("log"), encoding="utf-8") as f:  # the log did not become standard output
            self.assertTrue(all(line[0] in "#2" for line in f))

    def test_links_say_their_own_sentence(self):
        quick = ["--timeout", "300ms", "--retries", "0"]
        self.check(tug("-d", "serial:/dev/ttyNONE", "image", "list"), 3, "there is no serial port /dev/ttyNONE")
        self.check(tug("-d", "usb:ffff:ffff", "image", "list"), 3, "ffff:ffff")
        self.check(tug("-d", "udp:127.0.0.1:1", "image", "list", *quick), 3, "nothing listens|refused")
        self.check(tug("-d", "udp:name.invalid", "image", "list", *quick), 3, "name.invalid")
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        silent.bind(("127.0.0.1", 0))
        r = self.check(tug("-d", f"udp:127.0.0.1:{silent.getsockname()[1]}", "image", "list", *quick, "--json"), 3,
                       "no answer in time")
        self.assertIn('"code":"ETIMEOUT"', r.out)
        silent.close()

    def test_interrupted_request(self):
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        silent.bind(("127.0.0.1", 0))
        url = f"udp:127.0.0.1:{silent.getsockname()[1]}"
        for sig in (signal.SIGINT, signal.SIGTERM):
            run = Running("-v", "-d", url, "os", "params")
            run.wait_for("> udp:")
            self.assertEqual(run.end(sig), 130, run.err)
            self.assertRegex(run.err, "interrupted")
        silent.close()

    def test_permission(self):
        if os.getuid() != 0:
            self.skipTest("needs root to give up root")

        def nobody():
            os.setgid(65534)
            os.setuid(65534)
        os.chmod(self.path("new.bin"), 0)
        self.addCleanup(os.chmod, self.path("new.bin"), 0o644)
        v = self.device("--pty")
        os.chmod(v.serial[len("serial:"):], 0o600)
        self.check(tug("-d", "vdev:", "update", self.path("new.bin"), preexec_fn=nobody), 4, "[Pp]ermission denied")
        self.check(tug("-d", v.serial, "image", "list", preexec_fn=nobody), 4, "dialout")
        self.check(tug("file", "keygen", "--key", self.path("no.pem"), preexec_fn=nobody), 4, "[Pp]ermission denied")
        self.check(tug("-d", "vdev:", "image", "list", "--log", self.path("no.log"), preexec_fn=nobody), 4,
                   "[Pp]ermission denied")


if __name__ == "__main__":
    main()
