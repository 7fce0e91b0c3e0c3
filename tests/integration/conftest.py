# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures: a private desktop with the daemon on it, shared by a file or fresh for one test.

Run by meson, or by hand in a namespace:
    GDS_TEST_BUILD=build/ci-asan tests/desktop/namespace.py --net \\
        /usr/bin/python3 -m pytest tests/integration/test_screen.py
"""
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "desktop"), str(HERE / "viewers")]

import desktop as desktops  # noqa: E402
from clipboard_desk import Application  # noqa: E402
from daemon import Daemon  # noqa: E402
from managed_session import ManagedSession  # noqa: E402
from share import Share  # noqa: E402

KINDS = ("mutter", "sway")
FAILED = pytest.StashKey[bool]()


def pytest_generate_tests(metafunc):
    wanted = [name for name in ("shared", "fresh", "bare_desktop") if name in metafunc.fixturenames]
    if wanted:
        mark = metafunc.definition.get_closest_marker("on")
        metafunc.parametrize("kind", mark.args if mark else KINDS, scope="module")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Beside a test that failed on a shared desktop: what the programs there have said."""
    report = (yield).get_result()
    if not report.failed:
        return
    item.stash[FAILED] = True
    for share in (value for value in item.funcargs.values() if isinstance(value, Share)):
        for name, process in share.desktop.processes.running.items():
            if process.log_text():
                state = "" if process.alive() else f" (ended: {process.popen.returncode})"
                report.sections.append((name + state, process.log_tail()))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    """What failed is repeated, and followed, on another desktop: what is wrong with one may stay."""
    yield
    if not item.stash.get(FAILED, False):
        return
    item.stash[FAILED] = False
    if "shared_share" in item.fixturenames:
        item._fixtureinfo.name2fixturedefs["shared_share"][-1].finish(item._request)


@pytest.fixture(scope="session")
def build():
    directory = os.environ.get("GDS_TEST_BUILD")
    if not directory:
        pytest.fail("GDS_TEST_BUILD names no build directory")
    return pathlib.Path(directory)


@pytest.fixture
def bare_desktop(kind):
    """A desktop without the daemon."""
    with desktops.create(kind) as desktop:
        yield desktop


@pytest.fixture(scope="module")
def shared_share(kind, build):
    with Share(desktops.create(kind), build) as share:
        yield share
        share.check_clean_end()


@pytest.fixture
def shared(shared_share):
    """A desktop that is shared, with a terminal; other tests of the file use it too."""
    shared_share.reset()
    yield shared_share
    shared_share.close_clients()


@pytest.fixture
def application(shared):
    """Something on the shared desktop that copies and pastes."""
    for key in ("clipboard", "clipboard-limit"):
        shared.daemon.reset_setting(key)
    application = Application(shared)
    yield application
    application.stop()


@pytest.fixture(scope="module")
def managed_daemon(build):
    """The daemon in a session without a screen, with the real dconf."""
    with ManagedSession() as session:
        daemon = Daemon(session, build)
        yield daemon.start()
        process = daemon.process
        status = daemon.stop()
        Share.check_sanitizers(process)
        assert status == 0, f"the daemon ended with {status}:\n{process.log_tail(40)}"


@pytest.fixture
def managed(managed_daemon):
    """The same, with nothing set and nothing locked but where it listens."""
    session = managed_daemon.desktop
    session.site()
    session.run("dconf", "reset", "-f", "/org/gnome/desktop-sharing/")
    managed_daemon.set_setting("listen-addresses", "['127.0.0.1']")
    managed_daemon.set_setting("enabled", "true")
    managed_daemon.wait_listening()
    return managed_daemon


@pytest.fixture
def fresh(kind, build, request):
    """The same, for this test alone; `@pytest.mark.parametrize("options", ...)` goes to it."""
    callspec = getattr(request.node, "callspec", None)
    options = callspec.params.get("options", {}) if callspec else {}
    with Share(desktops.create(kind, **options), build) as share:
        yield share
        share.check_clean_end()
