# SPDX-License-Identifier: GPL-2.0-or-later
"""What is typed in viewers arrives letter for letter in a window of the desktop, whatever keyboard
that has; and which locks are on is told."""
import os
import re
import sys
import time

import pytest

from desktop_keyboard import KeyboardDesktop
from processes import wait_until
from rfb.client import CAPS_LED, EXTENSIONS, LED_STATE, NUM_LED, SHIFT, VMWARE_LEDS
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
KEY_CAPSLOCK = 58  # evdev


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


# --- locks

@pytest.fixture
def locks(american):
    """Off, whatever a test does."""
    american.reset()
    remote = american.desktop.remote(input_too=True)
    remote.start()

    def press(code):
        for down in (True, False):
            remote.notify("NotifyKeyboardKeycode", "ub", code, down)
            time.sleep(0.05)  # at once it would not be a key that was pressed, to Mutter

    def caps():
        return remote.get(remote.input_session, "RemoteDesktop.Session", "CapsLockState")
    yield press, caps
    american.close_clients()
    if caps():
        press(KEY_CAPSLOCK)
    wait_until(lambda: not caps(), 5, "Caps Lock stays on")
    remote.stop()


def wait_leds(viewer, bits):
    def told():
        viewer.catch_up()
        return viewer.leds == bits
    wait_until(told, 5, f"the locks {bits} were not told")


@pytest.mark.parametrize("encoding", (LED_STATE, VMWARE_LEDS))
def test_locks_are_told(american, locks, encoding):
    press, caps = locks
    viewer = american.viewer(extensions=(*EXTENSIONS, encoding))
    viewer.settle()
    wait_leds(viewer, 0)
    press(KEY_CAPSLOCK)  # at the desk
    wait_leds(viewer, CAPS_LED)
    american.wake_keyboard(viewer)
    viewer.press(NUM_LOCK)
    wait_leds(viewer, CAPS_LED | NUM_LED)
    viewer.press(NUM_LOCK)
    viewer.press(CAPS_LOCK)
    wait_leds(viewer, 0)
    assert not caps()


def test_a_lock_at_the_desk_does_not_change_what_is_typed(american, locks):
    press, _ = locks
    viewer, typed = window(american, "locked")
    press(KEY_CAPSLOCK)
    for character in "aB ж é":
        viewer.press(keysym(character))
    wait_until(lambda: typed() == "aB ж é", 20, f"typed: {typed()!r}")


def next_leds(viewer):
    """The locks of which gtk-vnc writes down next that it was told; it gives up by itself."""
    for line in viewer.stdout:
        told = re.search(r"LED state: (\d+)", line)
        if told:
            return int(told[1])
    raise AssertionError("no locks were told")


def test_gtk_vnc_is_told_of_locks(american, locks):
    """TigerVNC does not ask for them on Debian 12."""
    press, _ = locks
    viewer = start(american, sys.executable, "-B", VIEWERS / "gtkvnc_viewer.py", "--user",
                   american.daemon.user, "--certificate", american.daemon.certificate, "--tell",
                   "--watch", "5", address(american))
    assert next_leds(viewer) == 0
    press(KEY_CAPSLOCK)
    assert next_leds(viewer) == CAPS_LED
    finish(viewer)
