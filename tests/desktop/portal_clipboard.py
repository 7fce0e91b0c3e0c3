# SPDX-License-Identifier: GPL-2.0-or-later
"""The clipboard of one session of portal_backend.py: from the portal's words to Mutter's and back."""
from gi.repository import GLib

from mutter_remote import MUTTER

CLIPBOARD = "org.freedesktop.impl.portal.Clipboard"
PORTAL_PATH = "/org/freedesktop/portal/desktop"
SESSION = "RemoteDesktop.Session"


class SessionClipboard:
    def __init__(self, bus, handle):
        self.bus = bus
        self.handle = handle
        self.path = None

    def open(self, mutter):
        self.path = mutter.input_session
        mutter.watch("RemoteDesktop", self.path, SESSION, "SelectionOwnerChanged", self.on_owner)
        mutter.watch("RemoteDesktop", self.path, SESSION, "SelectionTransfer", self.on_transfer)
        self.ask_mutter("EnableClipboard", GLib.Variant("(a{sv})", ({},)))

    def ask_mutter(self, method, arguments):
        return self.bus.call_with_unix_fd_list_sync(
            MUTTER + "RemoteDesktop", self.path, MUTTER + SESSION, method, arguments, None, 0, 10000,
            None, None)

    def emit(self, signal, arguments):
        self.bus.emit_signal(None, PORTAL_PATH, CLIPBOARD, signal, arguments)

    def on_owner(self, *details):
        options = details[5].unpack()[0]
        told = {"session_is_owner": GLib.Variant("b", options.get("session-is-owner", False))}
        if "mime-types" in options:
            told["mime_types"] = GLib.Variant("as", options["mime-types"][0])
        self.emit("SelectionOwnerChanged", GLib.Variant("(oa{sv})", (self.handle, told)))

    def on_transfer(self, *details):
        self.emit("SelectionTransfer", GLib.Variant("(osu)", (self.handle,
                                                              *details[5].unpack())))

    def call(self, method, values, invocation):
        if method == "SetSelection":
            types = values[0].get("mime_types")
            options = {"mime-types": GLib.Variant("as", types)} if types else {}
            arguments = GLib.Variant("(a{sv})", (options,))
        else:
            signature = {"SelectionWrite": "(u)", "SelectionWriteDone": "(ub)",
                         "SelectionRead": "(s)"}[method]
            arguments = GLib.Variant(signature, tuple(values))
        try:
            reply, descriptors = self.ask_mutter(method, arguments)
        except GLib.Error as error:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", str(error))
            return
        if descriptors is not None and descriptors.get_length():
            invocation.return_value_with_unix_fd_list(reply, descriptors)
        else:
            invocation.return_value(None)
