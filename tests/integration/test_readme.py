# SPDX-License-Identifier: GPL-2.0-or-later
"""What README.md tells people to type works as it stands there."""
import pathlib
import re
import subprocess

import pytest

from daemon import NAME
from processes import wait_until

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
PROGRAMS = ("gsettings", "gdbus", "gnome-desktop-sharing")


def section(title):
    return re.search(rf"^## {title}\n(.*?)^## ", README.read_text(), flags=re.M | re.S)[1]


def commands(title):
    """The command lines of a section, without their remarks."""
    lines = re.findall(r"^    (.*)$", section(title).replace("\\\n", " "), flags=re.M)
    found = [re.sub(r"\s+# .*", "", line) for line in lines]
    return [" ".join(line.split()) for line in found if line.startswith(PROGRAMS)]


def run(managed, line):
    return subprocess.run(["sh", "-c", line], env=managed.desktop.environment, check=False,
                          input="a password\n", capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("line", commands("Turn it on"))
def test_each_line_of_turn_it_on(managed, line):
    result = run(managed, line)
    assert result.returncode == 0, f"{line}: {result.stderr}"


def test_they_turn_it_on(managed):
    lines = commands("Turn it on")
    assert len(lines) >= 7 and all(any(line.startswith(program) for line in lines)
                                   for program in PROGRAMS)
    managed.set_setting("enabled", "false")
    wait_until(lambda: managed.get("State") == "disabled", 5, "still shared")
    for line in lines:
        run(managed, line)
    wait_until(lambda: managed.get("State") in ("listening", "sharing"), 5, "not shared")
    assert managed.get("ViewOnly", interface=NAME + ".Settings") is True


def test_the_site_that_is_told_of(managed):
    keys, locks = re.search(r"^    (\[org/.*?)\n\n    #[^\n]*\n(.*?)\n\n", section("Turn it on"),
                            flags=re.M | re.S).groups()
    assert "view-only=true" in keys and "port=uint16 5901" in keys
    managed.desktop.site(re.sub(r"^ +", "", keys, flags=re.M), locks.split())
    wait_until(lambda: managed.get("Endpoints") == ["tcp:127.0.0.1:5901"], 5, "another port")
    assert managed.get("ViewOnly", interface=NAME + ".Settings") is True
    writable = managed.desktop.run("gsettings", "writable", "org.gnome.desktop-sharing",
                                   "view-only")
    assert writable.strip() == "false"
