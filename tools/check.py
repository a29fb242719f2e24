#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the checks by target and counts them. Called by ./check.

targets:
  default   sanitized build and tests, clang build, gates, analysers, fuzz smoke, documents, install, all power cuts, sizes
  sweep     power cuts in full, double cuts, seeded faults (unsanitized)
  sweep-10m double cuts on every device, over ten million (an hour)
  soak      1000 kills of the virtual device
  fuzz      every fuzz target for longer
  interop   the real peers: imgtool, smpmgr, mcumgr-toolkit, Zephyr servers
  bench     rates and sizes (prints, fails only when it cannot run)
"""
import base64
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.chdir(ROOT)
LONG = ("sweep", "sweep-10m", "soak", "interop", "bench", "ble")
JOBS = str(os.cpu_count() or 2)
results = []  # (name, pass|fail|skip, text)


def note(name, status, text=""):
    results.append((name, status, text))
    if status != "pass":
        print(f"  {status.upper()} {name}: {text}", flush=True)


def run(name, *cmd, quiet=True, env=None):
    """One step that passes or fails as a whole; its log is printed when it fails."""
    start = time.monotonic()
    r = subprocess.run(cmd, stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT, text=True, errors="replace",
                       env={**os.environ, **(env or {})})
    took = time.monotonic() - start
    if r.returncode and r.stdout:
        print(r.stdout[-6000:], flush=True)
    note(name, "fail" if r.returncode else "pass", f"exit {r.returncode}" if r.returncode else "")
    print(f"{'ok  ' if r.returncode == 0 else 'FAIL'} {name} ({took:.0f} s)", flush=True)
    return r.returncode == 0


def build(preset, *targets):
    ok = run(f"configure {preset}", "cmake", "--preset", preset)
    if ok:
        cmd = ["cmake", "--build", f"build/{preset}", "-j", JOBS]
        if targets:
            cmd += ["--target", *targets]
        ok = run(f"build {preset}", *cmd)
    return ok


def ctest(preset, *select):
    """CTest with a JUnit report, one result a test; a skipped test must say why."""
    report = os.path.join(ROOT, "build", f"ctest-{preset}-{'-'.join(s.strip('-^$') for s in select if not s.startswith('-')) or 'all'}.xml".replace("|", "_"))
    start = time.monotonic()
    subprocess.run(["ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "-j", JOBS, "--output-junit", report, *select])
    try:
        cases = ET.parse(report).getroot().findall("testcase")
    except (OSError, ET.ParseError) as e:
        note(f"ctest {preset}", "fail", f"no report: {e}")
        return
    if not cases:
        note(f"ctest {preset} {' '.join(select)}", "fail", "no test was selected")
    for case in cases:
        status, out = case.get("status"), (case.findtext("system-out") or "")
        if status == "run" and case.find("failure") is None:
            note(case.get("name"), "pass")
        elif status in ("notrun", "disabled") or case.find("skipped") is not None:
            why = [ln for ln in out.split("\n") if "SKIP" in ln.upper()]
            note(case.get("name"), "skip", why[0].strip() if why else "it did not say why")
        else:
            note(case.get("name"), "fail", "see the log above")
    print(f"ctest {preset} {' '.join(select)}: {len(cases)} tests ({time.monotonic() - start:.0f} s)", flush=True)


def sources():
    out = subprocess.run(["git", "ls-files", "src/*.c", "port/*.c"], capture_output=True, text=True, check=True).stdout.split()
    return [p for p in out if os.path.exists(p)]


def tidy():
    start = time.monotonic()

    def one(path):
        return path, subprocess.run(["clang-tidy", "--quiet", "-p", "build/clang", path], stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
    bad = 0
    with ThreadPoolExecutor(int(JOBS)) as pool:
        for path, r in pool.map(one, sources()):
            if r.returncode or "warning:" in r.stdout:
                bad += 1
                print(r.stdout[-3000:])
    note("clang-tidy", "fail" if bad else "pass", f"{bad} files" if bad else "")
    print(f"{'FAIL' if bad else 'ok  '} clang-tidy ({len(sources())} files, {time.monotonic() - start:.0f} s)", flush=True)


def replay(target, log):
    """What a reader of this log alone needs to see the failure again: the input, when it is short."""
    m = re.search(r"Test unit written to (\S+)", log)
    if not m or not os.path.exists(m.group(1)):
        return "no input was kept; see its log above"
    with open(m.group(1), "rb") as f:
        data = f.read()
    if len(data) > 4096:
        return f"the input is {m.group(1)}, {len(data)} octets"
    return (f"the input is {m.group(1)}; again with\n"
            f"    echo {base64.b64encode(data).decode()} | base64 -d >input && build/fuzz/tests/{target} input")


def fuzz(seconds):
    if not build("fuzz"):
        return
    folder = "build/fuzz/tests"
    targets = sorted(f for f in os.listdir(folder) if f.startswith("fuzz_") and os.access(os.path.join(folder, f), os.X_OK))
    if not targets:
        note("fuzz", "fail", "no fuzz target was built")

    def one(target):
        corpus = f"build/corpus/{target}"
        os.makedirs(corpus, exist_ok=True)
        os.makedirs("build/fuzz-found", exist_ok=True)
        seeds = f"tests/fuzz/corpus/{target[5:]}"
        cmd = [f"{folder}/{target}", f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=0",
               f"-artifact_prefix=build/fuzz-found/{target}-", corpus] + ([seeds] if os.path.isdir(seeds) else [])
        return target, subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    start = time.monotonic()
    with ThreadPoolExecutor(int(JOBS)) as pool:
        for target, r in pool.map(one, targets):
            if r.returncode:
                print(r.stdout[-4000:])
            note(f"{target} ({seconds} s)", "fail" if r.returncode else "pass", replay(target, r.stdout) if r.returncode else "")
    print(f"fuzz: {len(targets)} targets, {seconds} s each ({time.monotonic() - start:.0f} s)", flush=True)


def gates():
    report = "build/gates.tsv"
    if os.path.exists(report):
        os.remove(report)
    subprocess.run([sys.executable, "tools/gates.py", "build/clang", "--report", report])
    if not os.path.exists(report):
        note("gates", "fail", "they did not run")
        return
    with open(report, encoding="utf-8") as f:
        for line in f:
            note(*line.rstrip("\n").split("\t"))


def target_default():
    if build("sanitize"):
        ctest("sanitize", "-LE", "|".join(LONG))
    if build("clang"):
        gates()
        run("cppcheck", "cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--inline-suppr", "--error-exitcode=1",
            "--suppress=missingIncludeSystem", "--suppress=normalCheckLevelMaxBranches", "-Iinclude", "-j", JOBS, *sources())
        tidy()
    if build("release"):
        if os.path.exists("tools/gen_errors_md"):
            run("docs/errors.md is current", "tools/gen_errors_md", "--check")
        run("documents run", sys.executable, "tools/run_docs.py", "build/release")
        run("install", "tools/check_install", "build/release")
        ctest("release", "-L", "^powerloss$")
        ctest("release", "-R", "^bench_size_")
    fuzz(3)


def target_long(label):
    if build("release"):
        ctest("release", "-L", f"^{label}$")


def main():
    args = sys.argv[1:]
    if "--help" in args:
        print(__doc__)
        return 0
    also = None
    if "--also" in args:
        i = args.index("--also")
        also = args[i + 1]
        del args[i:i + 2]
    known = ["default", "sweep", "sweep-10m", "soak", "fuzz", "interop", "bench"]
    for t in args:
        if t not in known:
            print(f"check: unknown target '{t}'; there are: {' '.join(known)}", file=sys.stderr)
            return 2
    if also:
        with open(also, encoding="utf-8") as f:
            for line in f:
                note(*line.rstrip("\n").split("\t"))
    for t in args or ["default"]:
        start = time.monotonic()
        print(f"== {t}", flush=True)
        if t == "default":
            target_default()
        elif t == "fuzz":
            fuzz(20)
        else:
            target_long(t)
        print(f"== {t}: {time.monotonic() - start:.0f} s", flush=True)
    count = {s: sum(r[1] == s for r in results) for s in ("pass", "fail", "skip")}
    for name, status, text in results:
        if status != "pass":
            print(f"{status.upper()} {name}: {text}")
    print(f"{count['pass']} passed, {count['fail']} failed, {count['skip']} skipped")
    return 1 if count["fail"] else 0


if __name__ == "__main__":
    sys.exit(main())
