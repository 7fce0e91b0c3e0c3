# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands behind `./dev run`: the private desktop of a newcomer."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import numpy
import pytest
from PIL import Image

DESKTOP = pathlib.Path(__file__).resolve().parent.parent / "desktop"


def run(build, *words, desktop="mutter", **options):
    command = [sys.executable, "-B", DESKTOP / "namespace.py", sys.executable, "-B",
               DESKTOP / "run.py", build, *words]
    environment = dict(os.environ, DESKTOP_SHARING_DESKTOP=desktop)
    environment.pop("WAYLAND_DISPLAY", None)
    return subprocess.Popen([str(word) for word in command], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def finish(process, seconds=120):
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


@pytest.mark.parametrize("desktop", ("mutter", "sway"))
def test_snapshot_shows_the_terminal(build, tmp_path, desktop):
    file = tmp_path / "shot.png"
    status, out, err = finish(run(build, "--snapshot", file, desktop=desktop))
    assert status == 0, out + err
    with Image.open(file) as image:
        assert image.size == (1280, 720)
        pixels = numpy.asarray(image.convert("RGB"))
    assert len(numpy.unique(pixels.reshape(-1, 3), axis=0)) > 8, "nothing is drawn in it"


def test_command_gets_what_it_was_promised(build):
    script = r'''
        set -e
        echo "address=$DESKTOP_SHARING_ADDRESS user=$DESKTOP_SHARING_USER"
        test -n "$DESKTOP_SHARING_PASSWORD" && test -s "$DESKTOP_SHARING_CERTIFICATE"
        kill -0 "$DESKTOP_SHARING_PID"
        test -S "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY"
        gnome-desktop-sharing status
        gdbus call --session -d org.gnome.DesktopSharing -o /org/gnome/DesktopSharing \
            -m org.freedesktop.DBus.Properties.Get org.gnome.DesktopSharing State
        gsettings get org.gnome.desktop-sharing enabled
        secret-tool search --all xdg:schema org.gnome.DesktopSharing.Credential >/dev/null 2>&1
        exit 42'''
    status, out, err = finish(run(build, "--", "bash", "-c", script))
    assert status == 42, out + err
    assert re.search(r"^address=127\.0\.0\.1:\d+ user=\w+$", out, re.M), out
    assert "'listening'" in out


def test_size_can_be_chosen(build, tmp_path, monkeypatch):
    monkeypatch.setenv("DESKTOP_SHARING_SIZE", "800x600")
    file = tmp_path / "shot.png"
    status, out, err = finish(run(build, "--snapshot", file))
    assert status == 0, out + err
    with Image.open(file) as image:
        assert image.size == (800, 600)


def test_what_it_prints(build):
    process = run(build)
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    text = "".join(lines)
    for wanted in (r"127\.0\.0\.1:\d+", r"user\s+\w+", r"password\s+\w+", r"([0-9A-F]{2}:){31}",
                   r"gdbus call --session -d org\.gnome\.DesktopSharing"):
        assert re.search(wanted, text), f"{wanted} is missing in {text}"


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM))
def test_it_ends_everything_it_started(build, number):
    process = run(build, start_new_session=True)
    text = ""
    for line in process.stdout:
        text += line
        if "Ctrl-C" in line:
            break
    directory = re.search(r"certificate\s+(\S+)/certificate\.pem", text)[1]
    assert pathlib.Path(directory).is_dir()
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    began = time.monotonic()
    process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == 128 + number
    assert not pathlib.Path(directory).exists()
    assert not [p for p in pathlib.Path("/proc").glob("[0-9]*/environ")
                if directory.encode() in read(p)]


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
