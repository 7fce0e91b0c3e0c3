# SPDX-License-Identifier: GPL-2.0-or-later
"""The statistics of a client's D-Bus object are true: compared with what went over the wire."""
import socket
import threading
import time

import pytest
from gi.repository import GLib

from daemon import NAME
from processes import wait_until
from rfb.client import Client

CLIENT = NAME + ".Client"
STATISTICS = {"Encoding", "FrameRate", "RoundTripTime", "BytesSent", "BytesReceived", "FramesSent"}
pytestmark = pytest.mark.on("mutter")


class CountingRelay:
    """Between a viewer and the daemon; counts the octets each way."""

    def __init__(self, address):
        self.daemon_address = address
        self.to_daemon = self.to_viewer = 0

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def run(self):
        viewer = self.listener.accept()[0]
        daemon = socket.create_connection(self.daemon_address, 10)
        daemon.settimeout(None)
        threading.Thread(target=self.copy, args=(viewer, daemon, "to_daemon"), daemon=True).start()
        self.copy(daemon, viewer, "to_viewer")

    def copy(self, source, target, count):
        try:
            while data := source.recv(65536):
                setattr(self, count, getattr(self, count) + len(data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class CountingClient(Client):
    pictures = 0  # updates with pixels, which are what counts as a frame

    def read_update(self):
        rects = super().read_update()
        self.pictures += any(encoding >= 0 for encoding, *_ in rects)
        return rects


def viewer_of(shared, address):
    viewer = CountingClient(address, user=shared.daemon.user, password=shared.daemon.password,
                            certificate=str(shared.daemon.certificate), host="127.0.0.1")
    shared.clients.append(viewer)
    return viewer


def follow(viewer, seconds):
    """Takes every update for so long; returns how many frames came."""
    before = viewer.pictures
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        viewer.request()
        try:
            viewer.next_update(left)
        except TimeoutError:
            break
    return viewer.pictures - before


def test_octets_are_those_of_the_wire(shared):
    with CountingRelay(shared.daemon.address) as relay:
        viewer = viewer_of(shared, relay.address)
        viewer.settle()

        def equal():
            client = shared.client_object(State="connected")
            return client["BytesSent"] == relay.to_viewer and \
                client["BytesReceived"] == relay.to_daemon
        # the desktop may still blink now and then, so not at the first look
        wait_until(equal, 10, f"{shared.client_object()} is not {relay.__dict__}")
        before = shared.client_object()
        viewer.cut_text(b"x" * 5000)
        viewer.wait_fence(b"counted")
        wait_until(equal, 10, "the octets of a long message are not counted")
        assert shared.client_object()["BytesReceived"] > before["BytesReceived"] + 5000


def test_frames_are_those_that_came(shared):
    viewer = viewer_of(shared, shared.daemon.address)
    viewer.settle()
    wait_until(lambda: shared.client_object()["FramesSent"] == viewer.pictures, 5,
               f"{shared.client_object()['FramesSent']} frames sent, {viewer.pictures} came")
    assert shared.client_object()["Encoding"] in ("tight", "zrle", "raw")


def test_the_frame_rate_is_that_of_the_last_seconds(shared):
    shared.show_moving()
    viewer = viewer_of(shared, shared.daemon.address)
    viewer.refresh()
    follow(viewer, 2)
    began = time.monotonic()
    came = follow(viewer, 6)
    rate = shared.client_object()["FrameRate"]
    seen = came / (time.monotonic() - began)
    assert seen > 1, "nothing moves"
    # over five seconds, looked at once a second, on a busy machine
    assert 0.5 * seen < rate < 2 * seen, f"{rate} per second told, {seen} seen"
    wait_until(lambda: shared.client_object()["FrameRate"] == 0, 10,
               "the rate of a viewer that asks no more does not fall")
    shared.show_typing_terminal()


def test_round_trip_time(shared):
    viewer = shared.viewer()
    viewer.settle()
    assert 0 < shared.client_object(State="connected")["RoundTripTime"] < 5_000_000


def test_no_round_trip_time_over_a_unix_socket(shared):
    path = shared.desktop.path("run") / "vnc.sock"
    shared.daemon.set_setting("listen-addresses", f"['127.0.0.1', 'unix:{path}']")
    wait_until(path.exists, 5, "no socket")
    with Client(str(path), shared.daemon.user, shared.daemon.password) as viewer:
        viewer.settle()
        client = shared.client_object(State="connected")
        assert client["RoundTripTime"] == 0 and client["Address"].startswith("unix:")
        assert client["BytesSent"] > 0


def test_signals_come_at_most_once_a_second(shared):
    shared.show_moving()
    viewer = viewer_of(shared, shared.daemon.address)
    viewer.refresh()
    path = shared.client_object(State="connected")["path"]
    seen = []
    subscription = shared.desktop.bus.signal_subscribe(
        NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", path, CLIENT, 0,
        lambda *signal: seen.append(set(signal[5].unpack()[1])))
    began = time.monotonic()
    follow(viewer, 4.2)
    while GLib.MainContext.default().iteration(False):
        pass
    lasted = time.monotonic() - began
    shared.desktop.bus.signal_unsubscribe(subscription)
    told = [names for names in seen if names & STATISTICS]
    assert 2 <= len(told) <= lasted + 1, told
    assert set().union(*told) >= {"BytesSent", "FramesSent"}
    shared.show_typing_terminal()
