#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The structure gates: layout, function size, include table, headers, documentation, symbols.

usage: tools/gates.py [BUILD_DIR]     thresholds: tools/gates.toml
Prints one line a gate and its three worst; exit 1 when a gate fails. With --report FILE, one line
"name<TAB>pass|fail<TAB>text" a gate is appended to FILE.
"""
import os
import re
import subprocess
import sys
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.chdir(ROOT)
with open("tools/gates.toml", "rb") as f:
    CFG = tomllib.load(f)

FREE = {"stdint.h", "stddef.h", "stdbool.h", "limits.h", "stdarg.h", "string.h", "stdalign.h", "stdnoreturn.h", "float.h", "iso646.h"}
results = []


def gate(name, bad, worst):
    results.append((name, "fail" if bad else "pass", "; ".join(str(b) for b in bad[:3])))
    print(f"{'FAIL' if bad else 'ok  '} {name}")
    for line in (bad or worst)[:3]:
        print(f"       {line}")


def files(*pats):
    out = subprocess.run(["git", "ls-files", "--", *pats], capture_output=True, text=True, check=True).stdout.split("\n")
    return [p for p in out if p and os.path.exists(p)]


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def strip(text):
    """Comments and string contents blanked, lines kept."""
    def blank(m):
        s = m.group(0)
        if s.startswith("/"):
            return re.sub(r"[^\n]", " ", s)
        return s[0] + " " * (len(s) - 2) + s[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def functions(path):
    """(name, first line, last line, parameters) of each function; bodies start and end in column 0."""
    lines = strip(read(path)).split("\n")
    found = []
    i = 0
    while i < len(lines):
        if lines[i].startswith("{"):
            j = i - 1
            while j >= 0 and lines[j].strip() and not re.search(r"[;}]\s*$", lines[j]) and not lines[j].startswith("#"):
                j -= 1
            head = " ".join(lines[j + 1:i])
            m = re.search(r"(\w+)\s*\((.*)\)\s*$", head)
            end = i
            while end < len(lines) and not lines[end].startswith("}"):
                end += 1
            if m and not re.match(r"\s*(struct|union|enum)\s+\w+\s*=", head):
                depth = n = 0
                params = m.group(2).strip()
                for c in params:
                    depth += c == "("
                    depth -= c == ")"
                    n += c == "," and depth == 0
                found.append((m.group(1), j + 2, end + 1, 0 if params in ("", "void") else n + 1))
            i = end
        i += 1
    return found


def check_root():
    entries = {p.split("/")[0] for p in files(".") if not p.startswith(".")}
    n = len(entries)
    gate(f"root entries ({n})", [f"{n} entries, {CFG['root_entries']} at most"] if n > CFG["root_entries"] else [], [])


def check_functions():
    all_fn = []
    code = files("src/*.c", "port/*.c", "bench/*.c", "tests/*.c")
    for path in code:
        for name, a, b, params in functions(path):
            all_fn.append((b - a + 1, params, f"{path}:{a} {name}"))
    own = [f for f in all_fn if not f[2].startswith("tests/")]
    for title, pick, limit, pool in (("function length", 0, CFG["function_lines"], all_fn), ("parameters", 1, CFG["parameters"], all_fn)):
        worst = sorted(((f[pick], f[2]) for f in pool), reverse=True)
        gate(f"{title} (<= {limit}, {len(pool)} functions)", [f"{v} {w}" for v, w in worst if v > limit], [f"{v} {w}" for v, w in worst])
    lengths = sorted(f[0] for f in own) or [0]
    p90 = lengths[int(len(lengths) * 0.9)] if len(lengths) > 1 else lengths[0]
    gate(f"function length p90 ({p90}, median {lengths[len(lengths) // 2]})", [f"p90 {p90} > {CFG['function_p90']}"] if p90 > CFG["function_p90"] else [], [])


def check_files():
    sizes = sorted(((read(p).count("\n"), p) for p in files("src/*.[ch]", "port/*.[ch]", "include/*.h", "tests/*.[ch]", "bench/*.[ch]", "tools/*")), reverse=True)
    gate(f"file length (<= {CFG['file_lines']})", [f"{n} {p}" for n, p in sizes if n > CFG["file_lines"]], [f"{n} {p}" for n, p in sizes])


def check_directives():
    bad, symbols = [], set()
    for path in files("src/*.[ch]", "port/*.[ch]", "include/*.h"):
        lines = strip(read(path)).split("\n")
        spans = functions(path)
        for i, line in enumerate(lines, 1):
            m = re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b(.*)", line)
            if not m:
                continue
            symbols |= {s for s in re.findall(r"\bTUG_CFG_\w+|\bCONFIG_\w+", m.group(2))}
            if not path.startswith("port/") and any(a <= i <= b for _, a, b, _ in spans):
                bad.append(f"{path}:{i} {line.strip()}")
    gate("no #if inside functions", bad, [])
    n = len(symbols)
    gate(f"configuration symbols ({n})", [f"{n} > {CFG['config_symbols']}"] if n > CFG["config_symbols"] else [], sorted(symbols))


def allowed(inc, rules):
    if any(r[0] == "!" and inc.startswith(r[1:]) for r in rules):
        return False
    for r in rules:
        if r == "@free" and inc in FREE:
            return True
        if r == "@libc" and ("/" not in inc or inc.startswith(("sys/", "netinet/", "arpa/", "net/", "linux/", "asm/"))) and not inc.startswith("tug"):
            if inc not in ("uv.h", "cJSON.h", "zip.h", "libserialport.h"):
                return True
        if r[0] not in "@!" and inc.startswith(r):
            return True
    return False


def check_includes():
    bad, seen = [], 0
    table = sorted(CFG["include"].items(), key=lambda kv: -len(kv[0]))
    for path in files("src/*.[ch]", "src/*.def", "port/*.[ch]", "include/*.h"):
        folder = os.path.dirname(path)
        rules = next((r for k, r in table if folder == k or folder.startswith(k + "/")), None)
        if rules is None:
            if path.endswith((".c", ".h")):
                bad.append(f"{path}: folder {folder} has no row in the include table")
            continue
        for i, line in enumerate(read(path).split("\n"), 1):
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not m:
                continue
            seen += 1
            inc = m.group(2)
            if m.group(1) == '"':
                if "/" in inc or not os.path.exists(os.path.join(folder, inc)):
                    bad.append(f"{path}:{i} \"{inc}\": private headers are of the own folder only")
            elif not allowed(inc, rules):
                bad.append(f"{path}:{i} <{inc}> is not allowed in {folder}")
    gate(f"include table ({seen} includes)", bad, [])


def check_headers():
    bad = []
    headers = files("include/*.h")
    for path in headers:
        for cc in (["gcc", "-std=c11", "-xc", "-Wconversion"], ["g++", "-std=c++17", "-xc++"]):
            r = subprocess.run([*cc, "-Wall", "-Wextra", "-Wundef", "-Werror", "-Iinclude", "-fsyntax-only", path], capture_output=True, text=True)
            if r.returncode:
                bad.append(f"{path} ({cc[0]}): {r.stderr.strip().splitlines()[0] if r.stderr.strip() else 'failed'}")
        if re.search(r"#\s*include\s*<(uv|openssl|zcbor|cJSON|cjson|zip|libserialport|systemd)", read(path)):
            bad.append(f"{path} includes a third-party header")
    gate(f"public headers stand alone ({len(headers)}, C11 and C++)", bad, [])


def check_docs():
    """Every prototype, struct, enum, field, enumerator and macro of a public header carries a /** comment."""
    bad, n = [], 0
    for path in files("include/*.h"):
        raw = read(path).split("\n")
        code = strip(read(path)).split("\n")
        i = 0
        while i < len(code):
            line = code[i].strip()
            start = i
            if not line or line.startswith(("}", 'extern "', "{")):
                i += 1
                continue
            if line.startswith("#"):
                while raw[i].endswith("\\"):
                    i += 1
                m = re.match(r"#\s*define\s+(TUG_\w+)", line)
                if m and not m.group(1).endswith(("_H", "_ENUM")):
                    n += 1
                    if not noted(raw, start, i):
                        bad.append(f"{path}:{start + 1} {m.group(1)}")
                i += 1
                continue
            text = line
            while i + 1 < len(code) and not (text.count("(") == text.count(")") and re.search(r"[;,{}]$", text)) and not code[i + 1].startswith("{"):
                i += 1
                text = (text + " " + code[i].strip()).strip()
            forward = re.match(r"(struct|enum|union)\s+\w+\s*;$|enum\s*\{$", text)  # members of an anonymous enum speak for themselves
            if not forward and not text.startswith("TUG_ERR_MAP"):
                n += 1
                if not noted(raw, start, i):
                    bad.append(f"{path}:{start + 1} {text[:60]}")
            i += 1
            if i < len(code) and code[i].startswith("{"):  # body of a static inline function
                while i < len(code) and not code[i].startswith("}"):
                    i += 1
    gate(f"public declarations documented ({n})", bad, [])


def noted(raw, first, last):
    """A /**< note on the declaration's lines (or on its end), or a /** comment that ends right above."""
    if any("/**<" in raw[k] for k in range(first, last + 1)):
        return True
    depth = 0
    if raw[last].rstrip().endswith("{"):  # nested struct or union: the note may follow its closing brace
        for k in range(last, len(raw)):
            depth += raw[k].count("{") - raw[k].count("}")
            if depth == 0:
                if "/**<" in raw[k]:
                    return True
                break
    k = first - 1
    if k < 0 or not raw[k].rstrip().endswith("*/"):
        return False
    while k >= 0 and "/*" not in raw[k]:
        k -= 1
    return k >= 0 and "/**" in raw[k] and "/**<" not in raw[k]


def check_readmes():
    folders = set()
    for top in ("src", "port", "tests"):
        for path in files(top + "/*"):
            parts = path.split("/")
            if len(parts) > 2:
                folders.add("/".join(parts[:2]))
    bad = []
    for folder in sorted(folders):
        path = folder + "/README.md"
        if not os.path.exists(path):
            bad.append(f"{path} is missing")
        elif read(path).count("\n") > CFG["readme_lines"]:
            bad.append(f"{path} has {read(path).count(chr(10))} lines")
    gate(f"folder READMEs ({len(folders)} folders)", bad, [])


def check_symbols(build):
    bad, mutable = [], []
    for lib in CFG["core"]["libraries"]:
        path = os.path.join(build, lib)
        if not os.path.exists(path):
            bad.append(f"{path} is not built")
            continue
        out = subprocess.run(["nm", "-A", path], capture_output=True, text=True).stdout
        for line in out.split("\n"):
            m = re.match(r"(\S+):\s*[0-9a-f]*\s+(\w)\s+(\S+)", line)
            if not m:
                continue
            if m.group(2) == "U" and m.group(3) in CFG["core"]["forbidden_symbols"]:
                bad.append(f"{lib} calls {m.group(3)}")
        # Constant tables with pointers are .data.rel.ro in position-independent code: not mutable.
        out = subprocess.run(["objdump", "-t", path], capture_output=True, text=True).stdout
        for line in out.split("\n"):
            m = re.match(r"[0-9a-f]+ .{6}O (\.data|\.bss|\*COM\*)(?!\.rel\.ro)\S*\s+[0-9a-f]+\s+(\S+)", line)
            if m and not m.group(2).startswith("__"):
                mutable.append(f"{lib}: {m.group(2)}")
    gate("core allocates and prints nothing", bad, [])
    gate("core has no mutable file-scope objects", mutable, [])


def check_asserts():
    text = "".join(read(p) for p in files("src/*.[ch]", "port/*.[ch]"))
    found = re.findall(r"_Static_assert\s*\(\s*sizeof\s*\(\s*struct\s+(\w+)\s*\)", text)
    gate(f"context sizes asserted ({len(set(found))})", [f"struct {c} has no size assertion" for c in CFG["core"]["asserted"] if c not in found], [])


def check_words():
    """The project speaks of itself alone: no paths of a machine, no unfinished marks."""
    bad = []
    for path in files("."):
        if path in ("LICENSE", "tools/gates.py") or path.startswith(("tests/fuzz/corpus", "tests/vectors")):
            continue
        try:
            text = read(path)
        except UnicodeDecodeError:
            continue
        for i, line in enumerate(text.split("\n"), 1):
            if re.search(r"(?<![\w.])/(work|farm|root|home)/\w|\b(TODO|FIXME|XXX)\b", line):
                bad.append(f"{path}:{i} {line.strip()[:80]}")
    gate("no machine paths, no unfinished marks", bad, [])


def main():
    args = sys.argv[1:]
    report = args[args.index("--report") + 1] if "--report" in args else None
    build = args[0] if args and not args[0].startswith("--") else "build/release"
    check_root()
    check_functions()
    check_files()
    check_directives()
    check_includes()
    check_headers()
    check_docs()
    check_readmes()
    check_asserts()
    check_words()
    check_symbols(build)
    if report:
        with open(report, "a", encoding="utf-8") as f:
            for name, status, text in results:
                f.write(f"gate: {re.sub(r' [(].*', '', name)}\t{status}\t{text}\n")
    failed = sum(r[1] == "fail" for r in results)
    print(f"gates: {len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
