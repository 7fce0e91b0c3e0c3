#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Adds up the results of every suite in build directories; prints "N passed, N failed" last.

Unit tests and checks stand in meson's own JUnit file, integration tests in one file per pytest run.
Exit status 1 when something failed, or when nothing was run at all.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as xml

INTEGRATION = "integration"


def junit_cases(file):
    for case in xml.parse(file).getroot().iter("testcase"):
        name = f"{case.get('classname') or ''}.{case.get('name')}".strip(".")
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed"
        elif case.find("skipped") is not None:
            yield name, "skipped"
        else:
            yield name, "passed"


def meson_failures(directory):
    """Tests meson itself saw failing, by name: a crash or a time-out leaves no case behind."""
    log = directory / "meson-logs" / "testlog.json"
    if not log.exists():
        return
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if entry["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
            yield entry["name"].split(" / ")[-1], INTEGRATION in entry.get("suite", [""])[0]


def results(directory):
    logs = directory / "meson-logs"
    cases = []
    for file in sorted(logs.glob("pytest-*.xml")):
        cases += junit_cases(file)
    own = logs / "testlog.junit.xml"
    if own.exists():
        for suite in xml.parse(own).getroot().iter("testsuite"):
            if INTEGRATION not in (suite.get("name") or ""):
                cases += suite_cases(suite)
    explained = any(state == "failed" for _, state in cases)
    for name, _ in meson_failures(directory):
        if not explained:
            cases.append((name, "failed"))
    return cases


def suite_cases(suite):
    file = xml.Element("testsuites")
    file.append(suite)
    import io
    return list(junit_cases(io.BytesIO(xml.tostring(file))))


def main():
    cases = []
    for argument in sys.argv[1:]:
        cases += results(pathlib.Path(argument))
    for name, state in cases:
        if state == "failed":
            print(f"failed: {name}")
    count = {state: sum(1 for _, s in cases if s == state)
             for state in ("passed", "failed", "skipped")}
    if count["skipped"]:
        print(f"{count['skipped']} skipped: " + ", ".join(
            name for name, state in cases if state == "skipped"))
    print(f"{count['passed']} passed, {count['failed']} failed")
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
