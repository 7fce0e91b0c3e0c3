#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`./dev bench`: what the daemon needs for scenes on a 1920x1080 screen, beside the other servers of the
distribution that are installed, in rounds that take turns; a table and a plot of the medians.

No server asks for a password or encrypts; what TLS costs is a row of its own. What is measured while
the computer has other things to do says little.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import tables
from servers import NAMES, Servers

QUALITY = 6
KEYS = 30
FIRST_FRAMES = 5
CROWD = 16


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: a scene, and how it is watched."""
    name: str
    scene: str
    lossy: bool = True
    options: tuple = ()
    tls: bool = False
    input: bool = False


RAW = ("--encodings", "raw")
ROWS = (
    Row("typing", "typing"),
    Row("scroll", "scroll"),
    Row("scroll, lossless", "scroll", False),
    Row("window-drag", "window-drag"),
    Row("window-drag, lossless", "window-drag", False),
    Row("video", "video"),
    Row("video-full", "video-full"),
    Row("video-full, lossless", "video-full", False),
    Row("slides", "slides"),
    Row("idle", "idle", options=("--warm-up", "10")),  # until what came before costs nothing
    Row("keys", "keys", options=("--keys", str(KEYS)), input=True),
    Row("first frame", "idle", options=("--first-frames", str(FIRST_FRAMES))),
    Row("scroll, 16 viewers", "scroll", options=("--viewers", str(CROWD))),
    Row("video, 16 viewers", "video", options=("--viewers", str(CROWD))),
    Row("raw, no TLS", "video", False, RAW),
    Row("raw, TLS", "video", False, RAW, tls=True),
)


# Where the compositor's and PipeWire's part of the latency is told apart.
SHARED = ("typing", "scroll", "video", "video-full", "slides", "keys")


def measure(server, row, programs, seconds):
    """What the viewer tells, or why it cannot."""
    player = server.play(programs, row.scene)
    try:
        return watch(server, row, player, programs, seconds)
    finally:
        player.stop()


def measure_shares(server, row, programs, seconds):
    """The same, with another consumer of the screen cast beside the server, and what that tells."""
    player = server.play(programs, row.scene)
    try:
        consumer = server.consume(programs)
        viewer = watch(server, row, player, programs, seconds)
        consumer.stop()
        told = consumer.log_tail(1)
        if "error" not in viewer and not told.startswith("{"):
            viewer = {"error": f"the consumer: {told}"}
        return viewer if "error" in viewer else {"viewer": viewer, "consumer": json.loads(told)}
    finally:
        player.stop()


def watch(server, row, player, programs, seconds):
    command = [programs / "bench-viewer", "--port", server.port, "--scene", row.scene,
               "--player", player.pid, "--seconds", seconds, *row.options]
    if row.lossy:
        command += ["--quality", QUALITY]
    if row.tls:
        command += ["--certificate", server.certificate]
    for name, pid in server.processes.items():
        command += ["--process", f"{name}={pid}"]
    try:
        done = subprocess.run([str(word) for word in command], timeout=90 + seconds, text=True,
                              capture_output=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout)
        return {"error": " / ".join(done.stderr.strip().splitlines()[-3:])}
    except subprocess.TimeoutExpired:
        return {"error": "the viewer does not end"}


def can(server, row):
    raw = row.options == RAW
    return (server.has_input or not row.input) and (server.certificate or not raw)


def keep(found, file):
    file.write_text(json.dumps({"machine": tables.machine(), **dataclasses.asdict(found)}, indent=1))


def measure_limits(programs):
    done = subprocess.run([programs / "limits-bench"], timeout=120, text=True, capture_output=True,
                          check=True)
    return json.loads(done.stdout)


def run_rounds(servers, rows, options, found):
    for number in range(options.rounds):
        found.limits.append(measure_limits(options.programs))
        for row in rows:
            for server in servers:
                if not can(server, row):
                    continue
                which = {"row": row.name, "server": server.name}
                told = measure(server, row, options.programs, options.seconds)
                found.results.append({**which, **told})
                if server.shares_a_cast and row.name in SHARED:
                    found.shares.append({**which, **measure_shares(server, row, options.programs,
                                                                   options.seconds)})
                keep(found, options.out / "results.json")
                print(f"round {number + 1} of {options.rounds}: {row.name}, {server.name}: "
                      f"{told.get('error') or tables.short(told)}", flush=True)


def parse_options():
    def some_of(known):
        def parse(text):
            names = [name.strip() for name in text.split(";")]
            for name in names:
                if name not in known:
                    raise argparse.ArgumentTypeError(f"no {name}; there are: {'; '.join(known)}")
            return names
        return parse
    rows = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5,
                        help="of which the medians are shown (5); with 0 and --add what is there")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement (4)")
    parser.add_argument("--servers", type=some_of(NAMES), default=list(NAMES), metavar="A;B",
                        help="; ".join(NAMES))
    parser.add_argument("--rows", type=some_of(rows), default=rows, metavar="A;B", help="; ".join(rows))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("bench-results"),
                        help="directory for results.json, table.txt, plot.svg and plot.png")
    parser.add_argument("--add", action="store_true", help="to the rounds that are there already")
    parser.add_argument("--no-plot", action="store_true")
    options = parser.parse_args()
    options.programs = options.build / "tests/bench"
    return options


def main():
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    file = options.out / "results.json"
    known = json.loads(file.read_text()) if options.add and file.exists() else {}
    found = tables.Found(*(known.get(field.name, []) for field in dataclasses.fields(tables.Found)))
    rows = [row for row in ROWS if row.name in options.rows]
    if options.rounds > 0:
        with Servers(options.build, options.servers) as servers:
            run_rounds(servers, rows, options, found)
    text = tables.report(found, [row.name for row in ROWS], NAMES)
    (options.out / "table.txt").write_text(text)
    print(text)
    if not options.no_plot:
        import plot
        for kind in ("svg", "png"):
            plot.draw(found.results, [row.name for row in ROWS], NAMES, options.out / f"plot.{kind}")
        print(f"{os.path.relpath(options.out)}: results.json, table.txt, plot.svg, plot.png")
    return 1 if any("error" in told for told in [*found.results, *found.shares]) else 0


if __name__ == "__main__":
    sys.exit(main())
