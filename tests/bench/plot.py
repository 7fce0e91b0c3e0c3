# SPDX-License-Identifier: GPL-2.0-or-later
"""The plot of what was measured: a bar for each server, a group of them for each scene."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402

import tables  # noqa: E402

PANELS = (("CPU of the server, ms by frame", "cpu"), ("kB by frame", "kb"),
          ("from painted to decoded, ms (line: 95 %)", "latency_p50"),
          ("frames/s (of 16 viewers: the slowest)", "fps"))
COLOURS = ("#1a5fb4", "#62a0ea", "#e66100", "#26a269", "#813d9c", "#9a9996")


def value_of(figures, key):
    if key == "fps" and figures.get("rate_slowest") is not None:
        return figures["rate_slowest"]
    return figures.get(key)


def draw_panel(axes, title, key, found, rows, servers):
    width = 0.85 / max(1, len(servers))
    for place, server in enumerate(servers):
        at, values, late = [], [], []
        for number, row in enumerate(rows):
            figures = found.get((row, server))
            value = value_of(figures, key) if figures else None
            if value:
                at.append(number + (place - (len(servers) - 1) / 2) * width)
                values.append(value)
                late.append(max(0, figures["latency_p95"] - value))
        bars = {"yerr": [[0] * len(late), late], "ecolor": "#5e5c64"} if key == "latency_p50" else {}
        axes.bar(at, values, width, label=server, color=COLOURS[place % len(COLOURS)], **bars)
    axes.set_title(title)
    if key != "fps":
        axes.set_yscale("log")
    axes.set_xticks(range(len(rows)), rows, rotation=25, ha="right")
    axes.grid(axis="y", alpha=0.3)


def draw(results, rows, servers, file):
    found = {(row, server): figures for row, server, figures in tables.each(results, rows, servers)
             if figures["frames"] and figures.get("key_p50") is None
             and figures.get("first_frame") is None and not row.startswith("raw")}
    rows = [row for row in rows if any(row == known for known, _ in found)]
    servers = [server for server in servers if any(server == known for _, known in found)]
    figure, panels = pyplot.subplots(len(PANELS), 1, figsize=(13, 17), layout="constrained")
    for axes, (title, key) in zip(panels, PANELS):
        draw_panel(axes, title, key, found, rows, servers)
    panels[0].legend(ncols=len(servers) or 1)
    figure.suptitle(tables.machine())
    figure.savefig(file)
    pyplot.close(figure)
