#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A test backend of xdg-desktop-portal that plays the person who is asked.

Implements org.freedesktop.impl.portal.ScreenCast and .RemoteDesktop by Mutter's own interfaces:
real frames, real input.  The real xdg-desktop-portal stays in front of it.  What the person does
can be changed while it runs, by Set(KEY, VALUE) of CONTROL at /test:

    response 0|1|2   answer to Start: 0 approve, 1 refused, 2 other failure
    delay SECONDS    thinks that long before answering Start; negative: never answers
    devices MASK     devices granted: 1 keyboard, 2 pointer, 4 touch
    clipboard 0|1    0: does not share it, even when asked
    persist 0|1      0: gives no restore data, even when asked
    slow SECONDS     takes that long over every input event
    eis WORD         what ConnectToEIS gives: relay (Mutter's, through eis_relay), refuse, silent
                     (a connection that nobody serves)
    monitors N       how many monitors are shared; 0: all when several may be, else the first

CloseSessions() presses "stop sharing"; CutInput() ends the connections of libei; Log() returns
everything seen, one JSON object per line.
PORTAL_BACKEND_POLICY='response=1 delay=2' sets the same at the start.
"""
import json
import os
import socket
import sys
import time

from gi.repository import Gio, GLib

from eis_relay import EisRelay
from mutter_remote import MutterRemote
from portal_clipboard import SessionClipboard
from portal_interfaces import INTERFACES

NAME = "org.freedesktop.impl.portal.desktop.gdstest"
PORTAL_PATH = "/org/freedesktop/portal/desktop"
IMPL = "org.freedesktop.impl.portal."
CONTROL = "org.gnome.DesktopSharing.Test.PortalBackend"
RESTORE_VENDOR = "gdstest"
CURSOR_MODES = {1: 0, 2: 1, 4: 2}  # the portal's to Mutter's
MONITOR, WINDOW, VIRTUAL = 1, 2, 4
SOURCE_TYPES = {"monitor": MONITOR, "virtual": VIRTUAL}


class Log:
    def __init__(self):
        self.entries = []

    def __call__(self, event, **fields):
        entry = dict(event=event, time=round(time.monotonic(), 4), **fields)
        self.entries.append(json.dumps(entry, default=str))
        print(self.entries[-1], flush=True)


class PortalSession:
    """One session the front end created; mutter is set once the person has agreed."""

    def __init__(self, backend, handle, remote):
        self.backend = backend
        self.handle = handle
        self.remote = remote
        self.devices = {}
        self.sources = None
        self.mutter = None
        self.clipboard = None
        self.eis = None
        self.registration = backend.bus.register_object(
            handle, INTERFACES.lookup_interface(IMPL + "Session"), self.on_close_call,
            lambda *_: GLib.Variant("u", 1), None)

    def on_close_call(self, _bus, _sender, _path, _interface, _method, _arguments, invocation):
        self.backend.log("session-close", session=self.handle)
        invocation.return_value(None)
        self.end(tell=False)

    def end(self, tell):
        if self.backend.sessions.pop(self.handle, None) is None:
            return
        if tell:
            self.backend.bus.emit_signal(None, self.handle, IMPL + "Session", "Closed", None)
        self.cut_input()
        if self.mutter:
            self.mutter.on_closed = None
            self.mutter.stop()
        self.backend.bus.unregister_object(self.registration)

    def connect_to_eis(self, way):
        """The application's end of it."""
        if way == "silent":
            self.eis, theirs = socket.socketpair()
            return theirs
        types = self.devices.get("types", 7) & self.backend.policy["devices"]
        self.eis = EisRelay(self.mutter.connect_to_eis(types), lambda method, arguments:
                            self.backend.log("input", method=method, arguments=arguments,
                                             way="libei"),
                            lambda: self.backend.policy["slow"])
        return self.eis.theirs

    def cut_input(self):
        if self.eis:
            self.eis.close()
            self.eis = None

    def closed_by_mutter(self):
        self.backend.log("closed-by-mutter", session=self.handle)
        self.end(tell=True)

    def start(self):
        """Does what the person agreed to; returns the results of Start."""
        self.mutter = MutterRemote(self.backend.bus, self.remote)
        self.mutter.on_closed = self.closed_by_mutter
        if self.sources is not None:
            self.record()
        self.mutter.start()
        results = {}
        if self.sources is not None:
            results["streams"] = GLib.Variant("a(ua{sv})", [
                (stream.node, self.stream_properties(stream)) for stream in self.mutter.streams])
        if self.remote:
            granted = self.devices.get("types", 7) & self.backend.policy["devices"]
            results["devices"] = GLib.Variant("u", granted)
        if self.clipboard:
            shared = bool(self.backend.policy["clipboard"])
            results["clipboard_enabled"] = GLib.Variant("b", shared)
            if shared:
                self.clipboard.open(self.mutter)
        self.remember(results)
        return results

    def record(self):
        options = self.sources
        cursor_mode = CURSOR_MODES[options.get("cursor_mode", 1)]
        if options.get("types", MONITOR) & MONITOR:
            connectors = self.mutter.connectors()
            count = self.backend.policy["monitors"]
            if not count:
                count = len(connectors) if options.get("multiple") else 1
            for connector in connectors[:count]:
                self.mutter.record_monitor(connector, cursor_mode)
        else:
            self.mutter.record_virtual(cursor_mode)

    def stream_properties(self, stream):
        properties = {"source_type": GLib.Variant("u", SOURCE_TYPES[stream.kind])}
        if stream.kind == "monitor":
            for key in ("position", "size"):
                if key in stream.parameters:
                    properties[key] = GLib.Variant("(ii)", stream.parameters[key])
            properties["id"] = GLib.Variant("s", stream.connector)
        if "mapping-id" in stream.parameters:
            properties["mapping_id"] = GLib.Variant("s", stream.parameters["mapping-id"])
        return properties

    def remember(self, results):
        """Persistence: asked for with the devices (RemoteDesktop) or with the sources."""
        options = self.devices if self.remote else self.sources
        if options.get("restore_data"):
            self.backend.log("restored", data=options["restore_data"])
        if options.get("persist_mode") and self.backend.policy["persist"]:
            results["persist_mode"] = GLib.Variant("u", options["persist_mode"])
            results["restore_data"] = GLib.Variant("(suv)", (
                RESTORE_VENDOR, 1, GLib.Variant("s", ",".join(self.mutter.connectors()))))

    def stream_path(self, node):
        for stream in self.mutter.streams:
            if stream.node == node:
                return stream.path
        raise ValueError(f"no stream with node {node}")

    def notify(self, method, values):
        """One input event, from the portal's words to Mutter's."""
        stream = self.stream_path
        words = {
            "NotifyPointerMotion": lambda dx, dy: ("NotifyPointerMotionRelative", "dd", dx, dy),
            "NotifyPointerMotionAbsolute": lambda n, x, y: (method, "sdd", stream(n), x, y),
            "NotifyPointerButton": lambda button, down: (method, "ib", button, bool(down)),
            "NotifyPointerAxis": lambda dx, dy: (method, "ddu", dx, dy, 0),
            "NotifyPointerAxisDiscrete": lambda axis, steps: (method, "ui", axis, steps),
            "NotifyKeyboardKeycode": lambda code, down: (method, "ub", code, bool(down)),
            "NotifyKeyboardKeysym": lambda sym, down: (method, "ub", sym, bool(down)),
            "NotifyTouchDown": lambda n, slot, x, y: (method, "sudd", stream(n), slot, x, y),
            "NotifyTouchMotion": lambda n, slot, x, y: (method, "sudd", stream(n), slot, x, y),
            "NotifyTouchUp": lambda slot: (method, "u", slot),
        }
        self.mutter.notify(*words[method](*values))


class Backend:
    def __init__(self, bus):
        self.bus = bus
        self.log = Log()
        self.policy = {"response": 0, "delay": 0.0, "devices": 7, "persist": 1, "monitors": 0,
                       "slow": 0.0, "clipboard": 1, "eis": "relay"}
        self.sessions = {}
        self.cancelled = set()  # requests the application closed before they were answered
        for name in ("ScreenCast", "RemoteDesktop", "Clipboard"):
            bus.register_object(PORTAL_PATH, INTERFACES.lookup_interface(IMPL + name),
                                self.on_portal_call, self.on_portal_property, None)
        bus.register_object("/test", INTERFACES.lookup_interface(CONTROL), self.on_control_call,
                            None, None)
        for setting in os.environ.get("PORTAL_BACKEND_POLICY", "").split():
            self.set_policy(*setting.split("=", 1))

    def set_policy(self, key, value):
        self.policy[key] = type(self.policy[key])(value)

    def on_portal_property(self, _bus, _sender, _path, interface, name):
        versions = {"ScreenCast": 4, "RemoteDesktop": 2, "Clipboard": 1}
        masks = {"AvailableSourceTypes": 7, "AvailableCursorModes": 7, "AvailableDeviceTypes": 7}
        value = versions[interface.rsplit(".", 1)[1]] if name == "version" else masks[name]
        return GLib.Variant("u", value)

    def on_control_call(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        if method == "Log":
            text = "\n".join(self.log.entries)
            invocation.return_value(GLib.Variant("(s)", (text,)))
            return
        if method == "Set":
            try:
                self.set_policy(*arguments.unpack())
            except (KeyError, ValueError) as error:
                invocation.return_dbus_error(CONTROL + ".Error", repr(error))
                return
        elif method == "CutInput":
            for session in self.sessions.values():
                session.cut_input()
        elif method == "CloseSessions":
            for session in list(self.sessions.values()):
                self.log("close-by-user", session=session.handle)
                session.end(tell=True)
        invocation.return_value(None)

    def on_portal_call(self, _bus, _sender, _path, interface, method, arguments, invocation):
        values = arguments.unpack()
        if method.startswith("Notify"):
            self.on_input(method, values, invocation)
            return
        if method == "ConnectToEIS":
            self.on_connect_to_eis(values[0], invocation)
            return
        name = interface.rsplit(".", 1)[1]
        if name == "Clipboard":
            self.on_clipboard(method, values, invocation)
            return
        self.log("call", interface=name, method=method, arguments=values)
        request, handle = values[0], values[1]
        registration = self.export_request(request)

        def respond(code, results):
            if registration:
                self.bus.unregister_object(registration)
            self.log("response", interface=name, method=method, code=code,
                     results={key: value.unpack() for key, value in results.items()})
            invocation.return_value(GLib.Variant("(ua{sv})", (code, results)))

        if method == "CreateSession":
            self.sessions[handle] = PortalSession(self, handle, name == "RemoteDesktop")
            respond(0, {"session_id": GLib.Variant("s", handle)})
        elif handle not in self.sessions:
            respond(2, {})
        elif method == "SelectDevices":
            self.sessions[handle].devices = values[3]
            respond(0, {})
        elif method == "SelectSources":
            self.sessions[handle].sources = values[3]
            respond(0, {})
        elif self.policy["delay"] > 0:
            GLib.timeout_add(int(self.policy["delay"] * 1000), self.answer_start, request, handle,
                             respond)
        elif self.policy["delay"] == 0:
            self.answer_start(request, handle, respond)

    def answer_start(self, request, handle, respond):
        session = self.sessions.get(handle)
        if session is None or request in self.cancelled:
            respond(2, {})
        elif self.policy["response"]:
            respond(self.policy["response"], {})
        else:
            try:
                results = session.start()
            except (GLib.Error, TimeoutError) as error:
                self.log("error", error=repr(error))
                respond(2, {})
            else:
                respond(0, results)
        return GLib.SOURCE_REMOVE

    def export_request(self, handle):
        def close(_bus, _sender, _path, _interface, _method, _arguments, invocation):
            invocation.return_value(None)
            self.cancelled.add(handle)
            self.log("request-close", handle=handle)
        try:
            return self.bus.register_object(
                handle, INTERFACES.lookup_interface(IMPL + "Request"), close, None, None)
        except GLib.Error:
            return 0

    def on_clipboard(self, method, values, invocation):
        self.log("clipboard", method=method, arguments=values[1:])
        session = self.sessions[values[0]]
        if method == "RequestClipboard":
            session.clipboard = SessionClipboard(self.bus, session.handle)
            invocation.return_value(None)
        else:
            session.clipboard.call(method, values[1:], invocation)

    def on_connect_to_eis(self, handle, invocation):
        way = self.policy["eis"]
        self.log("eis", session=handle, way=way)
        try:
            if way == "refuse":
                raise ValueError("no EIS today")
            descriptors = Gio.UnixFDList()
            with self.sessions[handle].connect_to_eis(way) as theirs:
                index = descriptors.append(theirs.fileno())
            invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (index,)), descriptors)
        except (GLib.Error, KeyError, ValueError, AttributeError) as error:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", str(error))

    def on_input(self, method, values, invocation):
        self.log("input", method=method, arguments=values[2:])
        try:
            self.sessions[values[0]].notify(method, values[2:])
            if self.policy["slow"]:
                GLib.timeout_add(int(1000 * self.policy["slow"]), invocation.return_value, None)
            else:
                invocation.return_value(None)
        except (GLib.Error, KeyError, ValueError, AttributeError) as error:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", str(error))


def main():
    loop = GLib.MainLoop()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    Backend(bus)

    def name_lost(*_):
        print(f"{NAME} is not ours", file=sys.stderr)
        loop.quit()
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE, None, name_lost)
    loop.run()


if __name__ == "__main__":
    main()
