# SPDX-License-Identifier: GPL-2.0-or-later
"""A private headless desktop: bus, keyring, PipeWire, compositor and the real portal.

The compositors are in desktop_mutter.py and desktop_sway.py.  Nothing of the caller's own desktop
is used or touched: own HOME, XDG directories and bus, and a bus without the system's service files.
"""
import functools
import glob
import os
import pathlib
import signal
import subprocess
import tempfile

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from processes import NotReady, ProcessGroup, wait_until  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
LIBEXEC = pathlib.Path("/usr/libexec")
KEYRING_PASSWORD = "throwaway"
PORTAL = "org.freedesktop.portal.Desktop"

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <limit name="reply_timeout">300000</limit>
</busconfig>
"""

# What the caller's desktop may have left in the environment and must not leak in here.
FOREIGN = ("DISPLAY", "WAYLAND_DISPLAY", "SWAYSOCK", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY",
           "GNOME_KEYRING_CONTROL", "SSH_AUTH_SOCK", "DBUS_STARTER_ADDRESS", "PIPEWIRE_REMOTE",
           "PIPEWIRE_RUNTIME_DIR", "XDG_SESSION_ID", "GTK_MODULES", "LD_PRELOAD",
           "GSETTINGS_SCHEMA_DIR", "XDG_DATA_DIRS", "XDG_CONFIG_DIRS", "SASL_CONF_PATH")

# Again after a SIGSEGV, by which foot 1.13 was seen to end when the scale of its monitor changed.
AFTER_A_CRASH = 'while :; do "$@"; code=$?; [ $code = 139 ] || exit $code; done'


class Desktop:
    """Base of the two desktops; a context manager, everything ends with it."""

    kind = ""
    current_desktop = ""

    def __init__(self, size=(1280, 720)):
        self.size = size
        # short: a socket's path may have 107 bytes
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="d", dir=os.environ.get(
            "GDS_WORK_DIR")))
        self.processes = ProcessGroup(self.directory / "log")
        self.environment = self.private_environment()
        self.bus = None

    def private_environment(self):
        environment = {k: v for k, v in os.environ.items() if k not in FOREIGN}
        directories = {"XDG_RUNTIME_DIR": "run", "HOME": "home", "XDG_CONFIG_HOME": "config",
                       "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache",
                       "XDG_STATE_HOME": "state"}
        for variable, name in directories.items():
            path = self.directory / name
            path.mkdir(mode=0o700)
            environment[variable] = str(path)
        environment.update(
            GSETTINGS_BACKEND="keyfile", GTK_A11Y="none", NO_AT_BRIDGE="1", LC_ALL="C.UTF-8",
            XDG_SESSION_TYPE="wayland", XDG_CURRENT_DESKTOP=self.current_desktop,
            DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.path('run')}/bus")
        return environment

    def path(self, name):
        return self.directory / name

    # --- life

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.start_bus()
        self.start_keyring()
        self.start_pipewire()
        self.start_compositor()
        self.start_portal_backend()
        self.start_portal()

    def stop(self):
        if self.bus and not self.bus.is_closed():
            self.bus.close_sync(None)
        self.processes.stop_all()
        subprocess.run(["rm", "-rf", str(self.directory)], check=False)

    def spawn(self, name, *command, **extra):
        """Starts a program of the desktop; its output goes to log/NAME.log."""
        return self.processes.start(name, command, dict(self.environment, **extra))

    def wait(self, name, condition, seconds, what):
        """wait_until, but a process that died meanwhile is told with the end of its log."""
        process = self.processes[name]

        def look():
            if not process.alive():
                raise NotReady(f"{name} ended with {process.popen.returncode}:\n"
                               f"{process.log_tail()}")
            return condition()
        try:
            return wait_until(look, seconds, what)
        except NotReady as error:
            raise NotReady(f"{error}\n{process.log_tail()}") from None

    def run(self, *command, timeout=20, check=True, **extra):
        """Runs a short command on the desktop and returns what it printed."""
        return subprocess.run([str(word) for word in command], check=check, timeout=timeout,
                              env=dict(self.environment, **extra), stdout=subprocess.PIPE,
                              text=True, stdin=subprocess.DEVNULL).stdout

    # --- the session bus

    def start_bus(self):
        services = self.path("data") / "dbus-1/services"
        services.mkdir(parents=True)
        config = self.path("bus.conf")
        config.write_text(BUS_CONFIG.format(socket=self.path("run") / "bus", services=services))
        self.spawn("bus", "dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile")
        self.bus = self.wait("bus", self.connect_bus, 10, "no session bus")
        self.bus.set_exit_on_close(False)

    def connect_bus(self):
        try:
            return Gio.DBusConnection.new_for_address_sync(
                self.environment["DBUS_SESSION_BUS_ADDRESS"],
                Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
                Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        except GLib.Error:
            return None  # not yet

    def call(self, name, path, interface, method, arguments=None, timeout=20):
        """A D-Bus call; arguments is a GLib.Variant tuple; the unpacked reply comes back."""
        return self.bus.call_sync(name, path, interface, method, arguments, None,
                                  Gio.DBusCallFlags.NO_AUTO_START, timeout * 1000, None).unpack()

    def get_property(self, name, path, interface, prop):
        return self.call(name, path, "org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", (interface, prop)))[0]

    def set_property(self, name, path, interface, prop, value):
        self.call(name, path, "org.freedesktop.DBus.Properties", "Set",
                  GLib.Variant("(ssv)", (interface, prop, value)))

    def has_name(self, name):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         "NameHasOwner", GLib.Variant("(s)", (name,)))[0]

    def wait_name(self, process, name, seconds=20):
        self.wait(process, lambda: self.has_name(name), seconds, f"{name} is not on the bus")

    # --- keyring, PipeWire, portal

    def start_keyring(self):
        """gnome-keyring with an unlocked login keyring, which is the default one."""
        keyrings = self.path("data") / "keyrings"
        keyrings.mkdir(mode=0o700, exist_ok=True)
        (keyrings / "default").write_text("login")
        process = self.processes.start(
            "keyring", ["gnome-keyring-daemon", "--foreground", "--unlock",
                        "--components=secrets"], self.environment, subprocess.PIPE)
        process.popen.stdin.write(KEYRING_PASSWORD.encode())
        process.popen.stdin.close()
        self.wait_name("keyring", "org.freedesktop.secrets")

    def start_pipewire(self):
        self.spawn("pipewire", "pipewire")
        self.wait("pipewire", (self.path("run") / "pipewire-0").exists, 10, "no PipeWire socket")
        self.spawn("wireplumber", "wireplumber")
        # its clients are exported some time after the process is up
        self.wait("wireplumber", lambda: "WirePlumber" in self.run("pw-dump", check=False), 15,
                  "WirePlumber did not connect to PipeWire")

    def start_portal(self):
        self.spawn("permission-store", LIBEXEC / "xdg-permission-store")
        self.wait_name("permission-store", "org.freedesktop.impl.portal.PermissionStore")
        self.spawn("portal", LIBEXEC / "xdg-desktop-portal", "-v")
        self.wait_name("portal", PORTAL, 30)

    # --- the compositor

    def start_compositor(self):
        raise NotImplementedError

    def start_portal_backend(self):
        raise NotImplementedError

    def restart_compositor(self):
        """What a crash of the compositor looks like: it goes without a word and comes again."""
        self.kill_compositor()
        self.start_compositor()

    def kill_compositor(self):
        self.processes.kill(self.kind)
        for socket in glob.glob(str(self.path("run") / "wayland-*")):
            os.unlink(socket)

    def wait_wayland_socket(self):
        def socket():
            found = [p for p in glob.glob(str(self.path("run") / "wayland-*"))
                     if not p.endswith(".lock")]
            return found and os.path.basename(found[0])
        self.environment["WAYLAND_DISPLAY"] = self.wait(self.kind, socket, 20, "no Wayland socket")

    def screenshot(self):
        """The compositor's own picture of the screen, past any portal: (width, height, RGB)."""
        raise NotImplementedError

    # --- things on the desktop

    def start_terminal(self, *command, name="terminal", options=()):
        """A terminal that fills the screen and runs the command."""
        return self.spawn(name, "sh", "-c", AFTER_A_CRASH, "sh", "foot", "-o",
                          "main.initial-window-mode=fullscreen", "-o", "cursor.blink=no",
                          *exact_colours(), *options, *command)

    def stop_process_by_signal(self, name, number=signal.SIGSTOP):
        os.kill(self.processes[name].pid, number)


@functools.cache
def exact_colours():
    """What keeps foot's colours as they were told. With gamma-correct blending (since 1.21, where
    the compositor can do it) Mutter shows 36 now as 34 and now as 37."""
    option = ("-o", "main.gamma-correct-blending=no")
    known = subprocess.run(["foot", "--check-config", *option], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False).returncode == 0
    return option if known else ()


def create(kind, size=(1280, 720), **options):
    """The desktop of that name: mutter or sway."""
    if kind == "mutter":
        from desktop_mutter import MutterDesktop
        return MutterDesktop(size, **options)
    if kind == "sway":
        from desktop_sway import SwayDesktop
        return SwayDesktop(size, **options)
    raise ValueError(f"no such desktop: {kind} (mutter or sway)")
