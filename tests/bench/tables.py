# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured as text: the medians of the rounds, ours beside the best of the others, and what
the computer itself needs for parts of the work."""
import dataclasses
import os
import platform
import statistics

IDENTICAL = 99  # dB, as the viewer tells it
TLS_OCTETS = 5e6


@dataclasses.dataclass
class Found:
    """All that was measured, each a list with an entry for every round and row."""
    results: list
    shares: list  # beside a consumer of the same screen cast
    limits: list


def machine():
    model = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}"


def per_frame(found):
    """The figures of one measurement by frame that was delivered."""
    frames = found["frames"]
    figures = dict(found, fps=frames / found["seconds"], kb=None, cpu=None, host_cpu=None,
                   load=found["server_cpu_ms"] / found["seconds"] / 10,
                   wake_rate=found["server_wake_ups"] / found["seconds"] if found["seconds"] else 0)
    sent = found.get("updates_sent", frames)
    if frames:
        figures["kb"] = found["octets"] / frames / 1000
        figures["cpu"] = found["server_cpu_ms"] / sent
        figures["host_cpu"] = sum(value for key, value in found.items() if key.endswith("_cpu_ms")
                                  and key != "server_cpu_ms") / frames
    return figures


def medians(results, row, server):
    """Of every figure, over the rounds; None when there are no good ones."""
    rounds = [per_frame(result) for result in results if result["row"] == row
              and result["server"] == server and "error" not in result and result["seconds"] > 0]
    if not rounds:
        return None
    middle = {"rounds": len(rounds)}
    for key in set().union(*rounds):
        values = [figures[key] for figures in rounds if isinstance(figures.get(key), (int, float))]
        middle[key] = statistics.median(values) if values else None
    return middle


def short(found):
    if not found["seconds"]:
        return "done"
    figures = per_frame(found)
    return f"{figures['fps']:.1f} frames/s, {number(figures['cpu'])} ms CPU, {number(figures['kb'])} kB"


def number(value, digits=2):
    if value is None:
        return "-"
    return f"{value:.{digits if abs(value) < 10 else digits - 1 if abs(value) < 100 else 0}f}"


def decibel(value):
    return "-" if value is None else "=" if value >= IDENTICAL else f"{value:.1f}"


def table(head, lines):
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    text = []
    for line in [head, ["-" * width for width in widths], *lines]:
        cells = [cell.ljust(width) if i < 2 else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        text.append("  ".join(cells).rstrip())
    return "\n".join(text) + "\n"


def each(results, rows, servers):
    for row in rows:
        for server in servers:
            if (figures := medians(results, row, server)) is not None:
                yield row, server, figures


def scenes_table(results, rows, servers):
    head = ["scene", "server", "frames/s", "of", "CPU ms", "screen ms", "kB", "p50 ms", "p95 ms",
            "dB", "still", "rounds"]
    lines = [[row, server, number(f["fps"], 1), number(f.get("source_fps"), 1), number(f["cpu"]),
              number(f["host_cpu"]), number(f["kb"]), number(f["latency_p50"]),
              number(f["latency_p95"]), decibel(f.get("psnr")), decibel(f["still"]),
              str(f["rounds"])]
             for row, server, f in each(results, rows, servers) if row != "idle" and not
             is_special(f)]
    return table(head, lines)


def is_special(figures):
    return any(figures.get(key) is not None for key in ("key_p50", "updates_sent", "first_frame"))


def special_tables(results, rows, servers):
    """What is no matter of frames."""
    found = list(each(results, rows, servers))
    parts = (
        ("From a key press to its pixels", ["p50 ms", "p95 ms", "after painting", "lost"],
         [[row, server, number(f["key_p50"]), number(f["key_p95"]), number(f["latency_p50"]),
           number(f["keys_lost"], 0)] for row, server, f in found if f.get("key_p50") is not None]),
        ("Many equal viewers", ["frames/s", "slowest", "CPU ms each", "refused", "MiB"],
         [[row, server, number(f["rate_middle"], 1), number(f["rate_slowest"], 1), number(f["cpu"]),
           number(f["refused"], 0), number(f["server_mib"], 1)]
          for row, server, f in found if f.get("updates_sent") is not None]),
        ("The first whole frame of another viewer", ["ms"],
         [[row, server, number(f["first_frame"])] for row, server, f in found
          if f.get("first_frame") is not None]),
        ("One viewer, and nothing moves", ["% of a core", "wake-ups/s", "MiB"],
         [[row, server, number(f["load"]), number(f["wake_rate"], 1), number(f["server_mib"], 1)]
          for row, server, f in found if row == "idle"]))
    return "".join(f"\n{title}\n\n" + table([rows_name, "server", *head], lines)
                   for title, head, lines in parts if lines for rows_name in ("scene",))


def memory_lines(results, servers):
    for server in servers:
        one = medians(results, "scroll", server)
        crowd = medians(results, "scroll, 16 viewers", server)
        if one and crowd:
            yield (f"{server}: {one['server_mib']:.1f} MiB resident with one viewer of the scroll, "
                   f"{one['server_own_mib']:.1f} of it neither files nor shared with others, "
                   f"{(crowd['server_mib'] - one['server_mib']) / 15:.2f} MiB more for each of 15")


def tls_lines(results, servers):
    for server in servers:
        plain, tls = (medians(results, row, server) for row in ("raw, no TLS", "raw, TLS"))
        if plain and tls and plain["octets"] and tls["octets"]:
            cost = [TLS_OCTETS * f["server_cpu_ms"] / f["octets"] for f in (plain, tls)]
            yield (f"{server}: 5 MB of raw pixels {cost[0]:.1f} ms of CPU, by TLS {cost[1]:.1f} ms: "
                   f"TLS costs {cost[1] - cost[0]:.1f} ms")


COMPARED = (("CPU ms", "cpu"), ("kB", "kb"), ("p50 ms", "latency_p50"), ("key p50", "key_p50"),
            ("first ms", "first_frame"), ("frames/s", "fps"), ("slowest", "rate_slowest"))
MORE_IS_BETTER = ("fps", "rate_slowest")


def ratio_table(results, rows, servers):
    """Each of ours / the best of the others, and who that is."""
    ours = [server for server in servers if server.startswith("ours")]
    others = [server for server in servers if server not in ours]
    lines = []
    for row, server, figures in each(results, rows, ours):
        cells = []
        for _, key in COMPARED:
            beside = [(f[key], other) for _, other, f in each(results, [row], others) if f.get(key)]
            if figures.get(key) is None or not beside:
                cells.append("")
                continue
            value, other = (max if key in MORE_IS_BETTER else min)(beside)
            cells.append(f"{number(figures[key])}/{number(value)} {other} = "
                         f"{figures[key] / value:.2f}")
        if any(cells):
            lines.append([row, server, *cells])
    return table(["scene", "server", *(title for title, _ in COMPARED)], lines) if lines else ""


# What no server can leave out: of a screen that moved, the one copy, the search for what differs
# and the proof that it moved; of a film, the copy and its JPEG.
LIMITS = (("scroll", "copy of a screen, compared twice", lambda f: f["copy"] + 2 * f["compare"]),
          ("video", "JPEG of 640x360", lambda f: f["jpeg_window"]),
          ("video-full", "copy and JPEG of a screen", lambda f: f["copy"] + f["jpeg_screen"]),
          ("5 MB by TLS", "AES-128-GCM, no system call", lambda f: f["encryption"]))


def limits_table(limits):
    lines = [[row, what, number(statistics.median(map(least, limits))), str(len(limits))]
             for row, what, least in LIMITS]
    return table(["scene", "part", "CPU ms", "rounds"], lines)


def shares_table(shares, rows, servers):
    """What of a picture's age is the compositor's and PipeWire's, and what the server adds."""
    head = ["scene", "server", "p50 ms", "p95 ms", "viewer p50", "p95", "more p50", "p95", "CPU ms",
            "rounds"]
    lines = []
    for row in rows:
        for server in servers:
            rounds = [(each["consumer"], each["viewer"]) for each in shares if each["row"] == row and
                      each["server"] == server and "error" not in each and each["consumer"]["frames"]]
            if not rounds:
                continue
            figures = [statistics.median(values) for values in zip(*(
                (c["age_p50"], c["age_p95"], v["latency_p50"], v["latency_p95"],
                 v["latency_p50"] - c["age_p50"], v["latency_p95"] - c["age_p95"],
                 c["cpu_ms"] / c["pictures"]) for c, v in rounds))]
            lines.append([row, server, *map(number, figures), str(len(rounds))])
    return table(head, lines) if lines else ""


def report(found, rows, servers):
    results, limits = found.results, found.limits
    text = (f"{machine()}\n\n"
            "CPU: of the server by delivered frame; screen: of compositor, PipeWire or X server beside "
            "it.\nkB by frame; p50, p95: from the painted to the decoded frame; of: what the "
            "application showed;\ndB: the worst of three frames in motion; still: = is identical.\n\n")
    text += scenes_table(results, rows, servers) + special_tables(results, rows, servers)
    shares = shares_table(found.shares, rows, servers)
    text += ("\nHow old a picture is when a consumer that does nothing with it gets it from PipeWire, "
             "and how much\nolder a viewer beside it sees it; CPU of that consumer\n\n" + shares
             if shares else "")
    lines = [*memory_lines(results, servers), *tls_lines(results, servers)]
    text += "\nMemory and TLS\n\n" + "\n".join(lines) + "\n" if lines else ""
    if limits:
        text += "\nWhat parts of it cost alone, by libraries, on one core\n\n" + limits_table(limits)
    ratios = ratio_table(results, rows, servers)
    text += "\nOurs / the best of the others\n\n" + ratios if ratios else ""
    errors = [f"{r['row']}, {r['server']}: {r['error']}" for r in [*results, *found.shares]
              if "error" in r]
    return text + ("\nNot measured\n\n" + "\n".join(errors) + "\n" if errors else "")
