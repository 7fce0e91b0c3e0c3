# SPDX-License-Identifier: GPL-2.0-or-later
"""A control group for what runs in a namespace, and its end.

A service manager takes the control group that it finds itself in for its own, and moves every process
in it.  So it gets one in which nobody else is, in a cgroup namespace of which that is the root.
"""
import ctypes
import os
import pathlib
import re
import time

CLONE_NEWCGROUP = 0x2000000
MOUNT_POINT = "/sys/fs/cgroup"
GRACE = 5  # seconds for the kernel to let go of processes that have ended


def hierarchy():
    """Where the hierarchy of version 2 is mounted; None where there is none."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        fields, kind = line.split(" - ")
        if kind.startswith("cgroup2 "):
            return pathlib.Path(fields.split()[4])
    return None


class Group:
    """The group of this process until it steps out; the others stay in it. What it needs is opened
    before the namespaces are entered, from where none of it can be seen."""

    def __init__(self, parent):
        self.parent = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
        self.name = f"gds-{os.getpid()}"
        os.mkdir(self.name, dir_fd=self.parent)
        try:
            self.outside = self.procs("cgroup.procs")
            os.write(self.procs(f"{self.name}/cgroup.procs"), b"0")
        except OSError:
            os.rmdir(self.name, dir_fd=self.parent)
            raise

    def procs(self, name):
        return os.open(name, os.O_WRONLY, dir_fd=self.parent)

    def step_out(self):
        try:
            os.write(self.outside, b"0")
        except OSError:
            pass  # then is_own() says so

    def remove(self):
        """With all groups below, once the processes are gone."""
        end = time.monotonic() + GRACE
        while time.monotonic() < end:
            try:
                for _root, names, _files, at in os.fwalk(self.name, topdown=False,
                                                         dir_fd=self.parent):
                    for name in names:
                        os.rmdir(name, dir_fd=at)
                return os.rmdir(self.name, dir_fd=self.parent)
            except FileNotFoundError:
                return None
            except OSError:
                time.sleep(0.02)
        return None


def enter():
    """Moves this process into a new group; None where that cannot be had: no version 2, or not ours
    to change."""
    top = hierarchy()
    own = re.search(r"^0::(.*)$", pathlib.Path("/proc/self/cgroup").read_text(encoding="utf-8"),
                    flags=re.M)
    if top is None or own is None:
        return None
    try:
        return Group(top / own[1].lstrip("/"))
    except OSError:
        return None


def mount_own():
    """Within the namespaces: shows the own group as the only one there is. Whether it does."""
    libc = ctypes.CDLL(None, use_errno=True)
    return os.path.isdir(MOUNT_POINT) and libc.mount(
        b"none", MOUNT_POINT.encode(), b"cgroup2", ctypes.c_ulong(0), None) == 0


def is_own():
    """Whether a service manager may run here: in a group that is not the root of them all, and that
    nobody outside of the namespace is in."""
    top = pathlib.Path(MOUNT_POINT)
    try:
        members = (top / "cgroup.procs").read_text(encoding="ascii").split()
        return (top / "cgroup.type").exists() and "0" not in members and \
            os.access(top / "cgroup.procs", os.W_OK)
    except OSError:
        return False
