# SPDX-License-Identifier: Apache-2.0
"""tug vdev --enc-key: a device whose bootloader opens encrypted images takes them, reverts, and refuses foreign ones."""
import os

from cli_test import Case, Vdev, main, tug

PRI, SEC = 0xc000, 0x43000  # of the profile nrf52833
SCHEMES = (  # private key, what file sign says, what vdev says
    ("rsa-2048", (), ()),
    ("ecdsa-p256", (), ()),
    ("ecdsa-p256", ("--encrypt-keylen", "256"), ("--encrypt-keylen", "256")),
    ("x25519", (), ()),
    ("x25519", ("--hmac-sha", "512"), ("--hmac-sha", "512")),
    ("kek", (), ()),
)


class Encrypted(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for kind in ("rsa-2048", "ecdsa-p256", "x25519"):
            cls.must("file", "keygen", "--type", kind, "--key", cls.path("enc-" + kind))
            cls.must("file", "getpub", "--key", cls.path("enc-" + kind), "--encoding", "pem", "--output",
                     cls.path("enc-" + kind + ".pub"))
        with open(cls.path("enc-kek"), "wb") as f:
            f.write(bytes(range(100, 116)))
        os.link(cls.path("enc-kek"), cls.path("enc-kek.pub"))

    def sealed(self, kind, version, size, more, key=None):
        name = f"{kind}{''.join(more)}-{version}.bin"
        self.image(name, version, size, key=key, more=("--encrypt", self.path(f"enc-{kind}.pub"), *more))
        plain = bytes((i * 7 + size) % 251 for i in range(size))
        return self.path(name), plain

    def slots(self, folder):
        with open(os.path.join(folder, "flash.bin"), "rb") as f:
            flash = f.read()
        return flash[PRI:PRI + self.SLOT], flash[SEC:SEC + self.SLOT]

    def run_device(self, kind, vdev, mode, folder):
        # unsigned: a bootloader signs and encrypts with keys of one kind, and key wrap goes with any
        v = Vdev("--profile", "nrf52833", "--primary", self.path("old.bin"), "--secondary", self.path("new.bin"),
                 "--bootloader", mode, "--enc-key", self.path(f"enc-{kind}"), *vdev, folder)
        self.addCleanup(v.stop)
        return v

    def test_update_with_each_scheme(self):
        for n, (kind, sign, vdev) in enumerate(SCHEMES):
            with self.subTest(kind=kind, sign=sign):
                folder = self.path(f"device{n}")
                two, plain2 = self.sealed(kind, "2.0.0", 40000, sign)
                three, plain3 = self.sealed(kind, "3.0.0", 30000, sign)
                v = self.run_device(kind, vdev, "swap-move", folder)
                # up, confirmed; then a trial that is reverted: both images are encrypted now
                self.check(tug("-d", v.udp, "update", "--allow-unsigned", two), 0, out=r"\nswapped: ")
                pri, _ = self.slots(folder)
                self.assertEqual(pri[0x200:0x200 + len(plain2)], plain2)
                self.check(tug("-d", v.udp, "update", "--allow-unsigned", "--mode", "test", three), 0)
                pri, sec = self.slots(folder)
                self.assertEqual(pri[0x200:0x200 + len(plain3)], plain3)
                with open(two, "rb") as f:
                    whole = f.read()
                self.assertEqual(sec[:len(whole)], whole)  # the old one went out as it had come in
                self.check(tug("-d", v.udp, "os", "reset"), 0)
                v.wait_for(r"Swap type: revert[\s\S]*Booting virtual application v2\.0\.0")
                self.assertEqual([(e["version"], e["active"]) for e in self.images(v.udp)],
                                 [("2.0.0", True), ("3.0.0", False)])
                pri, sec = self.slots(folder)
                self.assertEqual(pri[0x200:0x200 + len(plain2)], plain2)
                with open(three, "rb") as f:
                    whole = f.read()
                self.assertEqual(sec[:len(whole)], whole)
                v.stop()

    def test_overwrite(self):
        for mode in ("overwrite", "overwrite-fast"):
            with self.subTest(mode=mode):
                folder = self.path(mode)
                two, plain = self.sealed("x25519", "2.0.0", 40000, ())
                v = self.run_device("x25519", (), mode, folder)
                self.check(tug("-d", v.udp, "update", "--allow-unsigned", "--mode", "confirm", two), 0)
                pri, _ = self.slots(folder)
                self.assertEqual(pri[0x200:0x200 + len(plain)], plain)
                v.stop()

    def test_refused(self):
        two, _ = self.sealed("ecdsa-p256", "2.0.0", 40000, (), "key.pem")
        # another key, another scheme, no key at all: the old image stays
        self.must("file", "keygen", "--type", "ecdsa-p256", "--key", self.path("enc-stranger"))
        for args in (("--enc-key", self.path("enc-stranger")), ("--enc-key", self.path("enc-x25519")),
                     ("--enc-key", self.path("enc-ecdsa-p256"), "--encrypt-keylen", "256"), ()):
            with self.subTest(args=args):
                v = self.device(*args)
                self.check(tug("-d", v.udp, "update", two), 1, err=r"note: .* is encrypted[\s\S]*rejected: ")
                self.assertEqual(self.images(v.udp)[0]["version"], "1.0.0")
                v.stop()

    def test_usage(self):
        def vdev(*args):
            return tug("vdev", "--profile", "nrf52833", *args)

        key = self.path("enc-x25519")
        self.check(vdev("--encrypt-keylen", "256"), 2, "go with --enc-key")
        self.check(vdev("--enc-key", key + ".pub"), 2, "no private key of x25519, ecdsa-p256 or rsa-2048")
        self.check(vdev("--enc-key", self.path("enc-kek"), "--encrypt-keylen", "256"), 2, "as long as the images' keys")
        self.check(vdev("--enc-key", self.path("not-there")), 4, "not-there")


if __name__ == "__main__":
    main()
