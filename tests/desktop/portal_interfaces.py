# SPDX-License-Identifier: GPL-2.0-or-later
"""The D-Bus interfaces of a portal backend, as far as portal_backend.py implements them.

Spelled as signatures; see org.freedesktop.impl.portal.* in xdg-desktop-portal.
"""
from gi.repository import Gio

# A call that a person may be asked about: request handle, session handle, ..., options.
ASKED = "u a{sv}"

METHODS = {
    "org.freedesktop.impl.portal.ScreenCast": {
        "CreateSession": ("o o s a{sv}", ASKED),
        "SelectSources": ("o o s a{sv}", ASKED),
        "Start": ("o o s s a{sv}", ASKED),
    },
    "org.freedesktop.impl.portal.RemoteDesktop": {
        "CreateSession": ("o o s a{sv}", ASKED),
        "SelectDevices": ("o o s a{sv}", ASKED),
        "Start": ("o o s s a{sv}", ASKED),
        "NotifyPointerMotion": ("o a{sv} d d", ""),
        "NotifyPointerMotionAbsolute": ("o a{sv} u d d", ""),
        "NotifyPointerButton": ("o a{sv} i u", ""),
        "NotifyPointerAxis": ("o a{sv} d d", ""),
        "NotifyPointerAxisDiscrete": ("o a{sv} u i", ""),
        "NotifyKeyboardKeycode": ("o a{sv} i u", ""),
        "NotifyKeyboardKeysym": ("o a{sv} i u", ""),
        "NotifyTouchDown": ("o a{sv} u u d d", ""),
        "NotifyTouchMotion": ("o a{sv} u u d d", ""),
        "NotifyTouchUp": ("o a{sv} u", ""),
        "ConnectToEIS": ("o s a{sv}", "h"),
    },
    "org.freedesktop.impl.portal.Clipboard": {
        "RequestClipboard": ("o a{sv}", ""),
        "SetSelection": ("o a{sv}", ""),
        "SelectionWrite": ("o u", "h"),
        "SelectionWriteDone": ("o u b", ""),
        "SelectionRead": ("o s", "h"),
    },
    "org.freedesktop.impl.portal.Session": {"Close": ("", "")},
    "org.freedesktop.impl.portal.Request": {"Close": ("", "")},
    "org.gnome.DesktopSharing.Test.PortalBackend": {
        "Set": ("s s", ""), "CloseSessions": ("", ""), "CutInput": ("", ""), "Log": ("", "s"),
    },
}
PROPERTIES = {
    "org.freedesktop.impl.portal.ScreenCast": ("version", "AvailableSourceTypes",
                                               "AvailableCursorModes"),
    "org.freedesktop.impl.portal.RemoteDesktop": ("version", "AvailableDeviceTypes"),
    "org.freedesktop.impl.portal.Clipboard": ("version",),
    "org.freedesktop.impl.portal.Session": ("version",),
}
SIGNALS = {
    "org.freedesktop.impl.portal.Session": {"Closed": ""},
    "org.freedesktop.impl.portal.Clipboard": {"SelectionOwnerChanged": "o a{sv}",
                                              "SelectionTransfer": "o s u"},
}


def arguments(types, direction):
    return "".join(f'<arg type="{kind}" direction="{direction}"/>' for kind in types.split())


def interface(name):
    methods = "".join(f'<method name="{method}">{arguments(into, "in")}{arguments(out, "out")}'
                      "</method>" for method, (into, out) in METHODS[name].items())
    properties = "".join(f'<property name="{prop}" type="u" access="read"/>'
                         for prop in PROPERTIES.get(name, ()))
    signals = "".join(f'<signal name="{signal}">{arguments(into, "out")}</signal>'
                      for signal, into in SIGNALS.get(name, {}).items())
    return f'<interface name="{name}">{methods}{properties}{signals}</interface>'


INTERFACES = Gio.DBusNodeInfo.new_for_xml(
    "<node>" + "".join(interface(name) for name in METHODS) + "</node>")
