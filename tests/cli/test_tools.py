# SPDX-License-Identifier: Apache-2.0
"""What stands beside the program: what is installed with it, and the tool that runs the documents."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("TUG_BUILD", "."))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import run_docs  # noqa: E402


class Install(unittest.TestCase):
    def test_tug_alone_can_be_installed(self):
        """Every file that is made and installed is made by the target tug."""
        if not os.path.exists(os.path.join(BUILD, "build.ninja")):
            self.skipTest("only Ninja tells what a target makes")
        with open(os.path.join(BUILD, "src/cli/cmake_install.cmake"), encoding="utf-8") as f:
            made = [os.path.relpath(p, BUILD) for p in re.findall(r'FILES "([^"]+)"', f.read()) if p.startswith(BUILD + "/")]
        made = [p for p in made if p != "tugboot.pc"]  # made by CMake itself
        self.assertIn("src/cli/tug.1", made)
        steps = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", "tug"], capture_output=True, text=True, check=True).stdout
        self.assertEqual([p for p in made if not re.search(rf"(^|[\s/]){re.escape(p)}(\s|$)", steps, re.M)], [])


class Documents(unittest.TestCase):
    def transcript(self, text):
        with tempfile.TemporaryDirectory() as d:
            return run_docs.console(text, d, dict(os.environ))

    def test_a_command_without_output_must_succeed(self):
        self.assertEqual(self.transcript("$ true\n$ echo anything\n"), [])
        for text in ("$ false\n", "$ false\n\n", "$ true\n$ exit 3\n$ echo a\na\n"):
            self.assertEqual(len(self.transcript(text)), 1, text)

    def test_a_command_with_output_is_judged_by_it(self):
        self.assertEqual(self.transcript("$ echo no; exit 1\nno\n"), [])
        self.assertEqual(len(self.transcript("$ echo no\nyes\n")), 1)


if __name__ == "__main__":
    unittest.main(verbosity=1, warnings="ignore")
