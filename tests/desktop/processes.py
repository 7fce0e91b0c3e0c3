# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes of one private desktop: each has a name, a log file and an end."""
import os
import pathlib
import signal
import subprocess
import time


class NotReady(Exception):
    """Something did not come up in time; the message names its log."""


def wait_until(condition, seconds, what):
    """The first true value of condition(); NotReady when none came in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise NotReady(f"{what} within {seconds} s")
        time.sleep(0.02)


class Process:
    """One running program, ended by stop()."""

    def __init__(self, name, command, environment, directory, stdin=subprocess.DEVNULL):
        self.name = name
        self.command = [str(word) for word in command]
        self.log = pathlib.Path(directory) / f"{name}.log"
        with open(self.log, "ab") as log:
            # pylint: disable=consider-using-with
            self.popen = subprocess.Popen(self.command, env=environment, stdin=stdin, stdout=log,
                                          stderr=subprocess.STDOUT, start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def stop(self, seconds=3):
        """SIGTERM, then SIGKILL for the whole process group; returns the exit status."""
        if self.alive():
            self.popen.terminate()
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self.kill()
        return self.popen.returncode

    def kill(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.popen.wait()

    def log_text(self):
        return self.log.read_text(errors="replace")

    def log_tail(self, lines=15):
        return "\n".join(self.log_text().splitlines()[-lines:])


class ProcessGroup:
    """Starts processes by name and ends them in reverse order."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.running = {}

    def start(self, name, command, environment, stdin=subprocess.DEVNULL):
        self.stop(name)
        process = Process(name, command, environment, self.directory, stdin)
        self.running[name] = process
        return process

    def stop(self, name):
        process = self.running.pop(name, None)
        return process.stop() if process else None

    def kill(self, name):
        self.running.pop(name).kill()

    def stop_all(self):
        for process in reversed(list(self.running.values())):
            if process.alive():
                process.popen.terminate()
        for name in reversed(list(self.running)):
            self.stop(name)

    def alive(self, name):
        return name in self.running and self.running[name].alive()

    def __getitem__(self, name):
        return self.running[name]
