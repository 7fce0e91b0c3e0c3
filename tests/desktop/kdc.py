# SPDX-License-Identifier: GPL-2.0-or-later
"""A Kerberos realm on loopback: the real KDC of MIT Kerberos, its principals, keytabs and tickets."""
import os
import pathlib
import socket
import subprocess

from processes import ProcessGroup, wait_until

SBIN = pathlib.Path("/usr/sbin")
LIBDEFAULTS = """[libdefaults]
    default_realm = {realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    udp_preference_limit = 1
"""
KDC_CONF = """[kdcdefaults]
    kdc_listen = ""
    kdc_tcp_listen = 127.0.0.1:{port}
[realms]
    {realm} = {{
        database_name = {directory}/principal
        key_stash_file = {directory}/stash
        acl_file = {directory}/acl
        max_life = 1h
    }}
[logging]
    kdc = STDERR
"""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Kdc:
    """One realm; a context manager, the KDC runs while it is entered."""

    def __init__(self, directory, realm="DESKTOP.TEST"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(mode=0o700)
        self.realm = realm
        self.port = free_port()
        self.processes = ProcessGroup(self.directory / "log")
        self.conf = self.directory / "krb5.conf"
        self.know(self)
        profile = self.directory / "kdc.conf"
        profile.write_text(KDC_CONF.format(realm=realm, port=self.port, directory=self.directory))
        self.environment = dict(os.environ, KRB5_CONFIG=str(self.conf),
                                KRB5_KDC_PROFILE=str(profile))

    def know(self, *realms):
        """Writes a krb5.conf in which this realm is the default, and these can be reached."""
        text = LIBDEFAULTS.format(realm=self.realm) + "[realms]\n"
        for kdc in realms:
            text += f"    {kdc.realm} = {{\n        kdc = 127.0.0.1:{kdc.port}\n    }}\n"
        text += f"[domain_realm]\n    localhost = {realms[-1].realm}\n"
        self.conf.write_text(text)

    def __enter__(self):
        self.run(SBIN / "kdb5_util", "create", "-s", "-P", "throwaway", "-r", self.realm)
        self.processes.start("krb5kdc", [SBIN / "krb5kdc", "-n", "-r", self.realm],
                             self.environment)
        wait_until(self.answers, 10, "the KDC does not listen")
        return self

    def __exit__(self, *_):
        self.processes.stop_all()

    def answers(self):
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", self.port)) == 0

    def run(self, *command, stdin=""):
        result = subprocess.run([str(word) for word in command], env=self.environment, text=True,
                                input=stdin, capture_output=True, timeout=30, check=False)
        if result.returncode:
            raise RuntimeError(f"{command[0]}: {result.stderr}")
        return result.stdout

    def kadmin(self, query):
        self.run(SBIN / "kadmin.local", "-r", self.realm, "-q", query)

    def add_user(self, name, password="throwaway"):
        self.kadmin(f"addprinc -pw {password} {name}")

    def add_service(self, name, keytab):
        """A service whose key goes into the keytab, beside what is there."""
        self.kadmin(f"addprinc -randkey {name}")
        self.kadmin(f"ktadd -q -k {keytab} {name}")

    def trust(self, other):
        """Users of the other realm get tickets for services of this one."""
        for kdc in (self, other):
            kdc.add_user(f"krbtgt/{self.realm}@{other.realm}", "between-us")

    def ticket(self, name, password="throwaway"):
        """Logs the user in; returns the environment that has his ticket."""
        cache = self.directory / f"ticket-{name}"
        environment = {"KRB5_CONFIG": str(self.conf), "KRB5CCNAME": f"FILE:{cache}"}
        self.environment.update(environment)
        self.run("kinit", f"{name}@{self.realm}", stdin=password + "\n")
        return environment
