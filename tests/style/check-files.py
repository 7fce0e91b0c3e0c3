#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file says its licence, stays under 500 lines, and is named for one thing; every file with
translated sentences stands in po/POTFILES.in; every file of integration tests is run.

    check-files.py TOP | --self-test
"""
import pathlib
import re
import sys

from source_files import files, report

LONGEST = 500
SPDX = "SPDX-License-Identifier: GPL-2.0-or-later"
SPDX_SUFFIXES = {".cpp", ".h", ".c", ".py", ".xml", ".sh"}
NO_SUBJECT = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager)(_|$)")
TRANSLATED = re.compile(r'\b(_|N_|C_|Q_|ngettext)\("')


def check(path, text):
    path = pathlib.PurePosixPath(path)
    lines = text.splitlines()
    if path.suffix in SPDX_SUFFIXES and not any(SPDX in line for line in lines[:3]):
        yield path, 1, f"no line {SPDX}"
    if path.suffix in {".cpp", ".h", ".c", ".py"} and len(lines) > LONGEST:
        yield path, len(lines), f"longer than {LONGEST} lines: split it by subject"
    if path.suffix == ".h" and "#pragma once" not in lines:
        yield path, 1, "no #pragma once"
    if path.suffix in {".cpp", ".h"} and NO_SUBJECT.search(path.stem):
        yield path, 1, "named for no subject"
    for number, line in enumerate(lines, 1):
        if line.rstrip(" \t") != line and path.suffix != ".md":
            yield path, number, "space at the end of the line"


def check_potfiles(translated, potfiles):
    listed = {line.strip() for line in potfiles.splitlines()
              if line.strip() and not line.startswith("#")}
    for path in sorted(translated - listed):
        yield "po/POTFILES.in", 1, f"{path} is missing"
    return listed


def is_translated(path, text):
    path = str(path)
    return path.startswith(("daemon/", "portal/")) and path.endswith(".cpp") \
        and bool(TRANSLATED.search(text))


def check_run(test_files, build_file):
    for path in sorted(test_files):
        name = re.fullmatch(r"test_(\w+)\.py", path.name).group(1)
        if f"'{name}'" not in build_file:
            yield path, 1, "is not run: name it in meson.build"


def self_test():
    good = f"// {SPDX}\n#pragma once\n"
    assert not list(check("daemon/io/listener.h", good))
    assert list(check("daemon/io/listener.h", "#pragma once\n"))
    assert list(check("daemon/io/listener.h", good + "\n" * LONGEST))
    assert list(check("daemon/io/listener.h", f"// {SPDX}\n"))
    assert list(check("daemon/io/io_utils.h", good))
    assert list(check("daemon/io/listener.h", good + "int x; \n"))
    assert is_translated("daemon/a.cpp", 'x = _("Hello");')
    assert not is_translated("daemon/a.cpp", 'x = f_("Hello");')
    assert list(check_potfiles({"daemon/a.cpp"}, "# list\n"))
    assert not list(check_potfiles({"daemon/a.cpp"}, "daemon/a.cpp\n"))
    assert list(check_run([pathlib.Path("test_a.py")], "'b',"))
    assert not list(check_run([pathlib.Path("test_a.py")], "'a',"))


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    top = pathlib.Path(sys.argv[1])
    findings = []
    translated = set()
    for path in files(top, *SPDX_SUFFIXES, ".md", ".build"):
        text = (top / path).read_text()
        findings += check(path, text)
        if is_translated(path, text):
            translated.add(str(path))
    potfiles = top / "po/POTFILES.in"
    findings += check_potfiles(translated, potfiles.read_text() if potfiles.exists() else "")
    integration = top / "tests/integration"
    findings += check_run(integration.glob("test_*.py"), (integration / "meson.build").read_text())
    report(findings)


if __name__ == "__main__":
    main()
