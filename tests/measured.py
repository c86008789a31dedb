"""Runs a program, and says when each line of its output came, and how much memory it took.

It is a program of its own because a process counts the memory of the one that started it.
"""

import json
import resource
import subprocess
import sys

import psutil


def spent(process):
    """The processor time of a process so far; how busy the machine is has no say."""
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


def main():
    process = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    lines = [(line.decode().rstrip("\n"), spent(process)) for line in process.stdout]
    said = process.stderr.read().decode()
    status = process.wait()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"lines": lines, "said": said, "status": status, "megabytes": peak / 1024}))  # noqa: T201


if __name__ == "__main__":
    main()
