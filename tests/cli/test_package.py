# SPDX-License-Identifier: Apache-2.0
"""Update packages: made by tug file zip and read by others, made by others and brought to devices by tug update."""
import json
import os
import re
import struct
import zipfile

from cli_test import Case, main, tug
from two_images import TwoImages


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Package(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.image("net1.bin", "1.0.0", 20000)
        cls.image("net2.bin", "3.0.0", 21000)
        cls.image("plain.bin", "2.0.0", 20500, key=None)

    def pack(self, name, files, manifest=None, compression=zipfile.ZIP_STORED):
        """A zip of {name inside: file or octets}; manifest = a list of the entries of "files", or octets, or None."""
        path = self.path(name)
        with zipfile.ZipFile(path, "w", compression) as z:
            for inside, what in files.items():
                z.writestr(inside, what if isinstance(what, bytes) else read(self.path(what)))
            if isinstance(manifest, list):
                manifest = json.dumps({"format-version": 0, "time": 1658233512, "files": manifest}, indent=4)
            if manifest is not None:
                z.writestr("manifest.json", manifest)
        return path

    def entry(self, file, inside, index=0, **more):
        """As the build system writes it: indices are texts, address and size numbers."""
        return {"type": "application", "board": "nrf5340dk_nrf5340_cpuapp", "soc": "nRF5340_CPUAPP_QKAA",
                "load_address": 66048, "image_index": str(index), "slot_index_primary": str(2 * index + 1),
                "slot_index_secondary": str(2 * index + 2), "version_MCUBOOT": "2.0.0+0",
                "size": os.path.getsize(self.path(file)), "file": inside, "modtime": 1658233510, **more}

    def two(self):
        return self.pack("two.zip", {"app_update.bin": "new.bin", "net_core_app_update.bin": "net2.bin"},
                         [self.entry("new.bin", "app_update.bin"),
                          self.entry("net2.bin", "net_core_app_update.bin", 1, version_MCUBOOT="3.0.0+0")])


class Update(Package):
    def outcome(self, r):
        last = self.lines(r)[-1]
        self.assertEqual((last["event"], last["exit"]), ("result", r.returncode))
        return last["outcome"]

    def hash0(self, url):
        return next(e["hash"] for e in self.images(url) if e["active"])

    def test_one_image(self):
        for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            pkg = self.pack("one.zip", {"app_update.bin": "new.bin"}, [self.entry("new.bin", "app_update.bin")], compression)
            v = self.device()
            r = self.check(tug("-d", v.udp, "update", pkg, "--key", self.path("key.pub")), 0,
                           r"file: .*one\.zip \(app_update\.bin\), image 0, version 2\.0\.0, \d+ octets\n", "swapped: ")
            self.assertNotIn("note:", r.err)
            self.assertEqual(self.hash0(v.udp), self.hash_of("new.bin"))
            self.assertEqual(self.outcome(self.check(tug("-d", v.udp, "update", pkg, "--json"), 0)), "already-running")

    def test_old_and_bare_forms(self):
        sparse = self.pack("sparse.zip", {"app_update.bin": "new.bin"}, [{"file": "app_update.bin", "image_index": 0}])
        bare = self.pack("bare.zip", {"zephyr.signed.bin": "new.bin", "readme.txt": b"hello"})
        claim = self.pack("claim.zip", {"a.bin": "new.bin"}, [self.entry("new.bin", "a.bin", version_MCUBOOT="0.0.0+0")])
        for pkg, note in ((sparse, None), (bare, "no manifest.json; its only image is taken for image 0"),
                          (claim, r"the manifest gives 0\.0\.0\+0 as the version of .*claim\.zip \(a\.bin\)")):
            v = self.device()
            r = self.check(tug("-d", v.udp, "update", "--plan", pkg), 0, note, "plan: upload, test")
            self.assertEqual("note:" in r.err, note is not None)

    def test_upload(self):
        v = self.device()
        pkg = self.pack("one.zip", {"app_update.bin": "new.bin"}, [self.entry("new.bin", "app_update.bin")])
        self.assertEqual(self.outcome(self.check(tug("-d", v.udp, "image", "upload", pkg, "--json"), 0)), "uploaded")
        self.assertEqual(self.images(v.udp)[1]["hash"], self.hash_of("new.bin"))

    def test_image_that_the_device_does_not_have(self):
        v = self.device()
        before = self.images(v.udp)
        r = self.check(tug("-d", v.udp, "update", self.two()), 1, r"image list.*--image", r"image 1: plan: refused")
        self.assertNotIn("upload...", r.err)
        r = self.check(tug("-d", v.udp, "update", self.two(), "--json"), 1)
        self.assertEqual((self.outcome(r), self.lines(r)[-1]["image"]), ("failed", 1))
        self.assertEqual(self.images(v.udp), before)
        self.check(tug("-d", v.udp, "update", self.two(), "--image", "0"), 0, out="swapped: ")
        self.assertEqual(self.hash0(v.udp), self.hash_of("new.bin"))
        self.check(tug("-d", v.udp, "update", self.two(), "--image", "2"), 4,
                   r"no image 2; it holds 0 \(app_update\.bin\), 1 \(net_core_app_update\.bin\): give another --image")

    def test_direct_xip_variants(self):
        """The variant for the slot that does not run is the one to send."""
        v = self.device()
        pkg = self.pack("xip.zip", {"app.bin": "stranger.bin", "mcuboot_secondary_app.bin": "new.bin"},
                        [{"type": "application", "version_MCUBOOT+XIP": "2.0.0+0", "image_index": "0", "slot": str(i),
                          "size": os.path.getsize(self.path(f)), "file": n}
                         for i, (f, n) in enumerate((("stranger.bin", "app.bin"), ("new.bin", "mcuboot_secondary_app.bin")))])
        self.check(tug("-d", v.udp, "update", pkg), 0, "image 0 for slot 1, version 2.0.0", "swapped: ")
        self.assertEqual(self.hash0(v.udp), self.hash_of("new.bin"))
        self.assertEqual(self.outcome(self.check(tug("-d", v.udp, "update", pkg, "--json"), 0)), "already-running")

    def test_wrong_packages(self):
        new = read(self.path("new.bin"))
        one = self.entry("new.bin", "a.bin")
        whole = read(self.pack("whole.zip", {"a.bin": "new.bin"}, [one]))
        flipped = bytearray(whole)
        flipped[5000] ^= 1
        for name, octets in (("cut.zip", whole[:-100]), ("flipped.zip", bytes(flipped)), ("start.zip", whole[:40])):
            with open(self.path(name), "wb") as f:
                f.write(octets)
        rows = ((self.path("cut.zip"), "cut.zip is a damaged zip"), (self.path("flipped.zip"), r"a\.bin in .*flipped\.zip is damaged"),
                (self.path("start.zip"), "start.zip is a damaged zip"),
                (self.pack("b1.zip", {"a.bin": "new.bin"}, b"not json"), "manifest.json is not JSON"),
                (self.pack("b2.zip", {"b.bin": "new.bin"}, [one]), r"names a\.bin, which is not in the package"),
                (self.pack("b3.zip", {"a.bin": "old.bin"}, [one]), r"octets, and the manifest says"),
                (self.pack("b4.zip", {"a.bin": "new.bin", "b.bin": "new.bin"}, [one, self.entry("new.bin", "b.bin")]),
                 "gives image 0 twice, a.bin and b.bin"),
                (self.pack("b5.zip", {"a.bin": b"hello " * 1000}, [{"file": "a.bin"}]), r"b5\.zip \(a\.bin\) is a text file"),
                (self.pack("b6.zip", {"a.bin": new[:30000]}, [{"file": "a.bin"}]), r"b6\.zip \(a\.bin\) is cut off"),
                (self.pack("b7.zip", {"a.bin": new[:3000] + b"X" + new[3001:]}, [{"file": "a.bin"}]), r"b7\.zip \(a\.bin\).*digest"),
                (self.pack("b8.zip", {"a.bin": "new.bin", "b.bin": "old.bin"}), r"no manifest\.json; it holds a\.bin, b\.bin"),
                (self.pack("b9.zip", {"a.txt": b"x"}), "no update package"),
                (self.pack("b10.zip", {"a.bin": "new.bin", "b.bin": "old.bin"},
                           [dict(one, type="mcuboot", slot=0), {"file": "b.bin", "type": "mcuboot", "slot": 1}]),
                 "variants of type mcuboot"))
        for path, word in rows:
            with self.subTest(path=os.path.basename(path)):
                log = self.path("frames.log")
                r = self.check(tug("-d", "udp:127.0.0.1:1", "--log", log, "update", path), 4, word)
                self.assertEqual(len(r.err.splitlines()), 1, r.err)
                self.assertFalse(os.path.exists(log) and " > " in read(log).decode())
                r = self.check(tug("-d", "udp:127.0.0.1:1", "update", path, "--json"), 4)
                self.assertEqual(self.outcome(r), "failed")

    def test_unsigned_and_wrong_key(self):
        pkg = self.pack("u.zip", {"app.bin": "plain.bin", "net.bin": "net2.bin"},
                        [{"file": "app.bin", "image_index": 0}, {"file": "net.bin", "image_index": 1}])
        self.check(tug("-d", "udp:127.0.0.1:1", "update", pkg), 1, r"u\.zip \(app\.bin\) carries no signature, so nothing was sent")
        self.check(tug("-d", "udp:127.0.0.1:1", "update", pkg, "--key", self.path("key.pub")), 4, r"u\.zip \(app\.bin\)")
        self.check(tug("-d", "udp:127.0.0.1:1", "update", self.two(), "--key", self.path("other.pub")), 4, r"net_core_app_update\.bin")

    def test_other_commands_want_an_image(self):
        self.check(tug("file", "verify", self.two()), 1, "is a package, which tug update takes")
        self.check(tug("file", "info", self.two()), 4, "is a package, which tug update takes")


class TwoImageDevice(Package):
    """The network core is staged and confirmed before the application, and one reset starts both."""

    def twin(self, **kw):
        d = TwoImages(read(self.path("old.bin")), read(self.path("net1.bin")), **kw)
        self.addCleanup(d.stop)
        return d

    def active(self, url):
        return [(e["image"], e["version"], e["confirmed"]) for e in self.images(url) if e["active"]]

    def test_default_mode(self):
        d = self.twin()
        r = self.check(tug("-d", d.url, "update", self.two(), "--json"), 0)
        self.assertEqual(d.log, [("upload", 1), ("test", 1), ("upload", 0), ("test", 0), ("reset",), ("confirm", 1), ("confirm", 0)])
        results = [e for e in self.lines(r) if e["event"] == "result"]
        self.assertEqual([(e["image"], e["outcome"]) for e in results], [(1, "swapped"), (0, "swapped")])
        self.assertEqual(self.lines(r)[-1], results[-1])
        self.assertEqual(self.active(d.url), [(0, "2.0.0", True), (1, "3.0.0", True)])
        r = self.check(tug("-d", d.url, "update", self.two()), 0)
        self.assertEqual(re.findall(r"image (\d): (\S+):", r.out)[-1], ("0", "already-running"))
        self.assertEqual(d.log.count(("reset",)), 1)

    def test_confirm_mode(self):
        d = self.twin()
        r = self.check(tug("-d", d.url, "update", self.two(), "--mode", "confirm"), 0, out=r"(?s)image 1: swapped.*image 0: swapped")
        self.assertEqual(d.log, [("upload", 1), ("permanent", 1), ("upload", 0), ("permanent", 0), ("reset",)], r.err)

    def test_staged_only(self):
        d = self.twin()
        self.check(tug("-d", d.url, "update", self.two(), "--no-reset"), 0)
        self.assertEqual(d.log, [("upload", 1), ("test", 1), ("upload", 0), ("test", 0)])
        self.assertEqual(self.active(d.url), [(0, "1.0.0", True), (1, "1.0.0", True)])
        self.check(tug("-d", d.url, "update", self.two()), 0)  # goes on from there
        self.assertEqual(d.log[4:], [("reset",), ("confirm", 1), ("confirm", 0)])

    def test_plan_and_choice(self):
        d = self.twin()
        r = self.check(tug("-d", d.url, "update", self.two(), "--plan"), 0, out=r"(?s)image 1: plan: upload, .*image 0: plan: upload, ")
        self.assertEqual(d.log, [], r.err)
        self.check(tug("-d", d.url, "update", self.two(), "--image", "1"), 0, out="swapped")
        self.assertEqual(self.active(d.url), [(0, "1.0.0", True), (1, "3.0.0", True)])
        r = self.check(tug("-d", d.url, "update", self.two()), 0)  # only the other one is missing
        self.assertNotIn(("upload", 1), d.log[4:])
        self.assertEqual(self.active(d.url), [(0, "2.0.0", True), (1, "3.0.0", True)])

    def test_refused_before_anything_is_sent(self):
        d = self.twin()
        self.image("net0.bin", "0.5.0", 22000)
        pkg = self.pack("down.zip", {"a.bin": "new.bin", "n.bin": "net0.bin"},
                        [{"file": "a.bin"}, {"file": "n.bin", "image_index": 1}])
        self.check(tug("-d", d.url, "update", pkg), 1, "image 1: failed|older than what the device runs")
        self.assertEqual(d.log, [])

    def test_bootloader_refuses_one(self):
        d = self.twin(refuse=1)
        r = self.check(tug("-d", d.url, "update", self.two(), "--json"), 1)
        last = self.lines(r)[-1]
        self.assertEqual((last["image"], last["outcome"]), (1, "rejected"))


class Zip(Package):
    def zip(self, out, *words, code=0, err=None, env=None):
        return self.check(tug("file", "zip", self.path(out), *words, env=env), code, err)

    def test_round_trip(self):
        r = self.zip("made.zip", self.path("new.bin"), self.path("net2.bin"), "--board", "nrf5340dk", "--soc", "nRF5340", "--time",
                     1700000000, "--name", "my product")
        self.assertRegex(r.out, r"made\.zip: image 0: new\.bin, version 2\.0\.0, \d+ octets\n.*image 1: net2\.bin, version 3\.0\.0")
        with zipfile.ZipFile(self.path("made.zip")) as z:
            self.assertIsNone(z.testzip())
            self.assertEqual(z.namelist(), ["new.bin", "net2.bin", "manifest.json"])
            self.assertEqual(z.read("new.bin"), read(self.path("new.bin")))
            self.assertEqual(z.infolist()[0].date_time, (2023, 11, 14, 22, 13, 20))
            m = json.loads(z.read("manifest.json"))
        self.assertEqual((m["format-version"], m["time"], m["name"]), (1, 1700000000, "my product"))
        self.assertEqual(m["files"][1], {
            "type": "application", "board": "nrf5340dk", "soc": "nRF5340", "load_address": 0, "image_index": "1",
            "slot_index_primary": "3", "slot_index_secondary": "4", "version_MCUBOOT": "3.0.0+0",
            "size": os.path.getsize(self.path("net2.bin")), "file": "net2.bin", "modtime": 1700000000})
        self.zip("app.zip", self.path("new.bin"))
        v = self.device()
        self.check(tug("-d", v.udp, "update", self.path("app.zip"), "--key", self.path("key.pub")), 0, out="swapped: ")

    def test_indices_and_variants(self):
        self.zip("x.zip", self.path("new.bin") + ":0:0", self.path("old.bin") + ":0:1", self.path("net2.bin") + ":0x2", "--json")
        m = json.loads(zipfile.ZipFile(self.path("x.zip")).read("manifest.json"))
        self.assertEqual([(e["file"], e["image_index"], e.get("slot")) for e in m["files"]],
                         [("new.bin", "0", "0"), ("old.bin", "0", "1"), ("net2.bin", "2", None)])
        self.assertEqual(m["files"][0]["version_MCUBOOT+XIP"], "2.0.0+0")
        odd = self.path("odd:1")
        with open(odd, "wb") as f:
            f.write(read(self.path("new.bin")))
        self.zip("odd.zip", odd)
        self.assertEqual(zipfile.ZipFile(self.path("odd.zip")).namelist()[0], "odd:1")

    def test_same_octets(self):
        words = [self.path("new.bin"), self.path("net2.bin")]
        for i, env in enumerate(({"TZ": "UTC", "SOURCE_DATE_EPOCH": "1700000000"}, {"TZ": "Asia/Kathmandu", "SOURCE_DATE_EPOCH": "1700000000"})):
            self.zip(f"same{i}.zip", *words, env=env)
        self.zip("same2.zip", *words, "--time", "1700000000", env={"SOURCE_DATE_EPOCH": "5"})
        self.assertEqual(len({read(self.path(f"same{i}.zip")) for i in range(3)}), 1)
        self.zip("bad.zip", *words, code=2, err="SOURCE_DATE_EPOCH is seconds", env={"SOURCE_DATE_EPOCH": "yesterday"})

    def test_hex_and_padding(self):
        padded = self.image("padded.bin", "2.0.0", 40000, more=["--pad"])
        self.zip("padded.zip", padded)
        inside = zipfile.ZipFile(self.path("padded.zip")).read("padded.bin")
        self.assertLess(len(inside), 45000)
        self.assertEqual(struct.unpack_from("<I", inside)[0], 0x96f3b83d)
        self.must("file", "sign", "-v", "2.0.0", "-H", "0x200", "--pad-header", "-k", self.path("key.pem"), "--hex-addr", "0xc000",
                  self.path("payload"), self.path("h.hex"))
        self.zip("hex.zip", self.path("h.hex"))
        m = json.loads(zipfile.ZipFile(self.path("hex.zip")).read("manifest.json"))
        self.assertEqual((m["files"][0]["file"], m["files"][0]["load_address"]), ("h.bin", 0xc200))

    def test_refusals(self):
        new, old = self.path("new.bin"), self.path("old.bin")
        before = read(new)
        self.check(tug("file", "zip", new, old), 2, r"new\.bin' does not end in \.zip")
        self.assertEqual(read(new), before)
        self.zip("r.zip", new + ":0", old + ":0", code=2, err="both image 0")
        self.zip("r.zip", new, new + ":1", code=2, err="called new.bin")
        self.zip("r.zip", new + ":1:2", code=2, err="a slot is 0 or 1")
        self.zip("r.zip", self.path("payload"), code=4, err="payload")
        self.zip("r.zip", self.path("none.bin"), code=4, err="No such file")
        self.zip("r.zip", self.two(), code=4, err="is a package")
        self.zip("r.zip", new, "--key", self.path("other.pub"), code=4, err=r"new\.bin")
        self.assertFalse(os.path.exists(self.path("r.zip")))
        self.check(tug("file", "zip", "/nonexistent/r.zip", new), 4, "/nonexistent")
        self.zip("plain.zip", self.path("plain.bin"), err="carries no signature")


if __name__ == "__main__":
    main()
