"""The largest memory of a process and all its children, measured from outside while it runs.

Pages that several processes share count once (Pss of /proc/<pid>/smaps_rollup), so loader processes that were forked do
not count their parent's weights again. Pages of mapped weight files count while they are resident.

    with PeakMemory(child.pid) as memory: child.wait()
    memory.peak_bytes
"""

import os
import pathlib
import threading


def children_of(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child)] + children_of(int(child))
    return found


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def tree_bytes(pid):
    total = 0
    try:
        for one in [pid] + children_of(pid):
            total += resident_bytes(one)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0  # somebody has just ended; the next look counts
    return total


class PeakMemory:
    """Looks five times a second."""

    def __init__(self, pid=None, interval=0.2):
        self.pid, self.interval, self.peak_bytes = pid or os.getpid(), interval, 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.stop.is_set():
            self.peak_bytes = max(self.peak_bytes, tree_bytes(self.pid))
            self.stop.wait(self.interval)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
