# SPDX-License-Identifier: GPL-2.0-or-later
"""The real GNOME Settings, on an X screen that nobody sees, and the hands of a person in front of it.

Widgets are found as a screen reader finds them (AT-SPI), and clicked and typed into by xdotool.
"""
import json
import pathlib
import re
import subprocess
import sys

from processes import NotReady, wait_until

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = "gnome-control-center"
SYSTEM_MANAGER = "org.freedesktop.systemd1"
FOUR_ROWS = r"\s*(?:[0-9A-F]{2}(?::[0-9A-F]{2}){3}\s*){4}"  # one of the two columns


def version():
    """43"""
    text = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True,
                          check=True).stdout
    return int(re.search(r"(\d+)\.", text)[1])


def remote_desktop(desktop, display):
    """The window that this version has, which opens as a context manager."""
    kind = SystemPanel if version() >= 46 else SharingPanel
    return kind(desktop, display)


class SettingsWindow:
    """Opened where the switch is."""

    MAIN = "Settings"  # the title of the window
    # The panel, what stands over the switch, its name, that of a field, and the role of a button.
    PANEL = TITLE = SHARING = USER_NAME = BUTTON = ""

    def __init__(self, desktop, display):
        self.desktop = desktop
        self.display = display
        environment = {name: value for name, value in desktop.environment.items()
                       if name not in ("NO_AT_BRIDGE", "GTK_A11Y", "WAYLAND_DISPLAY")}
        self.environment = dict(environment, DISPLAY=display.name, GDK_BACKEND="x11",
                                GSK_RENDERER="cairo", XDG_CURRENT_DESKTOP="GNOME",
                                XDG_SESSION_TYPE="x11", LANGUAGE="C")
        self.reader = None

    # --- life

    def __enter__(self):
        """With the switch ready to be used."""
        self.desktop.processes.start("settings", [PROGRAM, self.PANEL], self.environment)
        # pylint: disable=consider-using-with
        self.reader = subprocess.Popen(
            [sys.executable, "-Wignore", HERE / "seen_widgets.py", PROGRAM], text=True,
            env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        try:
            self.go_there()
            self.wait("check box", self.SHARING)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.reader.stdin.close()
        self.reader.wait(10)
        self.reader.stdout.close()
        self.desktop.processes.stop("settings")

    def go_there(self):
        raise NotImplementedError

    # --- what a person does

    def is_on(self, switch):
        return self.wait("check box", switch)["checked"]

    def turn(self, switch, to):
        """Clicks the switch if it does not stand there yet."""
        if self.is_on(switch) != to:
            self.click("check box", switch)
            self.until(lambda: self.is_on(switch) == to, f"{switch} does not move")

    def type_into(self, field, text):
        """Replaces what stands in a field."""
        self.click("text", field)
        self.display.run("xdotool", "key", "ctrl+a")
        self.display.run("xdotool", "type", "--delay", "40", text)
        self.display.run("xdotool", "key", "Return")

    def fingerprint(self):
        """What Verify Encryption shows, as "AA:BB:..."."""
        self.click(self.BUTTON, "Verify Encryption")

        def columns():
            names = [each["name"] for each in self.widgets(role="label")]
            found = [name.split() for name in names if re.fullmatch(FOUR_ROWS, name)]
            return found if len(found) == 2 else None
        left, right = self.until(columns, "no fingerprint is shown")
        return ":".join(part for row in zip(left, right) for part in row)

    # --- widgets

    def click(self, role, name, title=None):
        """In the middle of it, as soon as it may be. Windows are at 0,0; the frame that GTK draws
        around them is not counted."""
        def ready():
            found = self.find(role, name, title)
            return found if found and found["sensitive"] and found["at"][2] else None
        x, y, width, height = self.until(ready, f"{role} {name} cannot be clicked")["at"]
        self.display.run("xdotool", "mousemove", str(x + width // 2 + 3), str(y + height // 2 + 3),
                         "click", "1")

    def wait(self, role, name, title=None):
        return self.until(lambda: self.find(role, name, title), f"no {role} {name}")

    def until(self, condition, what):
        try:
            return wait_until(condition, 30, what)
        except NotReady as error:
            seen = "\n".join(f"{each['title']}: {each['role']} {each['name']}"
                             for each in self.widgets() if each["name"])
            raise NotReady(f"{error}; Settings shows\n{seen}\n"
                           f"{self.desktop.processes['settings'].log_tail()}") from None

    def find(self, role, name, title=None):
        found = self.widgets(role=role, name=name, title=title or self.TITLE, first=True)
        return found[0] if found else None

    def widgets(self, **wanted):
        """All such, as dictionaries."""
        self.reader.stdin.write(json.dumps(wanted) + "\n")
        self.reader.stdin.flush()
        line = self.reader.stdout.readline()
        if not line:
            raise RuntimeError("the reader of widgets has ended")
        return json.loads(line)


class SharingPanel(SettingsWindow):
    """Settings 42 to 45: a dialog of the panel Sharing."""

    PANEL, TITLE, SHARING, USER_NAME = "sharing", "Remote Desktop", "Remote Desktop", "User Name"
    BUTTON = "push button"

    def go_there(self):
        # grey until everything is switched on in the window's head, which may be remembered
        if not self.wait("check box", "Sharing", self.MAIN)["checked"]:
            self.click("check box", "Sharing", self.MAIN)
        self.click("list item", "Remote Desktop", self.MAIN)


class SystemPanel(SettingsWindow):
    """Settings since 46: a page of the panel System."""

    PANEL, TITLE, SHARING, USER_NAME = "system", "Settings", "Desktop Sharing", "Username"
    BUTTON = "button"
    HEIGHT = 950  # of the window: what is scrolled away cannot be clicked

    def __enter__(self):
        self.desktop.spawn("system-manager", sys.executable, "-B", HERE / "system_manager.py")
        self.desktop.run("gdbus", "wait", "--system", "--timeout", "10", SYSTEM_MANAGER)
        return super().__enter__()

    def __exit__(self, *_):
        super().__exit__()
        self.desktop.processes.stop("system-manager")

    def go_there(self):
        self.wait("button", "Remote Desktop")
        self.display.run("xdotool", "search", "--onlyvisible", "--name", f"^{self.MAIN}$",
                         "windowsize", "1000", str(self.HEIGHT))
        self.click("button", "Remote Desktop")
