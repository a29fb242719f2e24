# SPDX-License-Identifier: Apache-2.0
"""What is generated from the command table: man page and completion know every command and every option."""
import os
import re
import shutil
import subprocess
import unittest

from cli_test import main, tug

MAN = os.path.join(os.environ.get("TUG_BUILD", ""), "src/cli/tug.1")
COMPLETION = os.path.join(os.environ.get("TUG_BUILD", ""), "src/cli/tug.bash")


def commands():
    text = tug("help").out.split("\n\n")[1]
    return [re.match(r"  (\S+(?: \S+)?)  ", line)[1].strip() for line in text.splitlines()]


def options(command):
    return re.findall(r"(?m)^  (?:-\w, |    )(--[\w-]+)", tug("help", *command.split()).out)


def complete(*words):
    line = " ".join(words)
    script = (f'source "{COMPLETION}"; COMP_WORDS=({" ".join(repr(w) for w in words)}); '
              f'COMP_CWORD={len(words) - 1}; COMP_LINE={line!r}; _tug; printf "%s\\n" "${{COMPREPLY[@]}}"')
    r = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return r.stdout.split()


class Generated(unittest.TestCase):
    def test_man_page(self):
        if shutil.which("man") is None:
            self.skipTest("man is not installed")
        r = subprocess.run(["man", "--warnings", "-l", MAN], capture_output=True, text=True, timeout=60,
                           env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200"})
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        page = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", r.stdout)
        for command in commands():
            self.assertIn(f"tug {command}", page)
            for option in options(command):
                self.assertIn(option, page)

    def test_completion(self):
        first = complete("tug", "")
        for command in commands():
            self.assertIn(command.split()[0], first)
            if " " in command:
                self.assertIn(command.split()[1], complete("tug", command.split()[0], ""))
            got = complete("tug", *command.split(), "--")
            for option in options(command):
                self.assertIn(option, got, command)
        self.assertEqual(complete("tug", "-d", "udp", "image", "l"), ["list"])
        self.assertEqual(complete("tug", "update", "--mode", "conf"), ["confirm-after-test", "confirm"])
        self.assertEqual(complete("tug", "up"), ["update"])
        self.assertEqual(complete("tug", "help", "up"), ["update"])
        self.assertEqual(complete("tug", "help", "image", "li"), ["list"])


if __name__ == "__main__":
    main()
