#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`./dev bench logins`: log-ins per second: X509SASL by SCRAM-SHA-256, each over a new connection with
a new TLS session.

    bench_logins.py BUILD [SECONDS]
"""
import base64
import hashlib
import hmac
import multiprocessing
import os
import pathlib
import resource
import secrets
import struct
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "desktop")]

import desktop as desktops  # noqa: E402
from daemon import Daemon  # noqa: E402
from rfb import login  # noqa: E402
from rfb.scram import Scram, attributes  # noqa: E402
from rfb.wire import Closed, Refused, Wire  # noqa: E402

# Each from an address of its own. The daemon's limits are 10 of one source and 100 in all on their
# way in, and 5 of one source that are judged at once; none of them is reached here.
CLIENTS = 4
MECHANISM = "SCRAM-SHA-256"
ITERATIONS = 4096  # the least; the daemon's own command takes more
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def verifier(password):
    """As the daemon keeps it (RFC 5803)."""
    def digest(key, text):
        return hmac.new(key, text, "sha256").digest()
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    salt, stored, server = (base64.b64encode(octets).decode() for octets in (
        salt, hashlib.sha256(digest(salted, b"Client Key")).digest(),
        digest(salted, b"Server Key")))
    return f"{MECHANISM}${ITERATIONS}:{salt}${stored}:{server}"


def asked_iterations(daemon):
    """What the daemon asks its user for, by a whole log-in."""
    wire = Wire(daemon.address)
    try:
        login.exchange_version(wire)
        login.read_security_types(wire)
        login.choose_vencrypt(wire)
        login.choose_subtype(wire, login.X509_SASL)
        wire.start_tls(str(daemon.certificate))
        login.read_mechanisms(wire)
        scram = Scram(MECHANISM, daemon.user, daemon.password)
        login.send_sasl_start(wire, MECHANISM, scram.first())
        server_first, _ = login.read_sasl_reply(wire)
        wire.send(login.sasl_blob(scram.final(server_first)))
        scram.verify(login.read_sasl_reply(wire)[0])
        login.read_security_result(wire)
        return int(attributes(server_first)["i"])
    finally:
        wire.close()


def keep_verifier_of(daemon):
    """Puts one of ITERATIONS into the keyring in place of that of the daemon's command."""
    daemon.desktop.run(
        "sh", "-c", 'printf %s "$1" | secret-tool store --label=bench xdg:schema '
        'org.gnome.DesktopSharing.Credential kind scram user "$2"',
        "sh", verifier(daemon.password), daemon.user)
    time.sleep(2)  # the daemon ends who is logging in when it takes changed passwords
    asked = asked_iterations(daemon)
    if asked != ITERATIONS:
        raise RuntimeError(f"the daemon asks for {asked} iterations")


def log_in_once(daemon, source, with_init):
    """Up to SecurityResult, or up to ServerInit."""
    wire = Wire(daemon.address, source=source)
    try:
        login.log_in(wire, "x509-sasl", daemon.user, daemon.password, MECHANISM,
                     str(daemon.certificate))
        if with_init:
            wire.send(b"\1")
            wire.read(struct.calcsize(">HH16s"))
            wire.sized()
    finally:
        wire.close()


def keep_logging_in(daemon, source, end, results):
    """One client: log-ins one after another; tells how many, what failed, and its CPU time."""
    done, slowest, failed = 0, 0.0, []
    while (begin := time.monotonic()) < end:
        try:
            log_in_once(daemon, source, False)
            done += 1
            slowest = max(slowest, time.monotonic() - begin)
        except (Closed, Refused, OSError) as error:
            failed.append(f"{type(error).__name__} {error}")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    results.put((done, slowest, failed, usage.ru_utime + usage.ru_stime))


def bench_logins(daemon, seconds, clients=CLIENTS):
    """Prints and returns log-ins per second; the daemon listens on 127.0.0.1."""
    keep_verifier_of(daemon)
    log_in_once(daemon, None, True)  # whatever is made at the first one
    results = multiprocessing.Queue()
    begin, cpu = time.monotonic(), cpu_seconds(daemon.pid)
    processes = [multiprocessing.Process(
        target=keep_logging_in, args=(daemon, f"127.0.0.{number + 2}", begin + seconds, results))
        for number in range(clients)]
    for process in processes:
        process.start()
    told = [results.get(timeout=seconds + 60) for _ in processes]
    for process in processes:
        process.join()
    spent, cpu = time.monotonic() - begin, cpu_seconds(daemon.pid) - cpu
    done, failed = sum(each[0] for each in told), [text for each in told for text in each[2]]
    print(f"  {done / spent:.1f} log-ins/s ({MECHANISM}, {ITERATIONS} iterations, TLS; {clients} clients, "
          f"{spent:.0f} s), the slowest {1000 * max(each[1] for each in told):.0f} ms, "
          f"{len(failed)} failed")
    print(f"  CPU of each log-in: daemon {1000 * cpu / max(done, 1):.1f} ms, "
          f"client {1000 * sum(each[3] for each in told) / max(done, 1):.1f} ms; "
          f"the daemon took {100 * cpu / spent:.0f} % of a core", flush=True)
    for text in sorted(set(failed)):
        print(f"  failed {failed.count(text)} times: {text}")
    return done / spent


def main():
    with desktops.create("sway", (640, 480)) as desktop:
        daemon = Daemon(desktop, sys.argv[1]).start()
        bench_logins(daemon, float(sys.argv[2]) if len(sys.argv) > 2 else 10)
        daemon.stop()


if __name__ == "__main__":
    main()
