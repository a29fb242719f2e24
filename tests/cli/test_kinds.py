# SPDX-License-Identifier: Apache-2.0
"""Images of every kind that `tug file` makes update a virtual device: signature x digest x encryption x compression."""
import hashlib
import itertools

from cli_test import Case, Vdev, main, tug

SIGNED = (  # type of the key (None: unsigned), digest
    (None, "256"), (None, "512"), ("rsa-2048", "256"), ("rsa-3072", "256"), ("ecdsa-p256", "256"), ("ecdsa-p384", "384"),
    ("ed25519", "256"), ("ed25519", "512"),
)
# imgtool's families: RSA with RSA, P-256 with P-256, Ed25519 with X25519; a key encryption key goes with all
SEALED = {None: ("kek",), "rsa-2048": ("rsa-2048",), "rsa-3072": (), "ecdsa-p256": ("ecdsa-p256", "kek"), "ecdsa-p384": (),
          "ed25519": ("x25519", "x25519-512")}
PACKED = ("disabled", "lzma2", "lzma2armthumb")


class Kinds(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for kind in ("rsa-2048", "rsa-3072", "ecdsa-p256", "ecdsa-p384", "ed25519", "x25519"):
            cls.must("file", "keygen", "-t", kind, "-k", cls.path(kind))
            cls.must("file", "getpub", "-k", cls.path(kind), "-e", "pem", "-o", cls.path(kind + ".pub"))
        for name in ("kek", "kek.pub"):
            with open(cls.path(name), "wb") as f:
                f.write(bytes(range(100, 116)))
        with open(cls.path("plain"), "wb") as f:
            f.write(b"".join(hashlib.sha256(bytes([i % 50])).digest() for i in range(400)))

    def sign(self, name, version, key, sha, more=()):
        self.must("file", "sign", "-v", version, "-H", "0x200", "--pad-header", "-S", self.SLOT, "--align", 4, "--sha", sha,
                  *(("-k", self.path(key)) if key else ()), *more, self.path("plain"), self.path(name))
        return self.path(name)

    def update(self, mode, key, sha, sealed, packed):
        wrap = sealed and sealed.split("-512")[0]
        hmac = ("--hmac-sha", "512") if sealed == "x25519-512" else ()
        more = (("-E", self.path(wrap + ".pub"), *hmac) if sealed else ()) + ("--compression", packed)
        old = self.sign("before.bin", "1.0.0", key, sha)
        new = self.sign("after.bin", "2.0.0", key, sha, more)
        v = Vdev("--profile", "nrf52833", "--bootloader", mode, "--sha", sha, "--primary", old, "--secondary", self.path("new.bin"),
                 *(("--key", self.path(key + ".pub")) if key else ()),
                 *(("--enc-key", self.path(wrap), *hmac) if sealed else ()))
        try:
            r = self.check(tug("-d", v.udp, "update", "--allow-unsigned", "--json", new), 0)
            result = self.lines(r)[-1]
            self.assertEqual((result["outcome"], result["after"][0]["version"]), ("swapped", "2.0.0"))
        finally:
            v.stop()

    def test_every_kind(self):
        n = 0
        for (key, sha), packed in itertools.product(SIGNED, PACKED):
            for sealed in (None, *SEALED[key]):
                # what was compressed cannot be swapped out again
                for mode in ("swap-move",) if packed == "disabled" else ("overwrite-fast",):
                    with self.subTest(mode=mode, key=key, sha=sha, sealed=sealed, packed=packed):
                        self.update(mode, key, sha, sealed, packed)
                        n += 1
        print(f"{n} kinds of images, each one updated a device")
        self.assertGreater(n, 40)


if __name__ == "__main__":
    main()
