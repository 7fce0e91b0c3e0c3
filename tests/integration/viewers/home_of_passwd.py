# SPDX-License-Identifier: GPL-2.0-or-later
"""A home directory for viewers on gtk-vnc, which trusts only a CA in ~/.pki and takes the home from
the passwd file: they run in a mount namespace whose passwd names it."""
import pathlib
import shutil

BIND_PASSWD = 'mount --bind "$1" /etc/passwd && shift && exec "$@"'


def make_home(directory, certificate, client=None, program="gtk-vnc"):
    """client: its certificate and key, shown as those of the program."""
    ca = pathlib.Path(directory) / ".pki/CA/cacert.pem"
    ca.parent.mkdir(parents=True)
    shutil.copy(certificate, ca)
    if client:
        mine = pathlib.Path(directory) / ".pki" / program
        (mine / "private").mkdir(parents=True)
        shutil.copy(client[0], mine / "clientcert.pem")
        shutil.copy(client[1], mine / "private/clientkey.pem")
    pathlib.Path(directory, "passwd").write_text(f"root:x:0:0::{directory}:/bin/sh\n")


def in_its_home(directory, command):
    """The command that runs the other one there."""
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", BIND_PASSWD, "sh",
            str(pathlib.Path(directory, "passwd")), *command]
