# SPDX-License-Identifier: GPL-2.0-or-later
"""What the style checks look at, and how they report: one line per finding, exit status 1."""
import pathlib
import subprocess
import sys

SKIPPED = {".git", "build", "subprojects", "__pycache__"}


def files(top, *suffixes):
    """The project's files with one of the suffixes, as paths below top."""
    top = pathlib.Path(top)
    try:
        listed = subprocess.run(["git", "-c", f"safe.directory={top.resolve()}", "-C", str(top),
                                 "ls-files", "-z", "--cached"], check=True, capture_output=True,
                                text=True).stdout.split("\0")
        found = [pathlib.Path(name) for name in listed if name]
    except (subprocess.CalledProcessError, FileNotFoundError):  # a tarball
        found = [path.relative_to(top) for path in top.rglob("*") if path.is_file()]
        found = [path for path in found if not any(
            part in SKIPPED or part.startswith("build") for part in path.parts)]
    return sorted(path for path in found
                  if (top / path).is_file() and (not suffixes or path.suffix in suffixes))


def report(findings):
    """Ends the check: prints (path, line, text) findings."""
    for path, line, text in findings:
        print(f"{path}:{line}: {text}")
    sys.exit(1 if findings else 0)
