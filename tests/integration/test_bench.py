# SPDX-License-Identifier: GPL-2.0-or-later
"""`./dev bench` in short: the scene plays, the viewer sees it, and the table has figures."""
import json
import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent.parent / "bench/bench.py"


def test_a_short_run_fills_the_table(build, tmp_path):
    done = subprocess.run(
        [sys.executable, "-B", BENCH, "--build", build, "--out", tmp_path, "--rounds", "1", "--seconds",
         "2", "--servers", "ours, sway", "--rows", "typing", "--no-plot"], text=True, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    written = json.loads((tmp_path / "results.json").read_text())
    found, = written["results"]
    assert found["frames"] > 5 and found["octets"] > 0 and found["server_cpu_ms"] > 0, found
    assert 0 < found["latency_p50"] <= found["latency_p95"] < 2000, found
    share, = written["shares"]
    assert share["consumer"]["frames"] > 5 and share["viewer"]["frames"] > 5, share
    assert 0 < share["consumer"]["age_p50"] <= share["consumer"]["age_p95"] < 2000, share
    limits, = written["limits"]
    assert len(limits) == 5 and all(cost > 0 for cost in limits.values()), limits
    table = (tmp_path / "table.txt").read_text()
    assert "AES-128-GCM" in table, table
    line, beside = (line for line in table.splitlines() if line.startswith("typing"))
    assert line.startswith("typing  ours, sway  "), line
    assert beside.startswith("typing  ours, sway  ") and len(beside.split()) == 11, beside
    *figures, still, rounds = line.removeprefix("typing  ours, sway").split()
    assert len(figures) == 8 and all(float(f) > 0 for f in figures if f != "="), line
    assert (still, rounds) == ("=", "1"), line
