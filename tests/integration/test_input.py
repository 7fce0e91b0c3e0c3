# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys, pointer and scroll wheel reach the desktop, and nothing stays held."""
import pathlib
import sys
import time

import pytest
from gi.repository import GLib

from daemon import NAME
from processes import wait_until
from rfb.client import (EXTENDED_MOUSE, EXTENSIONS, POINTER_MOTION, POINTER_POS, QEMU_KEY, SHIFT,
                        VMWARE_POSITION)
from share import pointer_shows

DESKTOP = pathlib.Path(__file__).resolve().parents[1] / "desktop"
pytestmark = pytest.mark.on("mutter")
BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE = 0x110, 0x111, 0x112, 0x113
CONTROL = 0xffe3
# XT scan codes of the QEMU extension
QNUM_H, QNUM_I, QNUM_RETURN, QNUM_SHIFT = 0x23, 0x17, 0x1c, 0x2a


def input_log(shared, *methods):
    return [(entry["method"], entry["arguments"]) for entry in shared.desktop.portal_log()
            if entry["event"] == "input" and (not methods or entry["method"] in methods)]


def wait_input(shared, method, condition, what):
    return wait_until(lambda: [a for _, a in input_log(shared, method) if condition(a)], 5,
                      f"{what} in {input_log(shared)[-8:]}")


def ready(shared):
    """A viewer whose keys arrive, and nothing typed yet."""
    shared.show_typing_terminal()
    viewer = shared.viewer()
    viewer.settle()
    shared.wake_keyboard(viewer)
    return viewer


def test_typed_text_arrives(shared):
    viewer = ready(shared)
    before = viewer.rgb()
    viewer.type("the quick brown fox 0123456789\n")
    shared.wait_typed("the quick brown fox 0123456789\n")
    assert (viewer.settle() != before).any(), "what was typed is not to be seen"


def test_fast_typing_keeps_its_order(shared):
    viewer = ready(shared)
    text = "".join(chr(ord("a") + n % 26) for n in range(400))
    viewer.type(text + "\n")
    shared.wait_typed("\n", 20)
    assert shared.typed() == text + "\n"


def test_the_first_key_is_not_lost(fresh):
    viewer = fresh.viewer()
    viewer.settle()
    viewer.type("first\n")
    fresh.wait_typed("first\n")


def test_shifted_characters(shared):
    viewer = ready(shared)
    for character in "Hello, World! (ABC)":
        shifted = character.isupper() or character in "!()"
        if shifted:
            viewer.key(SHIFT, True)
        viewer.press(ord(character))
        if shifted:
            viewer.key(SHIFT, False)
    viewer.type("\n")
    shared.wait_typed("Hello, World! (ABC)\n")


def test_key_codes(shared):
    viewer = ready(shared)
    viewer.refresh()
    assert QEMU_KEY in viewer.announced
    for code, keysym in ((QNUM_H, ord("h")), (QNUM_I, ord("i")), (QNUM_RETURN, 0xff0d)):
        viewer.qemu_key(keysym, code, True)
        viewer.qemu_key(keysym, code, False)
    shared.wait_typed("hi\n")
    assert input_log(shared, "NotifyKeyboardKeycode"), "the key codes were not used"


def test_pointer_moves_and_clicks(shared):
    viewer = ready(shared)
    viewer.click(640, 400)
    wait_input(shared, "NotifyPointerMotionAbsolute", lambda a: a[1:] == [640.0, 400.0], "motion")
    wait_input(shared, "NotifyPointerButton", lambda a: a == [BTN_LEFT, 1], "a press")
    wait_input(shared, "NotifyPointerButton", lambda a: a == [BTN_LEFT, 0], "a release")
    viewer.click(10, 20, button=3)
    wait_input(shared, "NotifyPointerButton", lambda a: a == [BTN_RIGHT, 0], "the right button")
    viewer.click(10, 20, button=2)
    wait_input(shared, "NotifyPointerButton", lambda a: a == [BTN_MIDDLE, 0], "the middle button")


def test_scrolling(shared):
    viewer = ready(shared)
    viewer.click(640, 400, button=4)
    viewer.click(640, 400, button=5)
    scroll = wait_until(
        lambda: [a for _, a in input_log(shared, "NotifyPointerAxisDiscrete", "NotifyPointerAxis")
                 if any(a)][1:], 5, "two steps of the wheel")
    assert scroll


def test_pointer_outside_is_clamped(shared):
    viewer = ready(shared)
    viewer.pointer(65535, 65535)
    width, height = shared.desktop.size
    found = wait_input(shared, "NotifyPointerMotionAbsolute",
                       lambda a: a[1] > width - 2 and a[2] > height - 2, "the corner")
    assert all(x <= width and y <= height for _, x, y in found)


def test_extended_mouse_buttons(shared):
    viewer = ready(shared)
    viewer.refresh()
    assert EXTENDED_MOUSE in viewer.announced
    viewer.extended_pointer(100, 100, 1 << 7)
    viewer.extended_pointer(100, 100, 0)
    wait_input(shared, "NotifyPointerButton", lambda a: a == [BTN_SIDE, 0], "the back button")


def test_who_may_only_look_sees_the_pointer(shared):
    actor, looker = ready(shared), shared.viewer()
    looker.settle()
    number = max((c["path"] for c in shared.daemon.clients()),
                 key=lambda path: int(path.rsplit("/", 1)[1])).rsplit("/", 1)[1]
    shared.daemon.control("view-only", number, "on")
    for place in ((300, 200), (500, 400)):
        actor.pointer(*place)
        actor.wait_fence(b"moved")
        time.sleep(0.3)
        wait_until(lambda p=place: looker.settle(0.3) is not None and pointer_shows(
            shared, looker, p), 10, f"no pointer at {place}")
    assert (looker.cursor.width, looker.cursor.height) == (0, 0), "there are two of them"


@pytest.mark.parametrize("encoding", (POINTER_POS, VMWARE_POSITION))
def test_the_place_is_told_when_another_moves_the_pointer(shared, encoding):
    actor, other = ready(shared), shared.viewer(extensions=(*EXTENSIONS, encoding))
    other.settle()
    for place in ((300, 200), (500, 400)):
        actor.pointer(*place)
        actor.wait_fence(b"moved")

        def told(place=place):
            other.catch_up()
            return other.pointer_place == place
        wait_until(told, 5, f"{place} was not told")


NO_MOTION = 0x7fff  # rfbproto, "QEMU Pointer Motion Change Pseudo-encoding"


def test_a_game_is_told_how_far_the_mouse_went(shared):
    viewer = shared.viewer(extensions=(*EXTENSIONS, POINTER_MOTION))
    viewer.settle()
    viewer.click(400, 300)
    file = shared.desktop.path("mouse")
    game = shared.desktop.spawn("game", sys.executable, "-B", DESKTOP / "mouse_game.py", file,
                                SDL_VIDEODRIVER="wayland")
    wait_until(file.exists, 10, "no game")

    def moved(absolute):
        """Whether the viewer is to move the pointer in that way, after it was moved about."""
        moved.step = moved.step % 50 + 10
        viewer.pointer(400 + moved.step, 300)
        viewer.catch_up()
        time.sleep(0.05)
        return viewer.pointer_absolute == absolute
    moved.step = 0
    wait_until(lambda: moved(False), 15, "the pointer is not locked")
    file.write_text("")
    for x, y in ((30, -20), (-5, 7)):
        viewer.pointer(NO_MOTION + x, NO_MOTION + y)
        viewer.wait_fence(b"%d" % x)
    wait_until(lambda: file.read_text() == "30 -20\n-5 7\n", 5,
               f"the mouse went {file.read_text()!r}")
    game.stop()
    wait_until(lambda: moved(True), 15, "the pointer is still locked")


def held_keys(shared):
    """The keys that were pressed and not released, as the portal saw it. With a session its keys
    end: the compositor releases them."""
    held = []
    for entry in shared.desktop.portal_log():
        if entry["event"] in ("session-close", "closed-by-mutter", "close-by-user"):
            held.clear()
        elif entry["event"] == "input" and entry["method"].startswith("NotifyKeyboardKey"):
            key, down = entry["arguments"]
            if down:
                held.append((entry["method"], key))
            elif (entry["method"], key) in held:
                held.remove((entry["method"], key))
    return held


@pytest.mark.parametrize("how", ("hangs up", "is disconnected", "may only look"))
def test_held_keys_and_buttons_are_released(shared, how):
    viewer = ready(shared)
    viewer.key(CONTROL, True)
    viewer.pointer(50, 50, 1)
    wait_until(lambda: held_keys(shared), 5, "the key is not held")
    wait_until(lambda: [log[1] for log in input_log(shared, "NotifyPointerButton")][-1:]
               == [[BTN_LEFT, 1]], 5, "the button is not held")
    if how == "hangs up":
        viewer.close()
    elif how == "is disconnected":
        shared.daemon.control("disconnect")
    else:
        shared.daemon.set_setting("view-only", "true")
    wait_until(lambda: not held_keys(shared), 5, "the key is still held")
    wait_until(lambda: input_log(shared, "NotifyPointerButton")[-1][1] == [BTN_LEFT, 0], 5,
               "the button is still held")


@pytest.fixture
def slow_portal(shared):
    shared.desktop.user_decides("slow", 0.05)
    yield
    shared.desktop.user_decides("slow", 0)


@pytest.mark.parametrize("how", ("is disconnected", "may only look", "is locked out",
                                 "finds it switched off"))
def test_who_is_thrown_out_types_no_more(shared, slow_portal, how):
    viewer = ready(shared)
    viewer.key(CONTROL, True)
    wait_until(lambda: held_keys(shared), 5, "the key is not held")
    for _ in range(200):
        viewer.press(ord("x"))
    viewer.wait_fence(b"typed")
    path = shared.client_object()["path"]
    if how == "is disconnected":
        shared.daemon.call("Disconnect", GLib.Variant("(s)", ("out",)), path, NAME + ".Client")
    elif how == "may only look":
        shared.daemon.set("ViewOnly", GLib.Variant("b", True), path, NAME + ".Client")
    elif how == "is locked out":
        shared.set_access("[('deny', '*')]", "deny")
    else:
        shared.daemon.set("Enabled", GLib.Variant("b", False))
        wait_until(lambda: shared.daemon.get("State") == "disabled", 5, "still shared")
    typed = len(input_log(shared))
    wait_until(lambda: not held_keys(shared), 5, "the key is still held")
    time.sleep(0.5)  # ten events' time
    assert len(input_log(shared)) <= typed + 4, input_log(shared)[typed:]


def test_who_leaves_has_typed_it_all(shared, slow_portal):
    viewer = ready(shared)
    viewer.type("and then I was gone\n")
    viewer.wait_fence(b"typed")
    viewer.close()
    assert "gone" not in shared.typed()
    shared.wait_typed("and then I was gone\n")


def test_one_viewer_does_not_release_the_keys_of_another(shared):
    one, other = ready(shared), ready(shared)
    one.key(CONTROL, True)
    wait_until(lambda: held_keys(shared), 5, "the key is not held")
    other.close()
    time.sleep(0.5)
    assert held_keys(shared)
    one.key(CONTROL, False)
    wait_until(lambda: not held_keys(shared), 5, "the key is still held")


def test_view_only_lets_nothing_through(shared):
    viewer = ready(shared)
    shared.daemon.set_setting("view-only", "true")
    wait_until(lambda: all(c["ViewOnly"] for c in shared.daemon.clients()), 5, "not view-only")
    before = len(input_log(shared))
    viewer.type("forbidden\n")
    viewer.click(30, 30)
    viewer.wait_fence(b"after")
    time.sleep(0.3)
    assert len(input_log(shared)) == before
    shared.daemon.set_setting("view-only", "false")
    wait_until(lambda: not any(c["ViewOnly"] for c in shared.daemon.clients()), 5, "view-only")
    viewer.type("allowed\n")
    shared.wait_typed("allowed\n")
    assert "forbidden" not in shared.typed()


def let_look_only(shared, how, look_only):
    value = GLib.Variant("b", look_only)
    if how == "the client over D-Bus":
        shared.daemon.set("ViewOnly", value, shared.client_object()["path"], NAME + ".Client")
    elif how == "the setting over D-Bus":
        shared.daemon.set("ViewOnly", value, interface=NAME + ".Settings")
    elif how == "gsettings":
        shared.daemon.set_setting("view-only", str(look_only).lower())
        wait_until(lambda: shared.daemon.get("ViewOnly", interface=NAME + ".Settings") == look_only,
                   5, "it does not come")
    else:
        shared.set_access(f"[('{'view' if look_only else 'control'}', '*')]", "deny")


@pytest.mark.parametrize("how", ("the client over D-Bus", "the setting over D-Bus", "gsettings",
                                 "the rules"))
def test_rights_hold_from_the_next_event(shared, how):
    viewer = ready(shared)

    def press():
        viewer.press(ord("z"))
        viewer.wait_fence(b"pressed")
    for _ in range(2):
        let_look_only(shared, how, True)
        before = len(input_log(shared))
        press()
        time.sleep(0.2)
        assert len(input_log(shared)) == before
        let_look_only(shared, how, False)
        press()
        wait_until(lambda before=before: len(input_log(shared)) == before + 2, 5,
                   "the next key is not pressed")


def test_a_single_viewer_can_be_made_view_only(shared):
    looker, actor = ready(shared), ready(shared)
    paths = [c["path"] for c in shared.daemon.clients()]
    number = sorted(paths, key=lambda path: int(path.rsplit("/", 1)[1]))[0].rsplit("/", 1)[1]
    shared.daemon.control("view-only", number, "on")
    looker.type("no\n")
    looker.wait_fence(b"x")
    actor.type("yes\n")
    shared.wait_typed("yes\n")
    assert "no\n" not in shared.typed()
    shared.daemon.control("view-only", number, "off")
    looker.type("now\n")
    shared.wait_typed("now\n")


def test_many_motions_are_merged(shared):
    viewer = ready(shared)
    before = len(input_log(shared, "NotifyPointerMotionAbsolute"))
    for step in range(20000):
        viewer.pointer(step % 1000, step % 700)
    viewer.pointer(321, 123)
    viewer.wait_fence(b"moved", 10)
    wait_input(shared, "NotifyPointerMotionAbsolute", lambda a: a[1:] == [321.0, 123.0], "the end")
    assert len(input_log(shared, "NotifyPointerMotionAbsolute")) - before < 10000


# --- several viewers


def test_what_one_holds_does_not_change_what_another_types(shared):
    first = ready(shared)
    second = shared.viewer()
    second.settle()
    first.key(SHIFT, True)
    first.wait_fence(b"held")
    second.type("lower case\n")
    shared.wait_typed("lower case\n")
    first.type("UPPER")  # with his own Shift again, as a viewer tells it
    first.key(SHIFT, False)
    first.type(" and lower\n")
    shared.wait_typed("UPPER and lower\n")


def test_the_pointer_is_left_to_who_moves_it(shared):
    first = ready(shared)
    second = shared.viewer()
    second.settle()
    first.pointer(100, 100)
    first.wait_fence(b"moved")
    second.pointer(333, 333)
    second.wait_fence(b"moved")
    first.pointer(110, 110)
    wait_input(shared, "NotifyPointerMotionAbsolute", lambda a: a[1:] == [110.0, 110.0], "his own")
    time.sleep(0.6)
    second.pointer(444, 444)
    wait_input(shared, "NotifyPointerMotionAbsolute", lambda a: a[1:] == [444.0, 444.0],
               "the other one's, later")
    moved = [a[1:] for _, a in input_log(shared, "NotifyPointerMotionAbsolute")]
    assert [333.0, 333.0] not in moved


def test_the_time_of_the_last_input_is_told(shared):
    viewer = shared.viewer()
    viewer.settle()
    assert shared.client_object(State="connected")["LastInputTime"] == 0
    before = int(time.time())
    viewer.type("a")
    wait_until(lambda: shared.client_object(State="connected")["LastInputTime"], 5,
               "no last input")
    assert before <= shared.client_object()["LastInputTime"] <= time.time()
