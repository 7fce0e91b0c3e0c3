# SPDX-License-Identifier: GPL-2.0-or-later
"""A desktop as GNOME has it where GNOME Settings turns things on and off: headless Mutter and the
portal, the real dconf, and a systemd of the user's that starts gnome-remote-desktop and us.

Our units are those of the build, with the programs of the build in them.
"""
import pathlib
import re

from daemon import SANITIZERS, Daemon, find_program
from desktop import BUS_CONFIG
from desktop_mutter import MutterDesktop
from processes import NotReady, wait_until
from real_settings import DCONF, RealSettings
from service_manager import ServiceManager

OURS = "gnome-desktop-sharing.service"
SWITCH = "gnome-desktop-sharing-gnome-switch.service"
THEIRS = "gnome-remote-desktop.service"
# What a user's manager makes itself, or keeps from its units.
PRIVATE = ("ASAN_OPTIONS", "_", "SHLVL", "PWD", "OLDPWD", "INVOCATION_ID")
ACCESSIBILITY = "/usr/libexec/at-spi-bus-launcher"


class SwitchedDesktop(RealSettings, MutterDesktop):
    def private_environment(self):
        environment = super().private_environment()
        environment.update(
            GSETTINGS_BACKEND="dconf",
            DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.path('run')}/system-bus")
        return environment

    def start(self):
        self.start_system_bus()
        super().start()

    def stop(self):
        nobodys = self.path("run") / "systemd/inaccessible"
        if nobodys.exists():
            nobodys.chmod(0o700)  # systemd 257 takes that away, and nothing in it can be removed then
        super().stop()

    def start_bus(self):
        services = self.path("data") / "dbus-1/services"
        services.mkdir(parents=True)
        config = self.path("bus.conf")
        config.write_text(BUS_CONFIG.format(socket=self.path("run") / "bus", services=services))
        self.manager = ServiceManager(self)
        self.manager.start(config)
        self.bus = self.wait("systemd", self.connect_bus, 10, "no session bus")
        self.bus.set_exit_on_close(False)
        self.add_service("ca.desrt.dconf", DCONF)
        self.add_service("org.a11y.Bus", ACCESSIBILITY)

    def install_units(self, build, replace=False):
        """As `ninja install` would; with replace as of the build option of that name."""
        built = pathlib.Path(build) / "data"
        program = find_program(build, "gnome-desktop-sharing-daemon")
        own = (built / OURS).read_text()
        own = re.sub(r"^ExecStart=.*$", f"ExecStart={program} --verbose", own, flags=re.M)
        self.manager.add_unit(OURS, own)
        # Leaks are looked for by a process that traces ours, which the unit's filter forbids.
        options = SANITIZERS["ASAN_OPTIONS"].replace("detect_leaks=1", "detect_leaks=0")
        self.manager.add_unit(f"{OURS}.d/test.conf", f"""[Service]
Environment=ASAN_OPTIONS={options}
StandardOutput=append:{self.log_file}
StandardError=append:{self.log_file}
""")
        for unit in (THEIRS, SWITCH, f"{THEIRS}.wants/{SWITCH}"):
            self.manager.remove_unit(unit)
        if replace:
            self.manager.add_unit(THEIRS, (built / "gnome-settings" / THEIRS).read_text())
        else:
            self.manager.add_unit(SWITCH, (built / "gnome-settings" / SWITCH).read_text())
            self.manager.link_unit(f"{THEIRS}.wants/{SWITCH}", f"../{SWITCH}")
        # What came after the manager had started.
        self.manager.control("set-environment", *(
            f"{name}={value}" for name, value in self.environment.items()
            if name.isidentifier() and name not in PRIVATE))
        self.manager.control("daemon-reload")

    @property
    def log_file(self):
        return self.path("log") / "daemon.log"


class UnitDaemon(Daemon):
    """The daemon as the service manager runs it."""

    def start(self, *options):
        self.desktop.install_units(self.build)
        self.set_setting("listen-addresses", "['127.0.0.1']")
        self.desktop.manager.control("start", OURS)
        return self

    def wait(self, condition, seconds, what):
        try:
            return wait_until(condition, seconds, what)
        except NotReady as error:
            raise NotReady(f"{error}\n{self.log_tail()}") from None

    def log_tail(self):
        file = self.desktop.log_file
        text = file.read_text(errors="replace") if file.exists() else "(nothing is logged)"
        return "\n".join(text.splitlines()[-30:])

    def stop(self):
        """The unit's result: "success" when all went well."""
        self.desktop.manager.control("stop", OURS)
        return self.desktop.manager.control("show", "--property=Result", "--value", OURS)
