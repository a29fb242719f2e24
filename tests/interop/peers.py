# SPDX-License-Identifier: Apache-2.0
"""Where the peers are and how devices are started; shared by the interop tests. Standard library only."""
import contextlib
import json
import os
import re
import selectors
import shlex
import signal
import subprocess
import sys
import tempfile
import tty

TUG = os.path.abspath(sys.argv[1])
BUILD = os.path.abspath(sys.argv[2])
SMPMGR = os.path.join(BUILD, "venv-peers/bin/smpmgr")
IMGTOOL = os.path.join(BUILD, "venv-imgtool/bin/imgtool")
MCUMGRCTL = os.path.join(BUILD, "peers/bin/mcumgrctl")
SERVERS = os.path.join(BUILD, "peers/smpclient-7.3.0/tests/fixtures/smp-server")


def skip(why):
    print(f"SKIP: {why}", flush=True)
    sys.exit(77)


def need(path, what):
    if not os.path.exists(path):
        why = os.path.join(BUILD, "peers", f"{os.path.basename(path)}.why")
        if os.path.exists(why):
            with open(why, encoding="utf-8", errors="replace") as f:
                skip(f"{what} is not there: {f.readline().strip()}")
        skip(f"{what} is not there (tools/fetch_peers fetches it)")
    return path


def run(*cmd, ok=(0,), timeout=300):
    """Run a program, show what it said, insist on its exit status; gives stdout."""
    print("$", " ".join(shlex.quote(c) for c in cmd), flush=True)
    r = subprocess.run(cmd, capture_output=True, text=True, errors="replace", timeout=timeout)
    print(r.stdout[-4000:] + r.stderr[-4000:], flush=True)
    if ok is not None and r.returncode not in ok:
        raise AssertionError(f"exit {r.returncode}, expected {ok}: {' '.join(cmd)}")
    return r.stdout


def tug(url, *args, ok=(0,), timeout=300):
    return run(TUG, "-d", url, *args, ok=ok, timeout=timeout)


def image_list(url):
    """The image list through tug, as {slot: entry}."""
    images = json.loads(tug(url, "--json", "image", "list"))["images"]
    return {e["slot"]: e for e in images}


def wait_line(stream, pattern, seconds, what):
    """Read lines of a running program until one matches: an event, not a sleep."""
    sel = selectors.DefaultSelector()
    sel.register(stream, selectors.EVENT_READ)
    os.set_blocking(stream.fileno(), False)
    text = ""
    while True:
        if not sel.select(seconds):
            raise AssertionError(f"{what} did not say {pattern!r} within {seconds} s; it said: {text!r}")
        part = os.read(stream.fileno(), 65536).decode(errors="replace")
        if not part:
            raise AssertionError(f"{what} ended; it said: {text!r}")
        text += part
        print(part, end="", flush=True)
        m = re.search(pattern, text)
        if m:
            return m


@contextlib.contextmanager
def running(cmd, cwd=None, stdin=subprocess.DEVNULL):
    proc = subprocess.Popen(cmd, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=stdin)
    try:
        yield proc
    finally:
        proc.send_signal(signal.SIGTERM)
        try:
            proc.wait(10)
        except subprocess.TimeoutExpired:
            proc.kill()
            proc.wait()


class Device:
    """A running virtual device: its links and its console."""

    def __init__(self, url, pty, console):
        self.url, self.pty, self.console = url, pty, console

    def wait_reboot(self):
        """Until the application of the next boot has started: its console line is the event."""
        wait_line(self.console, r"Booting virtual application", 60, "the device's console")


@contextlib.contextmanager
def vdev(*options, host="127.0.0.1"):
    """A virtual device of ours behind UDP (port 1337 of its own address) and a pty, booted once. Gives a Device."""
    with tempfile.TemporaryDirectory() as d:
        cmd = [TUG, "vdev", os.path.join(d, "device"), "--udp", f"{host}:1337", "--pty", os.path.join(d, "tty"), *options]
        print("$", " ".join(cmd), flush=True)
        proc = subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            m = wait_line(proc.stdout, r"ready udp:(\S+) serial:(\S+)", 20, "tug vdev")
            device = Device(f"udp:{m.group(1)}", m.group(2), proc.stderr)
            device.wait_reboot()
            yield device
        finally:
            proc.terminate()
            proc.wait(20)
            os.set_blocking(proc.stderr.fileno(), True)
            print("device console, the end:\n" + proc.stderr.read().decode(errors="replace")[-3000:], flush=True)
            proc.stdout.close()
            proc.stderr.close()


def signed(folder, name, version, key, size=20000, slot=0x38000):
    """An image signed by the real imgtool. Gives its path."""
    need(IMGTOOL, "imgtool")
    raw, out = os.path.join(folder, name + ".bin"), os.path.join(folder, name + ".signed.bin")
    with open(raw, "wb") as f:
        f.write(bytes((i * 31 + len(name)) & 0xff for i in range(size)))
    run(IMGTOOL, "sign", "-k", key, "-v", version, "-H", "0x200", "--pad-header", "-S", hex(slot), "--align", "4", raw, out)
    return out


def keys(folder):
    """A P-256 key made by the real imgtool: (private, public) PEM paths."""
    need(IMGTOOL, "imgtool")
    priv, pub = os.path.join(folder, "key.pem"), os.path.join(folder, "pub.pem")
    run(IMGTOOL, "keygen", "-k", priv, "-t", "ecdsa-p256")
    with open(pub, "w", encoding="utf-8") as f:
        f.write(run(IMGTOOL, "getpub", "-k", priv, "-e", "pem"))
    return priv, pub


def digest(path):
    """The hash the image list shows for a signed file."""
    return json.loads(run(TUG, "--json", "file", "info", path))["hash"]


def server(config, target):
    """(manifest entry, artifact path) of a prebuilt Zephyr server."""
    need(os.path.join(SERVERS, "manifest.json"), "smpclient's set of Zephyr servers")
    with open(os.path.join(SERVERS, "manifest.json"), encoding="utf-8") as f:
        for e in json.load(f):
            path = os.path.join(SERVERS, e["artifact"])
            if e["config"] == config and e["target"] == target and os.path.exists(path):
                return e, path
    skip(f"the set has no server {target}/{config}")
    return None


@contextlib.contextmanager
def qemu(entry, started=None):
    """A Zephyr server under QEMU, its UART on a pty, awaited until it prints `started`. Gives the pty's path."""
    import shutil
    if shutil.which("qemu-system-arm") is None:
        skip("qemu-system-arm is not installed (tools/bootstrap interop)")
    cmd = re.sub(r"-chardev socket,id=con,\S+", "-chardev pty,id=con", entry["qemu_cmd"])
    cmd = cmd.replace("-nographic", "-display none").replace("-monitor none", "-monitor stdio -S")
    with running(shlex.split(cmd), cwd=SERVERS, stdin=subprocess.PIPE) as proc:
        m = wait_line(proc.stdout, r"redirected to (/dev/pts/\d+)", 30, "qemu")
        # QEMU takes the last close of a pty for a pulled cable and may lose the interrupt of the octet under way, which a real
        # UART does not: the guest then waits for ever. One more holder of the pty, that never reads, keeps the cable in.
        # It is raw before the guest starts, or the line discipline would echo the device's own words to it.
        holder = os.open(m.group(1), os.O_RDWR | os.O_NOCTTY)
        try:
            tty.setraw(holder)
            proc.stdin.write(b"cont\n")
            proc.stdin.flush()
            if started:
                with open(holder, "rb", buffering=0, closefd=False) as console:
                    wait_line(console, started, 60, "the guest")
                os.set_blocking(holder, True)
            yield m.group(1)
        finally:
            os.close(holder)


@contextlib.contextmanager
def native(entry, path, folder):
    """A native Zephyr server. Gives the pty's path, or None for UDP."""
    with running([path], cwd=folder) as proc:
        try:
            if entry["transport"] == "udp":
                wait_line(proc.stdout, r"smp_udp: Started", 20, "the Zephyr server")
                yield None
            else:
                m = wait_line(proc.stdout, r"connected to pseudotty: (/dev/pts/\d+)", 20, "the Zephyr server")
                yield m.group(1)
        except FileNotFoundError:
            skip("the server is a 32-bit program and libc6:i386 is not installed (tools/bootstrap interop)")
