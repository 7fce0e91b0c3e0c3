#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a command in its own user, pid and mount namespace, and with --net in its own network.

    namespace.py [--net] CMD ARGS...

What the command starts ends with it, whatever happens: the kernel ends a pid namespace together
with its first process.  Root is mapped to an ordinary uid, since sway refuses root; files made
inside still belong to the real caller.  With --net only a private loopback exists: ports cannot
clash and nothing listens outside; and what there is one of on a computer, the socket of saslauthd
and the database of saslpasswd2, is empty and private too.  Control groups are its own where they can
be, which a service manager needs.  Where the kernel forbids namespaces this says so and fails;
GDS_NO_NAMESPACE=1 goes on without them.
"""
import ctypes
import fcntl
import os
import pwd
import signal
import socket
import struct
import subprocess
import sys
import tempfile

import own_cgroup

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 1 << 18
SASLAUTHD, SASLDB = "/run/saslauthd", "/etc/sasldb2"
PR_SET_PDEATHSIG = 1
SIOCSIFFLAGS, IFF_UP, IFF_LOOPBACK, IFF_RUNNING = 0x8914, 0x1, 0x8, 0x40

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def mount(source, target, kind, flags):
    check(libc.mount(source.encode(), target.encode(), kind.encode() if kind else None,
                     ctypes.c_ulong(flags), None), f"mount {target}")


def ordinary_uid(uid):
    """The uid to be inside: our own, or for root any other that has a passwd entry."""
    if uid:
        return uid
    for candidate in (1000, 1):
        try:
            pwd.getpwuid(candidate)
            return candidate
        except KeyError:
            continue
    return 65534


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


PASSED_ON = (signal.SIGTERM, signal.SIGHUP)


def raise_loopback():
    with socket.socket() as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS,
                    struct.pack("16sh14x", b"lo", IFF_UP | IFF_LOOPBACK | IFF_RUNNING))


def enter(network, group):
    uid, gid = os.getuid(), os.getgid()
    inside = ordinary_uid(uid)
    inside_gid = gid if gid else inside
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | (CLONE_NEWNET if network else 0) | \
        (own_cgroup.CLONE_NEWCGROUP if group else 0)
    check(libc.unshare(flags), "unshare")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{inside} {uid} 1")
    write("/proc/self/gid_map", f"{inside_gid} {gid} 1")
    if network:
        raise_loopback()
    mount("none", "/", None, MS_REC | MS_PRIVATE)


def own_users():
    """Nobody has users here yet: neither saslauthd nor saslpasswd2."""
    if not os.path.isdir(SASLAUTHD) and os.access(os.path.dirname(SASLAUTHD), os.W_OK):
        os.mkdir(SASLAUTHD)  # where sasl2-bin would make it at boot
    if os.path.isdir(SASLAUTHD):
        mount("none", SASLAUTHD, "tmpfs", MS_NOSUID | MS_NODEV)
    if os.path.isfile(SASLDB):
        own = os.path.join(os.environ["GDS_WORK_DIR"], "sasldb2")
        write(own, "")
        mount(own, SASLDB, None, MS_BIND)


def first_process(command, network, group):
    """Pid 1 of the namespace: starts the command, reaps orphans, ends with the command."""
    check(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount_private_places()
    if network:
        own_users()
    if group:
        own_cgroup.mount_own()
    child = os.fork()
    if child == 0:
        for number in (signal.SIGINT, *PASSED_ON):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
            os._exit(127)
    pass_signals_on(child)
    while True:
        try:
            pid, status = os.wait()
        except InterruptedError:
            continue
        if pid == child:
            os._exit(exit_status(status))


def pass_signals_on(child):
    for number in PASSED_ON:
        signal.signal(number, lambda number, _frame: os.kill(child, number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the command itself
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)


def mount_private_places():
    """Where tests keep what an administrator would, and where they play the journal. Nobody here
    sees the real ones."""
    if not os.path.isdir("/run/systemd"):  # in a root that no systemd has started
        mount("none", "/run", "tmpfs", MS_NOSUID | MS_NODEV)
        os.mkdir("/run/systemd")
    for place in ("/etc/dconf", "/run/systemd", "/tmp/.X11-unix"):
        if os.path.isdir(place):
            mount("none", place, "tmpfs", MS_NOSUID | MS_NODEV)
    # WirePlumber watches the login manager's, and ends where there is nothing to watch.
    for name in ("seats", "sessions", "users", "machines", "journal"):
        os.makedirs(f"/run/systemd/{name}", exist_ok=True)


def exit_status(status):
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def supervise(command, network, group):
    """Outside: passes signals on, waits."""
    # A signal may come before there is anybody to pass it on to; the first process of a namespace
    # would not even notice it.
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    child = os.fork()
    if child == 0:
        try:
            first_process(command, network, group)
        except OSError as error:
            print(f"namespace: {error}", file=sys.stderr)
        os._exit(99)
    if group:
        group.step_out()
    pass_signals_on(child)
    return exit_status(os.waitpid(child, 0)[1])


def run(command, network):
    """The command's exit status; GDS_WORK_DIR is a directory that lives as long as the command."""
    with tempfile.TemporaryDirectory(prefix="gds-", ignore_cleanup_errors=True) as directory:
        os.environ["GDS_WORK_DIR"] = directory
        group = own_cgroup.enter() if network else None
        try:
            return run_in_namespace(command, network, group)
        finally:
            if group:
                group.remove()


def run_in_namespace(command, network, group):
    try:
        enter(network, group)
    except OSError as error:
        if group:
            group.step_out()
        if os.environ.get("GDS_NO_NAMESPACE") != "1":
            print(f"namespace: {error}. User namespaces are needed here; GDS_NO_NAMESPACE=1 "
                  "goes on without (not as root with sway, and ports may clash).",
                  file=sys.stderr)
            return 99
        return subprocess.call(command)
    return supervise(command, network, group)


def main():
    arguments = sys.argv[1:]
    network = bool(arguments) and arguments[0] == "--net"
    command = arguments[1:] if network else arguments
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    return run(command, network)


if __name__ == "__main__":
    sys.exit(main())
