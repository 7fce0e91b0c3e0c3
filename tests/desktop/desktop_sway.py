# SPDX-License-Identifier: GPL-2.0-or-later
"""Headless sway behind xdg-desktop-portal and xdg-desktop-portal-wlr, both real.

This backend casts the screen and takes no input; it gives damage metadata and changes its size
inside a live stream.
"""
import re
import glob
import subprocess

from desktop import HERE, LIBEXEC, Desktop

CONFIG = """xwayland disable
output * resolution {width}x{height} position 0 0
output * bg #204060 solid_color
default_border none
focus_follows_mouse no
"""
# The backend crashes now and then when a cast ends while the screen moves: start it again.
KEEP_RUNNING = 'trap "kill \\$c; exit" TERM; while :; do "$@" & c=$!; wait $c; sleep 0.1; done'


class SwayDesktop(Desktop):
    @staticmethod
    def version():
        """(1, 7)"""
        text = subprocess.run(["sway", "--version"], capture_output=True, text=True,
                              check=True).stdout
        return tuple(int(part) for part in re.findall(r"\d+", text.split()[2]))

    kind = "sway"
    current_desktop = "sway"
    has_input = False

    def private_environment(self):
        environment = super().private_environment()
        environment.update(WLR_BACKENDS="headless", WLR_RENDERER="pixman",
                           WLR_LIBINPUT_NO_DEVICES="1", WLR_HEADLESS_OUTPUTS="1")
        return environment

    def start_compositor(self):
        config = self.path("config") / "sway/config"
        config.parent.mkdir(exist_ok=True)
        config.write_text(CONFIG.format(width=self.size[0], height=self.size[1]))
        self.spawn("sway", "sway", "-c", config)
        self.wait_wayland_socket()
        self.environment["SWAYSOCK"] = self.wait(
            "sway", lambda: (glob.glob(str(self.path("run") / "sway-ipc.*.sock")) or [""])[0], 10,
            "no IPC socket")

    def kill_compositor(self):
        super().kill_compositor()
        for socket in glob.glob(str(self.path("run") / "sway-ipc.*")):
            subprocess.run(["rm", "-f", socket], check=True)

    def start_portal_backend(self):
        config = self.path("config") / "xdg-desktop-portal-wlr/config"
        config.parent.mkdir(exist_ok=True)
        config.write_text("[screencast]\noutput_name=HEADLESS-1\nchooser_type=none\n")
        shim = self.path("xdpw-shm.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", shim, HERE / "xdpw-shm.c", "-ldl"],
                       check=True)
        self.spawn("portal-backend", "sh", "-c", KEEP_RUNNING, "sh", "env", f"LD_PRELOAD={shim}",
                   LIBEXEC / "xdg-desktop-portal-wlr", "-l", "DEBUG")
        self.wait_name("portal-backend", "org.freedesktop.impl.portal.desktop.wlr")

    def restart_compositor(self):
        super().restart_compositor()
        # the backend holds the old compositor's socket
        self.processes.stop("portal-backend")
        self.start_portal_backend()

    def command(self, text):
        """A command over sway's own IPC."""
        self.run("swaymsg", "-q", text)

    def set_background(self, colour):
        self.command(f"output HEADLESS-1 bg {colour} solid_color")

    def resize_output(self, width, height):
        self.command(f"output HEADLESS-1 mode {width}x{height}")

    def screenshot(self):
        from PIL import Image
        file = self.path("shot.ppm")
        self.run("grim", "-t", "ppm", file)
        with Image.open(file) as image:
            return image.width, image.height, image.convert("RGB").tobytes()
