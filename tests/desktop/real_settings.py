# SPDX-License-Identifier: GPL-2.0-or-later
"""What a desktop with the real dconf, and with programs of GNOME, has besides a session bus: a bus of
the system, and services that the session bus starts."""

SYSTEM_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
SERVICE = """[D-BUS Service]
Name={name}
Exec={program}
"""
DCONF = "/usr/libexec/dconf-service"


class RealSettings:
    """A part of a Desktop."""

    def start_system_bus(self):
        socket = self.path("run") / "system-bus"
        config = self.path("system-bus.conf")
        config.write_text(SYSTEM_BUS.format(socket=socket))
        self.spawn("system-bus", "dbus-daemon", f"--config-file={config}", "--nofork",
                   "--nopidfile")
        self.wait("system-bus", socket.exists, 10, "no system bus")

    def add_service(self, name, program):
        """From now on the session bus starts the program for that name."""
        services = self.path("data") / "dbus-1/services"
        (services / f"{name}.service").write_text(SERVICE.format(name=name, program=program))
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                  "ReloadConfig")
