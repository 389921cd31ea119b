#!/usr/bin/env python3
"""Keeps the house small: prints the longest files and functions, fails where a limit of CONTRIBUTING.md is passed.

Fails at files over 600 lines, functions over 100, lines over 120 columns, non-ASCII sources and banned words.
The medians (header, .cpp, function) are printed against their targets and do not fail.
Usage: python3 tools/check_house.py [ROOT]; exit code 1 with one line per violation.
"""

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

MAX_FILE = 600
MAX_FUNCTION = 100
MAX_COLUMNS = 120
SOURCES = {".cpp", ".h", ".py", ".sh"}
ASCII_ONLY = SOURCES | {".cmake"}
TEXT = ASCII_ONLY | {".md", ".txt", ".json", ".yaml", ".yml", ""}
# Written in pieces so that this file does not match itself.
BANNED = [
    (re.compile("/wor" + "k/|/tmp/o" + "v|/ro" + "ot/|/ho" + "me/[a-z]"), "a path of somebody's machine"),
    (re.compile(r"\bimport p" + r"db\b|\bbreak" + r"point\(\)"), "a debugger left in"),
    (
        re.compile("TO" + r"DO(?!\([a-z0-9-]+\))|FIX" + "ME|" + r"\bXX" + r"X\b"),
        "a note without an owner; write it as a sentence",
    ),
    (re.compile("FILL" + "-IN:"), "a gap in a document"),
    (re.compile("<<<<" + "<<<|>>>>" + ">>>"), "a merge conflict marker"),
]
CONTROL = {"if", "for", "while", "switch", "catch", "return", "do", "else"}


def tracked_files(root: Path) -> list[Path]:
    """Files that git tracks or would track; without git, every file outside hidden and build folders."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-zco", "--exclude-standard"], capture_output=True)
    if listed.returncode == 0:
        return [root / name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()]
    skipped = re.compile(r"^(build|\.)|^__pycache__$")
    return [
        p
        for p in sorted(root.rglob("*"))
        if p.is_file() and not any(skipped.match(part) for part in p.relative_to(root).parts[:-1])
    ]


def blank_out(code: str) -> str:
    """C++ text with comments and literals replaced by spaces, line breaks kept."""
    comment, raw = r"//[^\n]*|/\*.*?\*/", r'R"([^(\s]*)\(.*?\)\1"'
    literal = r'"(?:\\.|[^"\\\n])*"' + r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"
    pattern = re.compile(f"{comment}|{raw}|{literal}", re.DOTALL)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), code)


def opens_function(head: str) -> str | None:
    """The function's name if the text before a brace is the head of a function definition."""
    head = re.sub(r"^\s*#.*$", "", head, flags=re.MULTILINE).strip()
    if "(" not in head or re.match(r"(namespace|class|struct|enum|union|extern)\b", head):
        return None
    if re.search(r"=\s*$|\breturn\b", head):
        return None
    match = re.search(r"([~\w:]+|operator\s*\S+?)\s*\(", head)
    if not match or match.group(1) in CONTROL:
        return None
    return match.group(1)


def cpp_functions(code: str) -> list[tuple[str, int, int]]:
    """(name, first line, number of lines) of outermost functions; lambdas belong to the function around them."""
    found = []
    line, start, head, depth_in_function, name = 1, 1, "", 0, None
    for char in blank_out(code):
        if char == "\n":
            line += 1
        if name is not None:
            depth_in_function += (char == "{") - (char == "}")
            if depth_in_function == 0:
                found.append((name, start, line - start + 1))
                name, head = None, ""
            continue
        if char == "{":
            name = opens_function(head)
            if name is not None:
                start = line - head.strip().count("\n")
                depth_in_function = 1
            head = ""
        elif char in "};":
            head = ""
        else:
            head += char
    return found


def python_functions(code: str) -> list[tuple[str, int, int]]:
    return [
        (node.name, node.lineno, node.end_lineno - node.lineno + 1)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def shell_functions(code: str) -> list[tuple[str, int, int]]:
    found, opened = [], None
    for number, line in enumerate(code.splitlines(), 1):
        match = re.match(r"(\w+)\(\)\s*\{\s*$", line)
        if match:
            opened = (match.group(1), number)
        elif line.startswith("}") and opened:
            found.append((opened[0], opened[1], number - opened[1] + 1))
            opened = None
    return found


def kind_of(path: Path, text: str) -> str:
    return ".sh" if path.suffix == "" and text.startswith("#!") and "sh" in text.split("\n")[0] else path.suffix


def functions_of(kind: str, text: str) -> list[tuple[str, int, int]]:
    if kind in (".cpp", ".h"):
        return cpp_functions(text)
    if kind == ".py":
        return python_functions(text)
    return shell_functions(text)


def text_violations(name: str, kind: str, text: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, meaning in BANNED:
            if pattern.search(line):
                found.append(f"{name}:{number}: {meaning}: {line.strip()[:80]}")
        # The reference scripts hold texts of many languages.
        if kind in ASCII_ONLY and not name.startswith("reference/") and not line.isascii():
            found.append(f"{name}:{number}: non-ASCII character in a source; write an escape")
        if kind in (".cpp", ".h", ".py") and len(line) > MAX_COLUMNS:
            found.append(f"{name}:{number}: {len(line)} columns, the limit is {MAX_COLUMNS}")
    return found


def print_worst(title: str, rows: list[tuple[int, str]]) -> None:
    print(title)
    for lines, name in sorted(rows, reverse=True)[:10]:
        print(f"  {lines:5d}  {name}")


def print_median(what: str, values: list[int], target: int) -> None:
    if values:
        print(f"median {what}: {statistics.median(values):.0f} lines of {len(values)} (target under {target})")


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    files, functions, violations = [], [], []
    for path in tracked_files(root):
        if path.suffix not in TEXT or path.name == "LICENSE":
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            if path.suffix:
                violations.append(f"{path.relative_to(root)}: not UTF-8")
            continue
        name, kind = str(path.relative_to(root)), kind_of(path, text)
        if not name.startswith("testdata/"):
            violations += text_violations(name, kind, text)
        if kind not in SOURCES:
            continue
        files.append((text.count("\n"), name))
        functions += [(lines, f"{name}:{start} {function}") for function, start, lines in functions_of(kind, text)]
    print_worst("longest files", files)
    print_worst("longest functions", functions)
    print_median("header", [n for n, name in files if name.endswith(".h")], 130)
    print_median(".cpp", [n for n, name in files if name.endswith(".cpp")], 400)
    print_median("function", [n for n, _ in functions], 60)
    violations += [f"{name}: {n} lines, the limit is {MAX_FILE}" for n, name in files if n > MAX_FILE]
    violations += [f"{name}: {n} lines, the limit is {MAX_FUNCTION}" for n, name in functions if n > MAX_FUNCTION]
    for violation in violations:
        print(violation)
    print(f"house: {len(files)} sources, {len(functions)} functions, {len(violations)} violations")
    return 1 if violations or not files else 0


if __name__ == "__main__":
    sys.exit(main())
