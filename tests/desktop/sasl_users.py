# SPDX-License-Identifier: GPL-2.0-or-later
"""Users whom Cyrus SASL's own programs know: the real saslpasswd2 and the real saslauthd.

Both at the places where the daemon looks, which are private in a namespace with --net.
"""
import os
import pathlib
import signal
import socket
import subprocess

from processes import NotReady, wait_until

SASLDB = pathlib.Path("/etc/sasldb2")
MUX = pathlib.Path("/run/saslauthd/mux")


def is_private(place):
    """Whether something was mounted over it, as namespace.py does."""
    mounts = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return any(line.split()[4] == str(place) for line in mounts)


class Sasldb:
    """The database; needs sasl2-bin, which makes the file that ours is mounted over."""

    def __init__(self):
        if not is_private(SASLDB):
            raise NotReady(f"{SASLDB} is not ours: install sasl2-bin, and run in a namespace")

    @staticmethod
    def run(*options, password=""):
        result = subprocess.run(
            ["/usr/sbin/saslpasswd2", "-f", SASLDB, *options], input=password, text=True,
            capture_output=True, timeout=30, check=False)
        if result.returncode:
            raise RuntimeError(f"saslpasswd2: {result.stderr}")

    def add(self, user, password, realm=None):
        """In the realm of this computer's name, unless told otherwise."""
        self.run("-p", "-c", *(("-u", realm) if realm else ()), user, password=password)

    def remove(self, user):
        self.run("-d", user)


class Saslauthd:
    """The daemon, which takes the users of a Sasldb; started and stopped, and hung."""

    def __init__(self):
        if not is_private(MUX.parent):
            raise NotReady(f"{MUX.parent} is not ours: install sasl2-bin, and run in a namespace")

    def start(self):
        """It goes into the background by itself; the end of the namespace is its end, too."""
        subprocess.run(["/usr/sbin/saslauthd", "-a", "sasldb", "-m", MUX.parent, "-n", "5"],
                       check=True, stdin=subprocess.DEVNULL, timeout=30)
        wait_until(self.answers, 10, "saslauthd does not listen")

    def stop(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.pids(), 5, "saslauthd does not end")
        for file in MUX.parent.iterdir():
            file.unlink()

    @staticmethod
    def pids():
        """In this pid namespace all of that name are ours."""
        found = []
        for comm in pathlib.Path("/proc").glob("[0-9]*/comm"):
            try:
                if comm.read_text() == "saslauthd\n" and "State:\tZ" not in (
                        comm.parent / "status").read_text():
                    found.append(int(comm.parent.name))
            except OSError:
                continue
        return found

    def hang(self):
        """It takes connections, as far as the kernel does that, and says nothing."""
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)

    def resume(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGCONT)

    @staticmethod
    def answers():
        with socket.socket(socket.AF_UNIX) as sock:
            return sock.connect_ex(str(MUX)) == 0
