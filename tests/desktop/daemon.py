# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon under test: started from a build directory on some desktop, with a user to log in."""
import hashlib
import json
import os
import pathlib
import secrets
import socket
import ssl
import struct
import subprocess

from gi.repository import GLib

from processes import NotReady

NAME = "org.gnome.DesktopSharing"
PATH = "/org/gnome/DesktopSharing"
SCHEMA = "org.gnome.desktop-sharing"
X509_PLAIN = 262  # VeNCrypt
SANITIZERS = {
    # a small quarantine, so that memory that was freed does not look like memory that is held
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:quarantine_size_mb=4",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    # what fontconfig, pango and GLib keep for ever is not ours
    "LSAN_OPTIONS": f"suppressions={pathlib.Path(__file__).resolve().parent}/leaks.supp:"
                    "print_suppressions=0",
    # PipeWire's modules keep some memory for ever; once they are unloaded it looks lost.
    "PIPEWIRE_DLCLOSE": "false",
}


def find_program(build, name):
    """The built program of that name, wherever its floor puts it."""
    for directory in ("daemon", "daemon/cli", "."):
        path = pathlib.Path(build) / directory / name
        if path.is_file():
            return path
    raise FileNotFoundError(f"{name} is not built in {build}")


def build_environment(build):
    """What makes an uninstalled build run: its programs, schemas and translations."""
    build = pathlib.Path(build).resolve()
    control = find_program(build, "gnome-desktop-sharing")
    return {
        "PATH": f"{control.parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "GSETTINGS_SCHEMA_DIR": str(build / "schemas"),
        **SANITIZERS,
    }


class Daemon:
    """Belongs to a desktop, and ends before it."""

    wrapper = ()  # a command that runs the daemon
    verbosity = ("--verbose",)

    def __init__(self, desktop, build, user="viewer"):
        self.desktop = desktop
        self.build = pathlib.Path(build).resolve()
        self.user = user
        self.password = secrets.token_hex(8)
        self.address = None
        self.certificate = desktop.path("certificate.pem")
        desktop.environment.update(build_environment(self.build))

    # --- life

    def start(self, *options):
        """On a private desktop: listens on loopback, with a user, and shares."""
        self.set_setting("listen-addresses", "['127.0.0.1']")
        self.spawn(*options)
        self.set_password(self.user, self.password)
        self.control("enable")
        self.wait_ready()
        self.save_certificate()
        return self

    def wait_ready(self):
        """Listens, and has read the passwords."""
        self.wait_listening()
        self.wait(lambda: not self.get("StatusReason"), 10, "something is wrong from the start")

    def spawn(self, *options):
        program = find_program(self.build, "gnome-desktop-sharing-daemon")
        self.desktop.spawn("daemon", *self.wrapper, program, *self.verbosity, *options)
        self.desktop.wait_name("daemon", NAME, 30)

    @property
    def process(self):
        return self.desktop.processes["daemon"]

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        return self.desktop.processes.stop("daemon")

    # --- as a user controls it

    def control(self, *arguments, stdin="", check=True):
        """The command-line tool; returns the finished process."""
        result = subprocess.run(
            ["gnome-desktop-sharing", *arguments], input=stdin, text=True, timeout=30,
            env=self.desktop.environment, capture_output=True, check=False)
        if check and result.returncode:
            raise NotReady(f"gnome-desktop-sharing {' '.join(arguments)}: {result.stderr.strip()}"
                           f"\n{self.process.log_tail()}")
        return result

    def set_password(self, user, password):
        self.control("set-password", user, stdin=password + "\n")

    def status(self):
        return json.loads(self.control("status", "--json").stdout)

    def set_setting(self, key, value, schema=SCHEMA):
        self.desktop.run("gsettings", "set", schema, key, value)

    def reset_setting(self, key, schema=SCHEMA):
        self.desktop.run("gsettings", "reset", schema, key)

    # --- over D-Bus

    def get(self, prop, path=PATH, interface=NAME):
        return self.desktop.get_property(NAME, path, interface, prop)

    def set(self, prop, value, path=PATH, interface=NAME):
        self.desktop.set_property(NAME, path, interface, prop, value)

    def call(self, method, arguments=None, path=PATH, interface=NAME):
        return self.desktop.call(NAME, path, interface, method, arguments)

    def clients(self):
        """All client objects as dictionaries, with their path under "path"."""
        try:
            paths = self.get("Clients")
            return [dict(self.desktop.call(
                NAME, path, "org.freedesktop.DBus.Properties", "GetAll",
                GLib.Variant("(s)", (NAME + ".Client",)))[0], path=path) for path in paths]
        except GLib.Error as error:
            # no such method or object: one went while we asked
            quark = GLib.quark_from_string("g-dbus-error-quark")
            if error.matches(quark, 19) or error.matches(quark, 41):
                return self.clients()
            raise

    # --- where it listens

    def wait(self, condition, seconds, what):
        return self.desktop.wait("daemon", condition, seconds, what)

    def wait_listening(self, seconds=20):
        """Waits for a TCP endpoint and remembers how it is reached from here."""
        def endpoint():
            # "failed" with endpoints: it listens, and says why nobody can log in
            if self.get("State") not in ("listening", "sharing", "failed"):
                return None
            found = [e for e in self.get("Endpoints") if e.startswith("tcp:")]
            return sorted(found, key=lambda e: not e.startswith("tcp:127."))
        found = self.wait(endpoint, seconds, "the daemon does not listen")[0]
        host, port = found[len("tcp:"):].rsplit(":", 1)
        host = host.strip("[]")
        self.address = ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), int(port))
        return self.address

    def save_certificate(self):
        """The certificate as a viewer sees it, which is what a user would pin."""
        der = peer_certificate(self.address)
        digest = hashlib.sha256(der).hexdigest().upper()
        seen = ":".join(digest[i:i + 2] for i in range(0, len(digest), 2))
        if seen != self.get("TlsFingerprint"):
            raise NotReady(f"the certificate is {seen}, not the {self.get('TlsFingerprint')} told")
        self.certificate.write_text(ssl.DER_cert_to_PEM_cert(der))

    def cmd_environment(self):
        return {
            "DESKTOP_SHARING_ADDRESS": f"{self.address[0]}:{self.address[1]}",
            "DESKTOP_SHARING_PID": str(self.pid),
            "DESKTOP_SHARING_USER": self.user,
            "DESKTOP_SHARING_PASSWORD": self.password,
            "DESKTOP_SHARING_CERTIFICATE": str(self.certificate),
        }


def receive_exactly(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise NotReady(f"the daemon hung up after {data!r}")
        data += more
    return data


def start_tls(sock):
    """Goes through VeNCrypt, X509Plain where it is offered, up to TLS."""
    receive_exactly(sock, 12)
    sock.sendall(b"RFB 003.008\n")
    receive_exactly(sock, receive_exactly(sock, 1)[0])
    sock.sendall(b"\x13")  # VeNCrypt
    receive_exactly(sock, 2)
    sock.sendall(b"\0\2")
    receive_exactly(sock, 1)
    count = receive_exactly(sock, 1)[0]
    subtypes = struct.unpack(f">{count}I", receive_exactly(sock, 4 * count))
    sock.sendall(struct.pack(">I", X509_PLAIN if X509_PLAIN in subtypes else subtypes[0]))
    receive_exactly(sock, 1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(sock)


def peer_certificate(address):
    """The certificate (DER) a viewer is shown."""
    with socket.create_connection(address, 10) as sock, start_tls(sock) as tls:
        return tls.getpeercert(binary_form=True)


def log_in(address, user, password):
    """None when the user gets in by X509Plain, else the reason why not."""
    name, word = user.encode(), password.encode()
    with socket.create_connection(address, 10) as sock, start_tls(sock) as tls:
        tls.sendall(struct.pack(">II", len(name), len(word)) + name + word)
        if receive_exactly(tls, 4) == b"\0\0\0\0":
            return None
        return receive_exactly(tls, struct.unpack(">I", receive_exactly(tls, 4))[0]).decode()
