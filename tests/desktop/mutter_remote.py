# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutter's own ScreenCast, RemoteDesktop and DisplayConfig D-Bus interfaces, past the portal."""
import time

from gi.repository import GLib

MUTTER = "org.gnome.Mutter."
ROTATIONS = {0: 1, 1: 0}


class Stream:
    """One recorded monitor or virtual monitor; node is its PipeWire node."""

    def __init__(self, path, kind):
        self.path = path
        self.kind = kind
        self.node = None
        self.connector = None
        self.parameters = {}


class MutterRemote:
    """One session at Mutter; on_closed is called when Mutter ends it."""

    def __init__(self, bus, input_too=True):
        self.bus = bus
        self.streams = []
        self.on_closed = None
        self.subscriptions = []
        self.input_session = None
        self.cast_session = None
        self.cast_properties = {}
        if input_too:
            self.input_session = self.call_service("RemoteDesktop", "CreateSession", None)[0]
            identity = self.get(self.input_session, "RemoteDesktop.Session", "SessionId")
            self.cast_properties["remote-desktop-session-id"] = GLib.Variant("s", identity)
            self.watch_end("RemoteDesktop", self.input_session)

    def call(self, service, path, interface, method, arguments):
        return self.bus.call_sync(MUTTER + service, path, MUTTER + interface, method, arguments,
                                  None, 0, 10000, None).unpack()

    def call_service(self, service, method, arguments):
        return self.call(service, f"/org/gnome/Mutter/{service}", service, method, arguments)

    def get(self, path, interface, name):
        service = MUTTER + interface.split(".", maxsplit=1)[0]
        return self.bus.call_sync(service, path, "org.freedesktop.DBus.Properties", "Get",
                                  GLib.Variant("(ss)", (MUTTER + interface, name)), None, 0,
                                  10000, None).unpack()[0]

    def watch(self, service, path, interface, signal, callback):
        self.subscriptions.append(self.bus.signal_subscribe(
            MUTTER + service, MUTTER + interface, signal, path, None, 0, callback))

    def watch_end(self, service, path):
        self.watch(service, path, f"{service}.Session", "Closed",
                   lambda *_: self.on_closed and self.on_closed())

    # --- monitors

    def connectors(self):
        state = self.call_service("DisplayConfig", "GetCurrentState", None)
        return [monitor[0][0] for monitor in state[1]]

    def rotate(self):
        """Turns the first monitor between upright and a quarter to the left; the others follow in
        a row, as Mutter wants no gap between them."""
        serial, monitors, logical, _ = self.call_service("DisplayConfig", "GetCurrentState", None)
        modes = {m[0][0]: next(mode for mode in m[1] if mode[6].get("is-current"))
                 for m in monitors}
        layout = []
        right = 0
        for number, (_, y, scale, transform, primary, members, _) in enumerate(logical):
            turned = ROTATIONS[transform] if number == 0 else transform
            layout.append((right, y, scale, turned, primary,
                           [(m[0], modes[m[0]][0], {}) for m in members]))
            right += modes[members[0][0]][2 if turned else 1]
        self.call_service("DisplayConfig", "ApplyMonitorsConfig",
                          GLib.Variant("(uua(iiduba(ssa{sv}))a{sv})", (serial, 1, layout, {})))

    def scale(self, factor):
        """All monitors, which stand in a row then."""
        serial, monitors, logical, _ = self.call_service("DisplayConfig", "GetCurrentState", None)
        modes = {m[0][0]: next(mode for mode in m[1] if mode[6].get("is-current"))
                 for m in monitors}
        layout = []
        right = 0
        for _, _, _, transform, primary, members, _ in logical:
            mode = modes[members[0][0]]
            layout.append((right, 0, factor, transform, primary, [(members[0][0], mode[0], {})]))
            right += round(mode[1] / factor)
        self.call_service("DisplayConfig", "ApplyMonitorsConfig",
                          GLib.Variant("(uua(iiduba(ssa{sv}))a{sv})", (serial, 1, layout, {})))

    # --- casting

    def record_monitor(self, connector, cursor_mode):
        stream = self.record("RecordMonitor", "monitor", "(sa{sv})", (connector,), cursor_mode)
        stream.connector = connector
        return stream

    def record_virtual(self, cursor_mode):
        return self.record("RecordVirtual", "virtual", "(a{sv})", (), cursor_mode)

    def record(self, method, kind, signature, arguments, cursor_mode):
        """cursor_mode: 0 hidden, 1 embedded, 2 metadata (the portal counts 1, 2, 4)."""
        if not self.cast_session:
            self.cast_session = self.call_service(
                "ScreenCast", "CreateSession", GLib.Variant("(a{sv})", (self.cast_properties,)))[0]
            if not self.input_session:
                self.watch_end("ScreenCast", self.cast_session)
        options = {"cursor-mode": GLib.Variant("u", cursor_mode)}
        path = self.call("ScreenCast", self.cast_session, "ScreenCast.Session", method,
                         GLib.Variant(signature, arguments + (options,)))[0]
        stream = Stream(path, kind)

        def added(_bus, _sender, _path, _interface, _signal, parameters):
            stream.node = parameters.unpack()[0]
        self.watch("ScreenCast", path, "ScreenCast.Stream", "PipeWireStreamAdded", added)
        self.streams.append(stream)
        return stream

    def start(self):
        service = "RemoteDesktop" if self.input_session else "ScreenCast"
        self.call(service, self.input_session or self.cast_session, f"{service}.Session", "Start",
                  None)
        end = time.monotonic() + 5
        while any(stream.node is None for stream in self.streams):
            GLib.MainContext.default().iteration(False)
            if time.monotonic() > end:
                raise TimeoutError("Mutter gave no PipeWire node")
            time.sleep(0.001)
        for stream in self.streams:
            stream.parameters = self.get(stream.path, "ScreenCast.Stream", "Parameters")
            if "size" not in stream.parameters:
                stream.parameters["size"] = (0, 0)

    def stop(self):
        for subscription in self.subscriptions:
            self.bus.signal_unsubscribe(subscription)
        self.subscriptions = []
        service = "RemoteDesktop" if self.input_session else "ScreenCast"
        session = self.input_session or self.cast_session
        if session:
            try:
                self.call(service, session, f"{service}.Session", "Stop", None)
            except GLib.Error:
                pass  # ended already

    def connect_to_eis(self, types):
        """A descriptor; types as the portal counts them."""
        reply, descriptors = self.bus.call_with_unix_fd_list_sync(
            MUTTER + "RemoteDesktop", self.input_session, MUTTER + "RemoteDesktop.Session",
            "ConnectToEIS", GLib.Variant("(a{sv})", ({"device-types": GLib.Variant("u", types)},)),
            None, 0, 10000, None, None)
        return descriptors.get(reply.unpack()[0])

    def notify(self, method, signature, *arguments):
        """An input event in Mutter's own words."""
        self.call("RemoteDesktop", self.input_session, "RemoteDesktop.Session", method,
                  GLib.Variant(f"({signature})", arguments))
