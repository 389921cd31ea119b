#!/usr/bin/env python3
"""Counts tests in the results of ctest and GoogleTest, or in the log of Python's unittest.

Prints "passed failed skipped" on stdout and the names of failed and skipped tests on stderr.
A test executable that died before it wrote its report counts as one failure.
Usage: python3 tools/count_tests.py build/results | python3 tools/count_tests.py --unittest LOG
"""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def count_gtest(report: Path) -> list[int]:
    """[passed, failed, skipped] of one GoogleTest report."""
    counts = [0, 0, 0]
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts[1] += 1
            print(f"failed: {report.stem}: {name}", file=sys.stderr)
        elif skipped is not None:
            counts[2] += 1
            reason = (skipped.get("message") or "").strip().splitlines()
            print(f"skipped: {report.stem}: {name}: {reason[-1] if reason else 'no reason'}", file=sys.stderr)
        elif case.get("status") != "notrun":
            counts[0] += 1
    return counts


def count_ctest(results: Path) -> list[int]:
    total = [0, 0, 0]
    for case in ET.parse(results / "ctest.junit").iter("testcase"):
        name, status = case.get("name"), case.get("status")
        report = results / f"{name}_test.xml"
        try:
            counts = count_gtest(report) if report.exists() else [0, 0, 0]
        except ET.ParseError:
            counts = [0, 0, 0]
        if status == "fail" and counts[1] == 0:
            counts[1] = 1
            print(f"failed: {name}: its executable ended badly", file=sys.stderr)
        elif status == "run" and not report.exists():
            counts[0] = 1
        elif status in ("notrun", "disabled"):
            counts[1 if status == "notrun" else 2] += 1
            print(f"{status}: {name}", file=sys.stderr)
        total = [a + b for a, b in zip(total, counts)]
    return total


def count_unittest(log: Path) -> list[int]:
    text = log.read_text(encoding="utf-8", errors="replace")
    ran = re.search(r"^Ran (\d+) tests? in", text, re.MULTILINE)
    if not ran:
        print(f"failed: {log}: unittest ended badly", file=sys.stderr)
        return [0, 1, 0]
    last = text.strip().splitlines()[-1]
    failed = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", last))
    skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", last))
    return [max(0, int(ran.group(1)) - failed - skipped), failed, skipped]


def main() -> int:
    counts = count_unittest(Path(sys.argv[2])) if sys.argv[1] == "--unittest" else count_ctest(Path(sys.argv[1]))
    if sum(counts) == 0:
        print("failed: no test ran", file=sys.stderr)
        counts[1] = 1
    print(*counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
