# SPDX-License-Identifier: Apache-2.0
"""tug decode: the same frames in every form people paste, and what is no frame."""
import base64
import binascii
import json
import subprocess

from cli_test import Case, TUG, env_with, main, tug

ECHO_Q = "0a00000900000100a161646568656c6c6f"
ECHO_A = "0b00000a00000100bf61726568656c6c6fff"
ECHO_LINE = "ABMKAAAJAAABAKFhZGVoZWxsb3o2"
SHOWN = r'write v2 OS 0 \(echo\) seq 1 len 9 \{"d":"hello"\}'


class Decode(Case):
    def dash(self, text):
        return "-".join(text[i:i + 2] for i in range(0, len(text), 2)).upper()

    def test_forms_of_one_frame(self):
        forms = [
            [ECHO_Q], [ECHO_Q.upper()], ["0x" + self.dash(ECHO_Q)], ["(0x) " + self.dash(ECHO_Q)],
            [self.dash(ECHO_Q).replace("-", " ")], self.dash(ECHO_Q).split("-"), [self.dash(ECHO_Q).replace("-", ":")],
            ["\x06\x09" + ECHO_LINE], ["^F^I" + ECHO_LINE], [ECHO_LINE], [base64.b64encode(bytes.fromhex(ECHO_Q)).decode()],
            ["characteristic.setValue(0x" + ECHO_Q + ")"], ["value: (0x) " + self.dash(ECHO_Q)],
        ]
        for words in forms:
            with self.subTest(words=words):
                self.check(tug("decode", *words), 0, out="^" + SHOWN + "\n$")

    def test_several(self):
        for words in ([ECHO_Q, ECHO_A], [ECHO_Q + ECHO_A]):
            r = self.check(tug("decode", *words), 0)
            self.assertEqual(len(r.out.splitlines()), 2)
            self.assertIn('write-rsp v2 OS 0 (echo) seq 1 len 10 {"r":"hello"}', r.out)
        frame = bytes.fromhex("0a00006900000100a161647864") + b"y" * 100
        text = base64.b64encode((len(frame) + 2).to_bytes(2, "big") + frame +
                                binascii.crc_hqx(frame, 0).to_bytes(2, "big")).decode()
        lines = ["\x06\x09" + text[:124], "\x04\x14" + text[124:]]
        self.check(tug("decode", *lines), 0, out='"d":"y{100}"')

    def test_names_and_errors(self):
        self.check(tug("decode", "0b00001400012600bf63657272bf6567726f757001627263181cffff"), 0,
                   out=r"IMG 0 \(image state write\) .* = group IMG rc 28 IMAGE_ALREADY_PENDING: ")
        self.check(tug("decode", "03000006003f0100bf62726308ff"), 0, out="v1 ZBASIC 0 .* = rc 8 NOTSUP: ")
        self.check(tug("decode", "0300001200010501bf627263066372736e676e6f20736c6f74ff"), 0, out=r'rc 6 .*\("no slot"\)')
        self.check(tug("decode", "08000001012c0d00a0"), 0, out="read v2 300 0 seq 13")

    def test_json(self):
        frame = json.loads(self.check(tug("decode", "--json", ECHO_Q), 0).out)["frames"]
        self.assertEqual(frame, [{"op": "write", "version": 2, "group": 0, "group_name": "OS", "id": 0, "command": "echo",
                                  "seq": 1, "flags": 0, "len": 9, "body": {"d": "hello"}}])
        doc = json.loads(tug("decode", "--json", "0b00001400012600bf63657272bf6567726f757001627263181cffff").out)
        self.assertEqual((doc["frames"][0]["error"]["group"], doc["frames"][0]["error"]["rc"]), (1, 28))

    def test_values(self):
        def body(cbor):
            item = bytes.fromhex(cbor)
            frame = bytes([0, 0]) + len(item).to_bytes(2, "big") + bytes([0, 64, 0, 0]) + item
            return json.loads(tug("decode", "--json", frame.hex()).out)["frames"][0].get("body")
        for cbor, want in (("1b0020000000000000", 2**53), ("1b0020000000000001", "9007199254740993"),
                           ("1bffffffffffffffff", "18446744073709551615"), ("3bffffffffffffffff", "-18446744073709551616"),
                           ("3863", -100), ("4100", "h'00'"), ("63616263", "abc"), ("656827303027", "t'h'00''"),
                           ("f93c00", 1.0), ("fa3fc00000", 1.5), ("fbbff8000000000000", -1.5), ("f6", None), ("f5", True),
                           ("5f41004101ff", "h'0001'"), ("7f61616162ff", "ab"), ("c100", 0), ("a1016161", {"1": "a"}),
                           ("62c328", "\ufffd("), ("6100", "\u2400"), ("9f01820203ff", [1, [2, 3]]), ("bfff", {})):
            with self.subTest(cbor=cbor):
                self.assertEqual(body(cbor), want)
        self.assertIsNone(body("81" * 9 + "00"))  # nested too deeply: shown as octets instead

    def test_broken(self):
        self.check(tug("decode", ECHO_Q[:-4]), 1, out="cut off")
        self.check(tug("decode", "0a00"), 1, out="shorter than a header")
        self.check(tug("decode", ECHO_Q + "0a"), 1, out="(?s)echo.*shorter than a header")
        self.check(tug("decode", "\x06\x09" + ECHO_LINE[:-4] + "b3o3"), 1, "CRC")
        self.check(tug("decode", "0a00000400000100ffffffff"), 0, out="body is no CBOR")
        for bad in ("zz", "0x", "hello world", "0a0", ""):
            self.check(tug("decode", bad), 2)

    def test_files_and_stdin(self):
        text = f"I: boot\n\x06\x09{ECHO_LINE}\nuart:~$ \n{ECHO_A}\n"
        with open(self.path("mixed.txt"), "w", encoding="utf-8") as f:
            f.write(text)
        with open(self.path("raw.bin"), "wb") as f:
            f.write(bytes.fromhex(ECHO_Q + ECHO_A))
        for r in (tug("decode", "@" + self.path("mixed.txt")), tug("decode", "-", stdin=text.encode())):
            self.check(r, 0, "no frame: I: boot", SHOWN)
            self.assertEqual(len(r.out.splitlines()), 2)
        r = self.check(tug("decode", "@" + self.path("raw.bin")), 0, out=SHOWN)
        self.assertEqual(len(r.out.splitlines()), 2)
        self.check(tug("decode", "@" + self.path("none")), 4, "No such file")
        self.check(tug("decode", "@" + self.dir), 4, "directory")
        self.check(tug("decode", "-", stdin=b"nothing here\n"), 1, "no frame in this")
        self.check(tug("decode", "-", stdin=b""), 1, "no frame in this")
        r = subprocess.run(["sh", "-c", '"$0" decode - <&-', TUG], env=env_with(), capture_output=True, timeout=240)
        self.assertEqual(r.returncode, 1, r.stderr)


if __name__ == "__main__":
    main()
