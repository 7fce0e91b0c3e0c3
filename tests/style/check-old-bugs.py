#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each bug that CONTRIBUTING.md numbers, B1 to B14, has tests, and these are there.

    check-old-bugs.py TOP | --self-test
"""
import pathlib
import re
import sys

from source_files import files, report

PAGE = "CONTRIBUTING.md"
NUMBERS = range(1, 15)
DEFINED = re.compile(r"^TEST(?:_[FP])?\(\w+,\s*(\w+)\)|^def (test_\w+)\(", re.M)


def named(page):
    """{number: (line, names of tests)} of the table."""
    found = {}
    for line, text in enumerate(page.splitlines(), 1):
        row = re.match(r"\| B(\d+) \|[^|]*\|([^|]*)\|", text)
        if row:
            found[int(row[1])] = line, re.findall(r"`(\w+)`", row[2])
    return found


def check(page, tests):
    defined = {name for text in tests for pair in DEFINED.findall(text) for name in pair if name}
    table = named(page)
    findings = [(PAGE, 1, f"B{number} is not in the table") for number in NUMBERS
                if number not in table]
    for number, (line, names) in table.items():
        if not names:
            findings.append((PAGE, line, f"B{number} has no test"))
        findings += [(PAGE, line, f"there is no test {name}") for name in names
                     if name not in defined]
    return findings


def self_test():
    tests = ["TEST(Some, Good)\n{", "TEST_P(Some, Other)\n", "def test_it(shared):\n    pass"]
    rows = "".join(f"| B{number} | a bug | `Good`, `test_it`, `Other` |\n" for number in NUMBERS)
    assert check(rows, tests) == []
    assert check(rows.replace("B14", "C14"), tests)
    assert check(rows.replace("`Good`", "`Bad`", 1), tests)
    assert check(rows.replace("`Good`, `test_it`, `Other`", "none", 1), tests)


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    top = pathlib.Path(sys.argv[1])
    tests = [(top / path).read_text() for path in files(top, ".cpp", ".py")
             if path.parts[0] == "tests"]
    report(check((top / PAGE).read_text(), tests))


if __name__ == "__main__":
    main()
