# SPDX-License-Identifier: GPL-2.0-or-later
"""Many equal viewers of one scene, each a process of its own: what each gets, and what it costs."""
import multiprocessing
import statistics
import time

from bench_logins import cpu_seconds

# Lines at a human pace: a scroll of the whole screen twenty times a second.
SCROLL = "while :; do date +%N%N%N%N%N%N; sleep 0.05; done"
CROWDS = (1, 4, 16)


def watch(make_viewer, ready, begin, seconds, results):
    """In a process: how many updates with pixels came in that time."""
    with make_viewer() as viewer:
        viewer.refresh()
        ready.release()
        begin.wait()
        viewer.request()
        updates, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            if viewer.readable(0.2):
                rects = viewer.read_message()
                if rects is not None:
                    updates += any(encoding >= 0 for encoding, *_ in rects)
                    viewer.request()
        results.put(updates / seconds)


def watch_together(make_viewer, count, pid, seconds):
    """(updates/s of the slowest viewer, of the one in the middle, CPU ms per update sent)."""
    # Threads would take turns, and be what is measured.
    context = multiprocessing.get_context("fork")
    ready, begin, results = context.Semaphore(0), context.Event(), context.Queue()
    processes = [context.Process(target=watch, args=(make_viewer, ready, begin, seconds, results))
                 for _ in range(count)]
    for process in processes:
        process.start()
    for _ in processes:
        if not ready.acquire(timeout=30):
            raise TimeoutError(f"not all of {count} viewers got a picture")
    cpu = cpu_seconds(pid)
    begin.set()
    rates = [results.get(timeout=seconds + 30) for _ in processes]
    cpu = cpu_seconds(pid) - cpu
    for process in processes:
        process.join()
    return min(rates), statistics.median(rates), 1000 * cpu / max(1, sum(rates) * seconds)


def bench_crowds(name, make_viewer, pid, seconds):
    for count in CROWDS:
        try:
            slowest, middle, cost = watch_together(make_viewer, count, pid, seconds)
        except (TimeoutError, OSError) as error:
            print(f"  {name:22} {count:3} viewers  {error}", flush=True)
            continue
        print(f"  {name:22} {count:3} viewers  {middle:5.1f} updates/s each, {slowest:5.1f} the "
              f"slowest  {cost:6.2f} ms of CPU an update", flush=True)
