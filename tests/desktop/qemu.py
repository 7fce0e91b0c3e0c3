# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own VNC server, which has had SASL since 2009, without a machine behind it."""
import os
import pathlib
import shutil
import socket

from kdc import free_port
from processes import ProcessGroup, wait_until

PROGRAM = "/usr/bin/qemu-system-x86_64"
SASL_CONF = """mech_list: {mechanisms}
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /etc/sasldb2
"""


class Qemu:
    """A context manager; the server listens at `address` while it is entered.

    certificate: (certificate, key) of the server, for VeNCrypt; without one security type 20 is
    offered on the bare connection.  Users are those of sasldb, and those who have a ticket for a
    key in `keytab`.
    """

    def __init__(self, directory, mechanisms, certificate=None, keytab="", environment=None):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(mode=0o700)
        self.processes = ProcessGroup(self.directory / "log")
        port = 5900
        while port < 5901:
            port = free_port()
        self.address = ("127.0.0.1", port)
        (self.directory / "qemu.conf").write_text(
            SASL_CONF.format(mechanisms=" ".join(mechanisms)))
        self.options = []
        if certificate:
            for file, name in zip(certificate, ("server-cert.pem", "server-key.pem")):
                shutil.copy(file, self.directory / name)
            shutil.copy(certificate[0], self.directory / "ca-cert.pem")
            self.options = ["-object", f"tls-creds-x509,id=tls,dir={self.directory},"
                            "endpoint=server,verify-peer=off,sanity-check=off"]
        self.environment = dict(os.environ, SASL_CONF_PATH=str(self.directory),
                                KRB5_KTNAME=f"FILE:{keytab}", **(environment or {}))

    def __enter__(self):
        host, port = self.address
        tls = ",tls-creds=tls" if self.options else ""
        self.processes.start(
            "qemu", [PROGRAM, "-machine", "none", "-nodefaults", "-display", "none", *self.options,
                     "-vnc", f"{host}:{port - 5900}{tls},sasl=on"], self.environment)
        wait_until(self.answers, 20, "QEMU does not listen")
        return self

    def __exit__(self, *_):
        self.processes.stop_all()

    def answers(self):
        with socket.socket() as sock:
            return sock.connect_ex(self.address) == 0
