# SPDX-License-Identifier: Apache-2.0
"""What the comparisons with the real imgtool share: both programs, files, and the count of what was compared.

Import it before anything that only imgtool's environment holds: it runs the test again under that environment, and leaves
with 77 when imgtool is not there. The test's arguments are PROGRAM BUILD_DIR; SEED: env TUG_SEED.
"""
import collections
import os
import subprocess
import sys

PROGRAM, BUILD = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
VENV = os.path.join(BUILD, "venv-imgtool/bin/python")
if os.environ.get("TUG_IN_VENV") != "1":
    if not os.path.exists(VENV):
        print("SKIP: imgtool is not there (tools/fetch_peers fetches it)")
        sys.exit(77)
    os.execve(VENV, [VENV, os.path.abspath(sys.argv[0]), PROGRAM, BUILD], {**os.environ, "TUG_IN_VENV": "1"})

try:
    from click.testing import CliRunner
    from imgtool import imgtool_version
    from imgtool.main import imgtool
except ImportError as e:
    print(f"SKIP: imgtool does not load: {e}")
    sys.exit(77)

SEED = int(os.environ.get("TUG_SEED", "1"))
RANDOM_SIG = {"rsa-2048", "rsa-3072", "ecdsa-p256", "ecdsa-p384"}
# what the driver calls otherwise than imgtool
NAMES = {"encrypt": "-E", "erased": "-R", "hash": "--sha", "hex-addr": "-x", "key": "-k", "load-addr": "-L", "rom-fixed": "-F",
         "security-counter": "-s", "version": "-v"}
counts, failures = collections.Counter(), []


def theirs(*args):
    r = CliRunner().invoke(imgtool, [str(a) for a in args])
    return r.exit_code == 0, r.output + (repr(r.exception) if r.exception else "")


def ours(*args, env=None, refusals=(1,), timeout=60, **more):
    """Run PROGRAM: success, what it printed as octets, what it said. Any code but 0 and `refusals` is a crash."""
    r = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, env={**os.environ, **(env or {})}, timeout=timeout, **more)
    if r.returncode not in (0, *refusals):
        raise AssertionError(f"{os.path.basename(PROGRAM)} crashed: {r.returncode} {args} {r.stderr.decode(errors='replace')}")
    return r.returncode == 0, r.stdout, r.stderr.decode(errors="replace").strip()


def both_args(row):
    """Options of one row as both want them: the driver's words, imgtool's words. None and False leave an option out."""
    a, b = [], []
    for k, v in row.items():
        if v is None or v is False:
            continue
        a.append(k if v is True else f"{k}={v}")
        if k == "full":
            b += ["--public-key-format", "full"]
        else:
            b += [NAMES.get(k, "--" + k)] if v is True else [NAMES.get(k, "--" + k), str(v)]
    return a, b


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def note(group, ok, what):
    counts[group, "ok" if ok else "FAILED"] += 1
    if not ok:
        failures.append(f"{group}: {what}")
    return ok


def report(head):
    """Print the counts and the first failures, and leave. A group whose name begins with a space is part of another."""
    print(head)
    for g in dict.fromkeys(group for group, _ in counts):
        print(f"  {g:<36} {counts[g, 'ok']:>5} ok {counts[g, 'FAILED']:>5} failed")
    good = sum(n for (g, s), n in counts.items() if s == "ok" and not g.startswith(" "))
    print(f"  {'all comparisons':<36} {good:>5} ok {len(failures):>5} failed")
    for f in failures[:25]:
        print("  FAILED", f)
    sys.exit(1 if failures or not good else 0)
