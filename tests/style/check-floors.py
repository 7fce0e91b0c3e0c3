#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Code includes downwards only, and a library is used only in its own room.

    check-floors.py TOP | --self-test
"""
import pathlib
import re
import sys

from source_files import files, report

# Each floor and those it may include, besides itself.
BELOW = {
    "base": set(),
    "io": {"base"},
    "desktop": {"base"},
    "rfb": {"base", "io", "desktop"},
    "portal": {"base", "desktop"},
    "server": {"base", "io", "desktop", "rfb"},
    "service": {"base", "io", "desktop", "rfb", "portal", "server"},
    # The doctor looks with the daemon's own eyes: certificate, SASL and keytab, PipeWire.
    "cli": {"base", "io", "desktop", "rfb", "portal", "service"},
}
ALL = set(BELOW)

# Headers of libraries and the files (as regular expressions on the path) that may use them.
ROOMS = [
    ("GnuTLS", r"gnutls/", r"daemon/io/(tls_|gnutls_)|tests/"),
    ("Cyrus SASL", r"sasl/", r"daemon/(io/sasl_stream|rfb/(security_)?sasl)|tests/"),
    ("GSS-API", r"(gssapi|krb5)/", r"daemon/(io/gss_|rfb/kerberos_)|tests/"),
    ("sdbus-c++", r"sdbus-c\+\+/",
     r"daemon/(service|cli)/|portal/|daemon/base/(sdbus_compat|bus_source)|tests/"),
    ("sd-bus", r"systemd/", r"daemon/base/bus_filter|tests/"),
    ("PipeWire", r"(pipewire|spa)/", r"portal/|tests/"),
    ("libei", r"libei\.h", r"portal/eis_input"),
    ("libwayland", r"wayland-", r"portal/|tests/"),
    ("libxkbcommon", r"xkbcommon/", r"portal/|tests/"),
    ("libsecret", r"libsecret/", r"daemon/service/|tests/"),
    ("zlib", r"zlib\.h", r"daemon/rfb/|tests/"),
    ("libjpeg-turbo", r"turbojpeg\.h", r"daemon/rfb/|tests/"),
    ("libavcodec", r"lib(avcodec|avutil|swscale)/", r"daemon/rfb/h264_encoder|tests/"),
    ("Pango and Cairo", r"(pango|cairo)/|cairo\.h", r"daemon/desktop/|tests/"),
]
GSETTINGS = re.compile(r"\bg_settings_|\bGSettings\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def floor_of(path):
    """The floor a file belongs to; None for main.cpp and what is beside the floors."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[0] == "portal":
        return "portal"
    if parts[0] == "daemon" and len(parts) > 2:
        return parts[1]
    return None


def check(path, text):
    path = str(path)
    floor = floor_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        include = INCLUDE.match(line)
        if include:
            yield from check_include(path, floor, number, include[1], include[2])
        elif floor and floor != "service" and GSETTINGS.search(line.split("//")[0]):
            yield path, number, "GSettings is the service floor's"


def check_include(path, floor, number, quote, name):
    first = name.split("/")[0]
    if quote == '"' and floor:
        if first not in ALL and name != "config.h" and "adaptor" not in name \
                and "proxy" not in name:
            yield path, number, f'"{name}" is not written from its floor'
        elif first in ALL and first != floor and first not in BELOW.get(floor, set()):
            yield path, number, f"{floor} must not include {first}: upwards or sideways"
    if floor is not None and floor not in BELOW:
        yield path, number, f"{floor} is no floor of the plan"
    for library, header, room in ROOMS:
        if re.match(header, name) and not re.match(room, path):
            yield path, number, f"{library} is not used here"


def self_test():
    def bad(path, text):
        return bool(list(check(path, text)))
    assert bad("daemon/base/a.h", '#include "io/listener.h"')
    assert bad("daemon/rfb/a.cpp", '#include "portal/capture.h"')
    assert bad("portal/a.cpp", '#include "rfb/session.h"')
    assert bad("daemon/server/a.cpp", '  #  include "service/daemon_object.h"')
    assert bad("daemon/rfb/a.cpp", '#include "session.h"')
    assert bad("daemon/rfb/a.cpp", "#include <gnutls/gnutls.h>")
    assert bad("daemon/server/a.h", "#include <pipewire/pipewire.h>")
    assert bad("daemon/server/a.cpp", "GSettings* settings = nullptr;")
    assert bad("daemon/extra/a.cpp", '#include "base/task.h"')
    assert not bad("daemon/server/a.cpp", '#include "rfb/session.h"\n#include "server/policy.h"')
    assert not bad("daemon/io/tls_stream.cpp", "#include <gnutls/gnutls.h>")
    assert bad("daemon/cli/a.cpp", '#include "server/server.h"')
    assert bad("daemon/cli/doctor/a.cpp", "#include <pipewire/pipewire.h>")
    assert not bad("daemon/cli/doctor/a.cpp", '#include "io/tls_inspection.h"')
    assert bad("daemon/rfb/films.cpp", "#include <libavcodec/avcodec.h>")
    assert not bad("daemon/main.cpp", '#include "service/daemon_object.h"')
    assert not bad("tests/unit/io/a.cpp", '#include "io/listener.h"\n#include <gnutls/gnutls.h>')


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    top = pathlib.Path(sys.argv[1])
    report([finding for path in files(top, ".cpp", ".h", ".c")
            for finding in check(path, (top / path).read_text())])


if __name__ == "__main__":
    main()
