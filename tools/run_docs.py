#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the code blocks of README.md and docs/: a document cannot lie for long.

usage: tools/run_docs.py BUILD_DIR
  ```sh       run as a script in a folder of its own (blocks of one document share it, and run in order)
  ```console  lines after "$ " are run one by one; the lines below must come out ("..." = anything). Where none
              are, the command must succeed
  ```c        compiled alone against include/
Other blocks are pictures. README's first block must be exactly ./demo and ./check; CI runs those itself.
"""
import fnmatch
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def blocks(path):
    kind, start, body = None, 0, []
    with open(path, encoding="utf-8") as f:
        for i, line in enumerate(f, 1):
            m = re.match(r"```(\w*)\s*$", line)
            if m and kind is None:
                kind, start, body = m.group(1) or "text", i, []
            elif m:
                yield start, kind, "".join(body)
                kind = None
            elif kind is not None:
                body.append(line)


def sh(script, cwd, env):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=cwd, env=env, capture_output=True, text=True, timeout=300)


def console(body, cwd, env):
    """Transcript: commands and the output they must give."""
    cmd, want, bad = None, [], []

    def settle():
        if cmd is None:
            return
        r = subprocess.run(["bash", "-c", cmd], cwd=cwd, env=env, capture_output=True, text=True, timeout=300)
        got = (r.stdout + r.stderr).rstrip("\n").split("\n")
        if not any(line.strip() for line in want) and r.returncode:
            bad.append(f"$ {cmd}\n--- exit {r.returncode}, and the document shows no output that would say so\n" + "\n".join(got))
        elif not matches(got, want):
            bad.append(f"$ {cmd}\n--- expected\n" + "\n".join(want) + "\n--- got\n" + "\n".join(got))
    for line in body.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            settle()
            cmd, want = line[2:], []
        elif cmd is not None and line.startswith("> "):
            cmd += "\n" + line[2:]
        else:
            want.append(line)
    settle()
    return bad


def matches(got, want):
    """want may hold "..." lines (any lines) and "..." inside a line (any text)."""
    if not want:
        return True
    if want[0].strip() == "...":
        return any(matches(got[i:], want[1:]) for i in range(len(got) + 1)) if want[1:] else True
    if not got:
        return False
    pattern = re.sub(r"([\[\]?*])", r"[\1]", want[0].rstrip()).replace("...", "*")
    return fnmatch.fnmatchcase(got[0].rstrip(), pattern) and matches(got[1:], want[1:])


def main():
    build = os.path.abspath(sys.argv[1])
    os.chdir(ROOT)
    documents = ["README.md"] + sorted("docs/" + f for f in os.listdir("docs") if f.endswith(".md"))
    ran = failed = 0
    for path in documents:
        first = True
        with tempfile.TemporaryDirectory() as cwd:
            os.symlink(os.path.join(ROOT, "tests"), os.path.join(cwd, "tests"))  # its cases are inputs of examples
            env = {**os.environ, "PATH": os.path.join(build, "src/cli") + ":" + os.environ["PATH"], "LC_ALL": "C", "HOME": cwd}
            env.pop("TUG_DEVICE", None)
            for line, kind, body in blocks(path):
                bad = []
                if path == "README.md" and first:
                    first = False
                    if kind != "sh" or body != "./demo\n./check\n":
                        bad = ["the first block must be exactly ./demo and ./check"]
                elif kind == "sh":
                    r = sh(body, cwd, env)
                    bad = [r.stdout + r.stderr] if r.returncode else []
                elif kind == "console":
                    bad = console(body, cwd, env)
                elif kind == "c":
                    r = subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(ROOT, "include"), "-fsyntax-only", "-xc", "-"],
                                       input=body, capture_output=True, text=True)
                    bad = [r.stderr] if r.returncode else []
                else:
                    continue
                ran += 1
                if bad:
                    failed += 1
                    print(f"{path}:{line}: {kind} block failed")
                    print("\n".join(bad))
    print(f"{ran} blocks run, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
