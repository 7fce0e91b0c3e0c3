#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Adds up the results of `meson test` in build directories; prints "N passed, N failed" last.

    count-results.py BUILD... | --self-test

A GoogleTest or pytest run counts by its cases, any other test as one.  Exit status 1 when something
failed, or when nothing was run at all.
"""
import json
import pathlib
import sys
import tempfile
import xml.etree.ElementTree as xml

GOOD = ("OK", "EXPECTEDFAIL")


def state_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def cases_of(suites):
    return [(f"{case.get('classname')}.{case.get('name')}", state_of(case))
            for suite in suites for case in suite.iter("testcase")]


def cases_of_test(logs, junit, entry):
    """(name, state) of each case of one meson test."""
    name = entry["name"]  # "project:suite / name"
    pytest = logs / f"pytest-{name.split(' / ')[-1]}.xml"
    if pytest.exists():
        cases = cases_of([xml.parse(pytest).getroot()])
    else:
        cases = cases_of(suite for suite in junit.iter("testsuite")
                         if f".{name}." in f".{suite.get('name')}")
    if entry["result"] == "SKIP":
        return cases or [(name, "skipped")]
    if entry["result"] in GOOD:
        return cases or [(name, "passed")]
    if not any(state == "failed" for _, state in cases):
        cases.append((f"{name} ({entry['result']})", "failed"))  # a crash or a time-out
    return cases


def results(build):
    logs = pathlib.Path(build) / "meson-logs"
    log = logs / "testlog.json"
    if not log.exists():
        return [(f"{build}: no tests were run", "failed")]
    junit = xml.parse(logs / "testlog.junit.xml").getroot()
    return [case for line in log.read_text().splitlines()
            for case in cases_of_test(logs, junit, json.loads(line))]


def summary(cases):
    lines = [f"failed: {name}" for name, state in cases if state == "failed"]
    skipped = [name for name, state in cases if state == "skipped"]
    if skipped:
        lines.append(f"{len(skipped)} skipped: {', '.join(skipped)}")
    failed = sum(state == "failed" for _, state in cases)
    passed = sum(state == "passed" for _, state in cases)
    lines.append(f"{passed} passed, {failed} failed")
    return lines, 1 if failed or not passed else 0


def self_test():
    junit = """<testsuites><testsuite name="p.p:unit / io.A"><testcase classname="A" name="one"/>
        <testcase classname="A" name="two"><failure/></testcase></testsuite></testsuites>"""
    entries = [{"name": "p:unit / io", "result": "FAIL"}, {"name": "p:style / x", "result": "OK"},
               {"name": "p:unit / crash", "result": "FAIL"},
               {"name": "p:integration / screen", "result": "OK"},
               {"name": "p:style / y", "result": "SKIP"}]
    with tempfile.TemporaryDirectory() as directory:
        logs = pathlib.Path(directory) / "meson-logs"
        logs.mkdir()
        (logs / "testlog.junit.xml").write_text(junit)
        (logs / "testlog.json").write_text("\n".join(map(json.dumps, entries)))
        (logs / "pytest-screen.xml").write_text(
            '<testsuites><testsuite><testcase classname="s" name="a"/>'
            '<testcase classname="s" name="b"/></testsuite></testsuites>')
        lines, status = summary(results(directory))
        assert lines[-1] == "4 passed, 2 failed" and status == 1, lines
        assert any("crash" in line for line in lines) and any("A.two" in line for line in lines)
    assert summary(results("/nonexistent"))[1] == 1
    assert summary([("a", "passed")]) == (["1 passed, 0 failed"], 0)
    assert summary([])[1] == 1


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    lines, status = summary([case for build in sys.argv[1:] for case in results(build)])
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
