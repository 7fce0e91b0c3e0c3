#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every Python file compiles.

    check-python.py TOP
"""
import pathlib
import sys

from source_files import files, report


def check(top, path):
    try:
        compile((top / path).read_text(), str(path), "exec")
    except SyntaxError as error:
        yield path, error.lineno, error.msg


def main():
    top = pathlib.Path(sys.argv[1])
    report([finding for path in files(top, ".py") for finding in check(top, path)])


if __name__ == "__main__":
    main()
