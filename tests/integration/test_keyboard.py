# SPDX-License-Identifier: GPL-2.0-or-later
"""What is typed in viewers arrives letter for letter in a window of the desktop, whatever keyboard
that has; and which locks are on is told."""
import os
import subprocess
import sys

import pytest

from desktop_keyboard import KeyboardDesktop
from processes import wait_until
from rfb.client import SHIFT
from share import Share
from test_viewers import VIEWERS, address, finish, start

# A sentence for each layout; its dead keys and AltGr keys are in it.
SENTENCES = {
    "us": "The quick brown fox: 0123456789 !@#$%^&*()_+-=[]{};'\\|,./<>?~`\"",
    "de": "Zwölf Boxkämpfer über den großen Deich; ÄÖÜ \"§$%&/()=?{[]}\\@€~|<>^°é",
    "fr": "Dès Noël où un zéphyr haï me vêt de glaçons; 1234567890 @#{[|`\\^]}€ù%µ£¤",
    "ru": "Съешь ещё этих мягких французских булок. ЁЖИК №1 \"2;%:?*()_+",
    "gr": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Ταχίστη αλώπηξ βαφής, Ό Ή; ςσ ϊ ΐ €",
    "no": "Høvdingens kjære squaw får pizza. ÆØÅ \"#¤%&/()=?@£${[]}~^|\\é",
}
CAPS_LOCK, NUM_LOCK = 0xffe5, 0xff7f


@pytest.fixture(scope="module", params=SENTENCES)
def typing(request, build):
    with Share(KeyboardDesktop(request.param), build) as share:
        share.layout = request.param
        yield share
        share.check_clean_end()


@pytest.fixture
def desk(typing):
    typing.reset()
    typing.show_typing_terminal()
    yield typing
    typing.close_clients()


def keysym(character):
    code = ord(character)
    return code if code < 0x100 else 0x1000000 + code


def expect_typed(share, text):
    share.wait_typed("\n", 60)
    assert share.typed() == text + "\n"


def test_gtk_vnc(desk):
    text = SENTENCES[desk.layout]
    finish(start(desk, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                 desk.daemon.user, "--certificate", desk.daemon.certificate, "--keyboard",
                 desk.layout, "--type", text + "\n", address(desk)))
    expect_typed(desk, text)


def test_tigervnc(desk):
    text = SENTENCES[desk.layout]
    finish(start(desk, sys.executable, "-B", VIEWERS / "tigervnc_viewer.py", "--certificate",
                 desk.daemon.certificate, "--keyboard", desk.layout, "--type", text + "\n",
                 address(desk)))
    expect_typed(desk, text)


def test_libvncclient(desk):
    text = SENTENCES[desk.layout]
    host, port = desk.daemon.address
    finish(start(desk, os.environ["GDS_LIBVNCCLIENT_VIEWER"], host, port, desk.daemon.certificate,
                 "tight", desk.desktop.path("picture.ppm"), text + "\n"))
    expect_typed(desk, text)


# --- what the keyboard has not

@pytest.fixture(scope="module")
def american(build):
    with Share(KeyboardDesktop("us,ru", "grp:menu_toggle"), build) as share:
        yield share
        share.check_clean_end()


def window(share, name):
    """A GTK window, and a viewer whose keys arrive in it."""
    share.reset()
    file = share.desktop.path(name)
    share.desktop.show_typed_window(file)
    viewer = share.viewer()
    viewer.settle()
    share.wake_keyboard(viewer)
    return viewer, lambda: file.read_text(encoding="utf-8")


def test_what_the_layout_lacks_reaches_a_window(american):
    viewer, typed = window(american, "lacks")
    text = "Café, 5 €, naïve – 日本 😀; а это со второй раскладки."
    for character in text:
        viewer.press(keysym(character))
    wait_until(lambda: typed() == text, 20, f"instead of {text!r}: {typed()!r}")


def test_a_held_shift_is_the_viewers(american):
    """Shift+7 is a slash on a German keyboard, and no question mark on an American one."""
    viewer, typed = window(american, "shift")
    viewer.key(SHIFT, True)
    for character in "/(A":
        viewer.press(ord(character))
    viewer.key(SHIFT, False)
    viewer.press(ord("/"))
    wait_until(lambda: typed() == "/(A/", 20, f"typed: {typed()!r}")
