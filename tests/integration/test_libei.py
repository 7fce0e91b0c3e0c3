# SPDX-License-Identifier: GPL-2.0-or-later
"""Input by libei where the daemon is built with it and the portal has ConnectToEIS; by the Notify
methods where not, or where the connection is of no use."""
import json

import pytest

from processes import NotReady, wait_until

pytestmark = pytest.mark.on("mutter")


def has_libei(share, build):
    known = json.loads((build / "meson-info" / "intro-dependencies.json").read_text())
    built = any(each["name"] == "libei-1.0" for each in known)
    return built and share.desktop.portal_version("RemoteDesktop") >= 2


def events(share, kind):
    return [entry for entry in share.desktop.portal_log() if entry["event"] == kind]


def ways(share):
    """By which way input came, in turn."""
    found = []
    for entry in events(share, "input"):
        way = entry.get("way", "Notify")
        if found[-1:] != [way]:
            found.append(way)
    return found


def type_on(share, viewer, text):
    """Again, as what comes while a session is opened anew goes nowhere."""
    def arrives():
        viewer.type(text + "\n")
        try:
            wait_until(lambda: text + "\n" in share.typed(), 1, "")
        except NotReady:
            return False
        return True
    wait_until(arrives, 20, f"{text!r} is not typed")


def begin(share):
    share.show_typing_terminal()
    viewer = share.viewer()
    viewer.settle()
    return viewer


def starts(share):
    return len([e for e in events(share, "call") if e["method"] == "Start"])


def test_libei_is_used_where_it_is_there(fresh, build):
    viewer = begin(fresh)
    viewer.type("hello\n")
    fresh.wait_typed("hello\n")
    viewer.click(300, 200)
    viewer.click(300, 200, button=5)
    wait_until(lambda: any(e["method"] == "NotifyPointerAxisDiscrete"
                           for e in events(fresh, "input")), 5, "the wheel does not turn")
    assert ways(fresh) == ["libei" if has_libei(fresh, build) else "Notify"]


@pytest.mark.parametrize("options", [{"policy": "eis=refuse"}], ids=["refused"])
def test_notify_where_it_is_refused(fresh, options, build):
    viewer = begin(fresh)
    viewer.type("hello\n")
    fresh.wait_typed("hello\n")
    assert ways(fresh) == ["Notify"]
    assert starts(fresh) == 1
    assert bool(events(fresh, "eis")) == has_libei(fresh, build), options


@pytest.mark.parametrize("options", [{"policy": "eis=silent"}], ids=["silent"])
def test_notify_where_no_devices_come(fresh, options, build):
    viewer = begin(fresh)
    type_on(fresh, viewer, "hello")
    assert ways(fresh) == ["Notify"]
    if has_libei(fresh, build):
        assert starts(fresh) == 2 and len(events(fresh, "eis")) == 1, options
        assert events(fresh, "restored"), "the person was asked twice"


def test_its_end_does_not_end_sharing(fresh, build):
    viewer = begin(fresh)
    viewer.type("before\n")
    fresh.wait_typed("before\n")
    fresh.desktop.cut_input()
    type_on(fresh, viewer, "after")
    assert fresh.daemon.get("State") == "sharing"
    if has_libei(fresh, build):
        assert ways(fresh) == ["libei", "Notify"]
        assert events(fresh, "restored"), "the person was asked twice"
