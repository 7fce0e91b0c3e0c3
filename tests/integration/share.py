# SPDX-License-Identifier: GPL-2.0-or-later
"""A shared desktop as tests see it: the desktop, the daemon, a terminal, and its viewers."""
import pathlib
import time

import numpy
import pytest
from gi.repository import GLib

from daemon import SCHEMA, Daemon
from processes import wait_until
from rfb.client import SHIFT, Client

# Copies each line it is given to a file, so that a test can tell what arrived.
TAKE_DOWN = """stty -echo 2>/dev/null; printf '%s' "$2"; stty echo
while IFS= read -r line; do printf '%s\\n' "$line" >> "$1"; done"""
# Many colours, gradients and text: something every encoding has to work for.
SCENE = r"""awk 'BEGIN {
    for (y = 0; y < 20; y++) {
        for (x = 0; x < 80; x++)
            printf "\033[48;2;%d;%d;%dm\033[38;2;%d;%d;%dm▀",
                x * 3, y * 12, (x * y) % 256, 255 - x * 3, (x * 7) % 256, y * 9
        print "\033[0m"
    }
    for (y = 0; y < 8; y++) print "The quick brown fox jumps over the lazy dog 0123456789 " y
}'; printf '\033[?25l'; exec sleep 1000"""
SANITIZER_FINDS = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


class Share:
    """A context manager; ends the daemon before the desktop."""

    def __init__(self, desktop, build):
        self.desktop = desktop
        self.daemon = Daemon(desktop, build)
        self.typed_file = desktop.path("typed")
        self.clients = []

    def __enter__(self):
        self.desktop.__enter__()
        try:
            self.show_typing_terminal()
            self.daemon.start()
        except BaseException:
            self.desktop.stop()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.close_clients()
            self.daemon.stop()
        finally:
            self.desktop.stop()

    # --- between tests

    def reset(self):
        """Brings a shared one back to how it began."""
        for key in ("view-only", "port", "negotiate-port", "security-types", "monitors",
                    "max-clients"):
            self.daemon.reset_setting(key)
        for child in ("access", "sasl", "tls"):
            self.desktop.run("gsettings", "reset-recursively", f"{SCHEMA}.{child}")
        self.daemon.set_setting("listen-addresses", "['127.0.0.1']")
        self.daemon.control("enable")
        self.daemon.wait_listening()
        if not self.desktop.processes.alive("terminal"):
            self.show_typing_terminal()

    def set_access(self, rules, otherwise):
        """Sets the rules, and returns when they hold."""
        wanted = {"AccessRules": rules, "AccessDefault": f"'{otherwise}'"}
        schema = f"{SCHEMA}.access"
        self.daemon.set_setting("default", wanted["AccessDefault"], schema)
        self.daemon.set_setting("rules", rules, schema)
        for name, value in wanted.items():
            value = GLib.Variant.parse(None, value if name != "AccessRules" or value[0] == "@"
                                       else f"@a(ss) {value}", None, None).unpack()
            wait_until(lambda n=name, v=value: self.daemon.get(
                n, interface="org.gnome.DesktopSharing.Settings") == v, 5, f"{name} does not come")
        time.sleep(0.05)  # from there it is one turn of the daemon's loop

    def close_clients(self):
        for client in self.clients:
            client.close()
        self.clients.clear()

    def check_clean_end(self):
        """The daemon is still there, ends when told, and no sanitizer has found anything."""
        self.close_clients()
        process = self.daemon.process
        assert process.alive(), f"the daemon ended by itself:\n{process.log_tail(60)}"
        status = self.daemon.stop()
        self.check_sanitizers(process)
        assert status == 0, f"the daemon ended with {status}:\n{process.log_tail(40)}"

    @staticmethod
    def check_sanitizers(process):
        text = process.log_text()
        found = [find for find in SANITIZER_FINDS if find in text]
        first = min((text.index(find) for find in found), default=0)
        assert not found, text[max(0, first - 200):][:6000]

    # --- viewers

    def viewer(self, line=None, **options):
        """A logged-in client, over the line given; closed at the end of the test."""
        defaults = {"user": self.daemon.user, "password": self.daemon.password,
                    "certificate": str(self.daemon.certificate), "host": "127.0.0.1"}
        client = Client(line or self.daemon.address, **{**defaults, **options})
        self.clients.append(client)
        return client

    def client_object(self, **expected):
        """The one D-Bus object whose properties are as expected."""
        def find():
            found = [c for c in self.daemon.clients()
                     if all(c.get(key) == value for key, value in expected.items())]
            return found[0] if len(found) == 1 else None
        return wait_until(find, 10, f"no single client with {expected}")

    def times_of_others(self, worker):
        """Of a session that is up (the client `worker`) and of a whole login, without a password
        (x509-none); the best of some, as the machine has other things to do."""
        logins, fences = [], []
        for number in range(8):
            began = time.monotonic()
            self.viewer(security="x509-none", source="127.0.11.1").close()
            logins.append(time.monotonic() - began)
            fences.append(worker.wait_fence(b"%d %f" % (number, began)))
        return {"login": min(logins), "session": min(fences)}

    def expect_no_delay(self, worker, usual):
        """Nobody is held up by more than 100 ms, compared with how it is usually."""
        for kind, took in self.times_of_others(worker).items():
            assert took < usual[kind] + 0.1, f"{kind}: {took:.3f} s instead of {usual[kind]:.3f} s"

    # --- what is on the desktop

    def show_typing_terminal(self):
        """A terminal that takes down what is typed."""
        self.typed_file.unlink(missing_ok=True)
        self.desktop.start_terminal("sh", "-c", TAKE_DOWN, "sh", self.typed_file, "type here: ")
        self.wait_terminal_drawn()

    def show_scene(self):
        self.desktop.start_terminal("sh", "-c", SCENE)
        self.wait_terminal_drawn()

    def show_moving(self):
        """A terminal that never rests."""
        self.desktop.start_terminal("sh", "-c", "while :; do date +%N; done")

    def show_colour(self, red, green, blue):
        """The whole screen in one colour."""
        self.desktop.start_terminal(
            "sh", "-c", "printf '\\033[?25l'; exec sleep 1000",
            options=("-o", f"colors.background={red:02x}{green:02x}{blue:02x}"))

    def wait_terminal_drawn(self, colours=2):
        """Until the compositor shows the same picture twice, and not an empty one."""
        previous = None
        for _ in range(50):
            shot = self.desktop.screenshot()
            if shot == previous and len(set(shot[2][i:i + 3] for i in range(
                    0, len(shot[2]), 3 * 7))) >= colours:
                return
            previous = shot
            time.sleep(0.1)
        pytest.fail("the terminal does not come to rest")

    def screenshot(self):
        """The compositor's own picture, as an array."""
        width, height, data = self.desktop.screenshot()
        return numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3)

    def typed(self):
        return self.typed_file.read_text() if self.typed_file.exists() else ""

    def wait_typed(self, text, seconds=10):
        wait_until(lambda: text in self.typed(), seconds,
                   f"{text!r} did not arrive, only {self.typed()!r} did")

    def wake_keyboard(self, client):
        """A seat gets its keyboard with the first key, and its clients bind it late."""
        client.press(SHIFT)
        client.fence(b"wake")
        time.sleep(0.5)

    # --- processes

    def resident(self):
        """The daemon's resident memory in KiB."""
        for line in pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS")

    def sanitized(self):
        """Then the daemon keeps what it has freed."""
        maps = pathlib.Path(f"/proc/{self.daemon.pid}/maps").read_text()
        return "libasan" in maps or "libtsan" in maps

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.daemon.pid}/fd").iterdir()))


def shows_colour(rgb, colour, part=0.9):
    """Whether more than that part of the picture has the colour."""
    return (rgb == colour).all(axis=2).mean() > part


def same_picture(seen, truth):
    """Fails with where they differ."""
    assert seen.shape == truth.shape, f"{seen.shape} instead of {truth.shape}"
    different = numpy.argwhere((seen != truth).any(axis=2))
    if len(different):
        y, x = different[0]
        pytest.fail(f"{len(different)} pixels differ, the first at {x},{y}: {seen[y, x]} instead "
                    f"of {truth[y, x]}")


def pointer_shows(shared, viewer, place):
    """Whether the picture differs from the compositor's, which has no pointer, just there."""
    picture = viewer.rgb().astype(int)
    different = numpy.argwhere((picture != shared.screenshot()).any(axis=2))
    return len(different) > 20 and (abs(different - (place[1], place[0])) < 40).all()
