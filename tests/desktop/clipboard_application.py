#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An application that copies and pastes, as far as Mutter's clipboard can tell: by a session of its
own at Mutter's RemoteDesktop interface, so that no window has to have the focus.

    clipboard_application.py copy [--hang] [--count FILE] MIME FILE [MIME FILE ...]
    clipboard_application.py paste MIME > FILE
    clipboard_application.py types

copy prints "ready" and goes on giving the files' octets to who asks, until it is ended; with --hang
it gives nothing and leaves who asks waiting; with --count each question is a line in FILE.
"""
import os
import pathlib
import sys
import threading

from gi.repository import Gio, GLib

from mutter_remote import MUTTER, MutterRemote

SESSION = "RemoteDesktop.Session"


class Application:
    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.remote = MutterRemote(self.bus)
        self.path = self.remote.input_session
        self.types = None
        self.hangs = False
        self.count = None
        self.contents = {}
        self.kept = []
        self.remote.watch("RemoteDesktop", self.path, SESSION, "SelectionOwnerChanged",
                          self.on_owner)
        self.remote.watch("RemoteDesktop", self.path, SESSION, "SelectionTransfer",
                          self.on_transfer)
        self.remote.start()
        self.call("EnableClipboard", GLib.Variant("(a{sv})", ({},)))

    def call(self, method, arguments):
        return self.remote.call("RemoteDesktop", self.path, SESSION, method, arguments)

    def pipe(self, method, arguments):
        reply, descriptors = self.bus.call_with_unix_fd_list_sync(
            MUTTER + "RemoteDesktop", self.path, MUTTER + SESSION, method, arguments, None, 0, 10000,
            None, None)
        pipe = descriptors.get(reply.unpack()[0])
        os.set_blocking(pipe, True)
        return pipe

    def on_owner(self, *arguments):
        options = arguments[5].unpack()[0]
        self.types = options.get("mime-types", ([],))[0]

    def on_transfer(self, *arguments):
        mime_type, serial = arguments[5].unpack()
        if self.count:
            with self.count.open("a", encoding="utf-8") as file:
                file.write(mime_type + "\n")
        pipe = self.pipe("SelectionWrite", GLib.Variant("(u)", (serial,)))
        if self.hangs:
            self.kept.append(pipe)
            return
        threading.Thread(target=self.give, args=(pipe, serial, self.contents[mime_type]),
                         daemon=True).start()

    def give(self, pipe, serial, octets):
        with os.fdopen(pipe, "wb") as file:
            file.write(octets)
        self.call("SelectionWriteDone", GLib.Variant("(ub)", (serial, True)))

    def copy(self, words):
        while words[0].startswith("--"):
            if words[0] == "--hang":
                self.hangs = True
                words = words[1:]
            else:
                self.count = pathlib.Path(words[1])
                words = words[2:]
        for mime_type, file in zip(words[::2], words[1::2]):
            self.contents[mime_type] = pathlib.Path(file).read_bytes()
        self.call("SetSelection", GLib.Variant("(a{sv})", (
            {"mime-types": GLib.Variant("as", list(self.contents))},)))
        print("ready", flush=True)
        GLib.MainLoop().run()

    def paste(self, mime_type):
        with os.fdopen(self.pipe("SelectionRead", GLib.Variant("(s)", (mime_type,))), "rb") as file:
            sys.stdout.buffer.write(file.read())

    def show_types(self):
        context = GLib.MainContext.default()
        while context.iteration(False):
            pass
        print("\n".join(self.types or []))


def main():
    application = Application()
    verb, *words = sys.argv[1:]
    if verb == "copy":
        application.copy(words)
    elif verb == "paste":
        application.paste(*words)
    else:
        application.show_types()
    application.remote.stop()


if __name__ == "__main__":
    main()
