# SPDX-License-Identifier: Apache-2.0
"""Harness of the command-line tests: runs the program, starts virtual devices, makes images.

Environment: TUG = the program. Nothing here waits for a clock: a virtual device says when it is ready, an update
says how far it is. Time-outs only bound a failure.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

TUG = os.environ.get("TUG") or shutil.which("tug") or sys.exit("set TUG to the program")
LONG = 240  # seconds; a sanitizer build on a busy machine is slow


def env_with(extra=None):
    env = {k: v for k, v in os.environ.items() if k != "TUG_DEVICE"}
    env.update(extra or {})
    return env


def tug(*args, env=None, cwd=None, stdin=None, **kw):
    """Run the program to its end; .out and .err are text."""
    r = subprocess.run([TUG, *map(str, args)], env=env_with(env), cwd=cwd, timeout=LONG, input=stdin,
                       stdout=kw.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **kw)
    r.out = (r.stdout or b"").decode(errors="replace")
    r.err = r.stderr.decode(errors="replace")
    return r


class Running:
    """The program while it runs: wait for text on its streams, then interrupt it."""

    def __init__(self, *args, cwd=None):
        self.p = subprocess.Popen([TUG, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  cwd=cwd, env=env_with())
        self.out = self.err = ""
        self.open = 2
        self.seen = threading.Condition()
        self.readers = [threading.Thread(target=self.read, args=a, daemon=True)
                        for a in ((self.p.stdout, "out"), (self.p.stderr, "err"))]
        for r in self.readers:
            r.start()

    def read(self, stream, name):
        for line in stream:
            with self.seen:
                setattr(self, name, getattr(self, name) + line.decode(errors="replace"))
                self.seen.notify_all()
        with self.seen:
            self.open -= 1
            self.seen.notify_all()

    def wait_for(self, pattern, where="err"):
        """Until a line matches, or both streams have ended."""
        with self.seen:
            self.seen.wait_for(lambda: re.search(pattern, getattr(self, where)) or self.open == 0, LONG)
            m = re.search(pattern, getattr(self, where))
        if not m:
            raise AssertionError(f"{pattern!r} never came: {self.out} {self.err}")
        return m

    def end(self, sig=None):
        if sig is not None and self.p.poll() is None:
            self.p.send_signal(sig)
        code = self.p.wait(LONG)
        for r in self.readers:
            r.join(LONG)
        self.p.stdout.close()
        self.p.stderr.close()
        return code


class Vdev(Running):
    """A virtual device in a process of its own. `udp` and `serial` are its addresses, `err` is its console."""

    def __init__(self, *args, cwd=None):
        super().__init__("vdev", *args, cwd=cwd)
        words = self.wait_for("ready .*\n", "out").group(0).split()
        self.udp = next((w for w in words if w.startswith("udp:")), None)
        self.serial = next((w for w in words if w.startswith("serial:")), None)

    def stop(self, sig=signal.SIGTERM):
        return self.end(sig) if not self.p.stdout.closed else self.p.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Case(unittest.TestCase):
    """A folder of its own, a key and three images: old 1.0.0, new 2.0.0, and other 2.0.0 of another key."""

    SLOT = 0x37000  # of the profile nrf52833

    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="tug-cli-")
        os.chmod(cls.dir, 0o755)
        for key in ("key", "other"):
            cls.must("file", "keygen", "--key", cls.path(key + ".pem"))
            cls.must("file", "getpub", "--key", cls.path(key + ".pem"), "--encoding", "pem", "--output",
                     cls.path(key + ".pub"))
        cls.image("old.bin", "1.0.0", 30000)
        cls.image("new.bin", "2.0.0", 40000)
        cls.image("stranger.bin", "2.0.0", 41000, key="other.pem")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir, ignore_errors=True)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.dir, name)

    @classmethod
    def must(cls, *args):
        r = tug(*args)
        assert r.returncode == 0, (args, r.returncode, r.out, r.err)
        return r

    @classmethod
    def image(cls, name, version, size, key="key.pem", **kw):
        with open(cls.path("payload"), "wb") as f:
            f.write(bytes((i * 7 + size) % 251 for i in range(size)))
        cls.must("file", "sign", "--version", version, "--align", 4, "--header-size", "0x200", "--pad-header",
                 "--slot-size", kw.get("slot", cls.SLOT), *(("--key", cls.path(key)) if key else ()),
                 *kw.get("more", ()), cls.path("payload"), cls.path(name))
        return cls.path(name)

    def hash_of(self, name):
        return json.loads(self.must("file", "info", "--json", self.path(name)).out)["hash"]

    def device(self, *args):
        """A device of the profile nrf52833 that holds old.bin and trusts key.pub."""
        v = Vdev("--profile", "nrf52833", "--key", self.path("key.pub"), "--primary", self.path("old.bin"),
                 "--secondary", self.path("new.bin"), *args)
        self.addCleanup(v.stop)
        return v

    def check(self, r, code, err=None, out=None):
        self.assertEqual(r.returncode, code, f"{r.args}\n{r.out}\n{r.err}")
        if err is not None:
            self.assertRegex(r.err, err)
        if out is not None:
            self.assertRegex(r.out, out)
        return r

    def lines(self, r):
        return [json.loads(line) for line in r.out.splitlines()]

    def images(self, url):
        return json.loads(self.check(tug("-d", url, "image", "list", "--json"), 0).out)["images"]


def main():
    unittest.main(verbosity=1, warnings="ignore")
