#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`./dev bench`: log-ins per second, and then start-up, memory and frames per second of a build, on a
moving 1080p terminal, for one viewer and for many.

    bench.py BUILD [SECONDS [logins|viewers]]

The viewer takes the bytes and does not decode them, so that it is not what is measured.  A wayvnc on
the same sway desktop is measured too where it is installed.
"""
import pathlib
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "desktop")]

import desktop as desktops  # noqa: E402
from bench_logins import bench_logins, cpu_seconds  # noqa: E402
from bench_viewers import SCROLL, bench_crowds  # noqa: E402
from daemon import Daemon  # noqa: E402
from rfb.client import Client, can_connect  # noqa: E402
from rfb.decoders import COPY_RECT, RAW, TIGHT, ZRLE, compact_length  # noqa: E402

SIZE = (1920, 1080)
MOVING = "while :; do date +%N%N%N; done"


class Taker(Client):
    """Reads rectangles without decoding them."""

    def read_rect(self, encoding, rect):
        _, _, width, height = rect
        if encoding == RAW:
            self.wire.read(width * height * self.pixel_format.size)
        elif encoding == COPY_RECT:
            self.wire.read(4)
        elif encoding == ZRLE:
            self.wire.sized()
        elif encoding == TIGHT:
            self.skip_tight(width, height)
        else:
            super().read_rect(encoding, rect)

    def skip_tight(self, width, height):
        kind = self.wire.u8() >> 4
        if kind == 8:
            self.wire.read(3)
            return
        size = width * height * 3
        if kind < 8 and kind & 4:
            if self.wire.u8() == 1:
                colours = self.wire.u8() + 1
                self.wire.read(3 * colours)
                size = (width + 7) // 8 * height if colours == 2 else width * height
        if kind < 8 and size < 12:
            self.wire.read(size)
        else:
            self.wire.read(compact_length(self.wire))


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def measure(viewer, pid, seconds):
    """(updates per second, CPU share, MiB per second)."""
    viewer.request(incremental=False)
    viewer.next_update(10)
    viewer.request()
    begin, cpu, updates, octets = time.monotonic(), cpu_seconds(pid), 0, viewer.wire.received
    while time.monotonic() - begin < seconds:
        if viewer.readable(0.5) and viewer.read_message() is not None:
            updates += 1
            viewer.request()
    spent = time.monotonic() - begin
    return (updates / spent, 100 * (cpu_seconds(pid) - cpu) / spent,
            (viewer.wire.received - octets) / spent / 2**20)


def report(what, figures):
    print(f"  {what:22} {figures[0]:6.1f} updates/s  {figures[1]:5.1f} % of a core  "
          f"{figures[2]:6.2f} MiB/s", flush=True)


def bench_daemon(desktop, build, seconds):
    daemon = Daemon(desktop, build)
    daemon.set_setting("listen-addresses", "['127.0.0.1']")
    daemon.set_setting("enabled", "true")
    begin = time.monotonic()
    daemon.spawn()
    daemon.wait_listening()
    print(f"  listening after {1000 * (time.monotonic() - begin):.0f} ms")
    daemon.set_password(daemon.user, daemon.password)
    daemon.wait_ready()
    begin = time.monotonic()
    first = Client(daemon.address, daemon.user, daemon.password)
    first.refresh()
    print(f"  log-in and whole picture {1000 * (time.monotonic() - begin):.0f} ms")
    print(f"  {resident_mib(daemon.pid):.0f} MiB resident with one viewer")
    first.close()
    desktop.start_terminal("sh", "-c", MOVING)
    time.sleep(1)
    for encoding in ("raw", "zrle", "tight"):
        with Taker(daemon.address, daemon.user, daemon.password, encodings=(encoding,)) as viewer:
            report(encoding, measure(viewer, daemon.pid, seconds))
    desktop.start_terminal("sh", "-c", SCROLL)
    time.sleep(1)
    for encodings in (("tight",), ("copyrect", "tight")):
        def taker(encodings=encodings):
            return Taker(daemon.address, daemon.user, daemon.password, encodings=encodings)
        bench_crowds("scroll, " + " ".join(encodings), taker, daemon.pid, seconds)
    daemon.stop()


def bench_wayvnc(desktop, seconds):
    process = desktop.spawn("wayvnc", "wayvnc", "127.0.0.1", "5970")
    desktop.wait("wayvnc", lambda: can_connect(("127.0.0.1", 5970)), 10, "wayvnc does not listen")
    for encoding in ("raw", "zrle", "tight"):
        with Taker(("127.0.0.1", 5970), security="none", encodings=(encoding,),
                   extensions=()) as viewer:
            report(f"wayvnc {encoding}", measure(viewer, process.pid, seconds))
    desktop.start_terminal("sh", "-c", SCROLL)
    time.sleep(1)
    bench_crowds("wayvnc scroll, tight", lambda: Taker(
        ("127.0.0.1", 5970), security="none", encodings=("tight",), extensions=()), process.pid,
        seconds)


def main():
    build = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5
    part = sys.argv[3] if len(sys.argv) > 3 else ""
    if part != "viewers":
        print("logging in")
        with desktops.create("sway", (640, 480)) as desktop:
            daemon = Daemon(desktop, build).start()
            bench_logins(daemon, 2 * seconds)
            daemon.stop()
    if part == "logins":
        return 0
    for kind in ("sway",) if part == "viewers" else ("mutter", "sway"):
        print(f"{kind}, {SIZE[0]}x{SIZE[1]}, a terminal at full speed")
        with desktops.create(kind, SIZE) as desktop:
            bench_daemon(desktop, build, seconds)
            if kind == "sway" and shutil.which("wayvnc"):
                bench_wayvnc(desktop, seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
