# SPDX-License-Identifier: GPL-2.0-or-later
"""A home directory for viewers on gtk-vnc, which trusts only a CA in ~/.pki and takes the home from
the passwd file: they run in a mount namespace whose passwd names that home."""
import pathlib
import shutil

BIND_PASSWD = 'mount --bind "$1" /etc/passwd && shift && exec "$@"'


def make_home(directory, certificate, mine=None, program="gtk-vnc"):
    """mine: the certificate and the key that the program shows."""
    directory = pathlib.Path(directory)
    ca = directory / ".pki/CA/cacert.pem"
    ca.parent.mkdir(parents=True)
    shutil.copy(certificate, ca)
    if mine:
        its = directory / ".pki" / program
        (its / "private").mkdir(parents=True)
        shutil.copy(mine[0], its / "clientcert.pem")
        shutil.copy(mine[1], its / "private/clientkey.pem")
    (directory / "passwd").write_text(f"root:x:0:0::{directory}:/bin/sh\n")


def in_home(directory, *command):
    """The command that runs the other one there."""
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", BIND_PASSWD, "sh",
            str(pathlib.Path(directory, "passwd")), *map(str, command)]
