#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every source is as clang-format leaves it; skipped (77) without the version that decides.

    check-format.py TOP | --self-test
"""
import pathlib
import shutil
import subprocess
import sys

from source_files import files, report

VERSION = "14"  # Debian 12's; others differ in details


def formatter():
    program = shutil.which(f"clang-format-{VERSION}") or shutil.which("clang-format")
    if program:
        version = subprocess.run([program, "--version"], check=True, capture_output=True,
                                 text=True).stdout
        if f"version {VERSION}." in version:
            return program
    print(f"clang-format {VERSION} is not here: not checked")
    sys.exit(77)


def formatted(program, style, name, text):
    return subprocess.run([program, f"--style=file:{style}", f"--assume-filename={name}"],
                          input=text, check=True, capture_output=True, text=True).stdout


def check(program, top, path, text):
    should = formatted(program, top / ".clang-format", path, text)
    if text != should:
        lines = zip(text.splitlines(), should.splitlines())
        line = next((n for n, (a, b) in enumerate(lines, 1) if a != b), 1)
        yield path, line, "run ./dev format"


def main():
    program = formatter()
    if sys.argv[1:] == ["--self-test"]:
        top = pathlib.Path(__file__).resolve().parents[2]
        assert list(check(program, top, "a.cpp", "int  x ;\n"))
        assert not list(check(program, top, "a.cpp", "int x;\n"))
        return
    top = pathlib.Path(sys.argv[1])
    report([finding for path in files(top, ".cpp", ".h", ".c")
            for finding in check(program, top, path, (top / path).read_text())])


if __name__ == "__main__":
    main()
