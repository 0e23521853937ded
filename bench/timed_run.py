"""What the comparison and growth scripts of this folder share: one run of a program with its cost, and a table.

A cost is wall time, processor time and peak resident memory as the kernel accounts them for the finished process
(wait4), so that a program in any language is measured alike and from the outside.
"""

import dataclasses
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time


class PeerFailed(RuntimeError):
    """A program that was to be measured ended with an error; the message holds the command and the end of its log."""


@dataclasses.dataclass
class Cost:
    wall_s: float  # seconds from start to end of the process
    cpu_s: float  # seconds, user and system, of the process and the children it waited for
    peak_mib: float  # largest resident set, MiB


def run(command, log, env=None):
    """Runs a command to its end with both outputs in the file `log`. Returns its Cost; raises PeerFailed."""
    log = pathlib.Path(log)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
        )
        # wait4 instead of wait: it alone tells the resources of this one child.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = log.read_text(errors="replace")[-2000:]
        shown = " ".join(str(part) for part in command)
        raise PeerFailed(f"exit code {process.returncode} from: {shown}\n{log} ends with:\n{tail}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median_cost(costs):
    """The Cost whose every field is the median of that field."""
    return Cost(
        statistics.median(c.wall_s for c in costs),
        statistics.median(c.cpu_s for c in costs),
        statistics.median(c.peak_mib for c in costs),
    )


def spread(costs):
    """Smallest and largest wall time as text."""
    walls = [c.wall_s for c in costs]
    return f"{min(walls):.2f} – {max(walls):.2f}"


def markdown_table(header, rows):
    """A Markdown table with columns padded to one width; the first column is left-aligned, the others right."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(header))]

    def line(row):
        first = row[0].ljust(widths[0])
        return "| " + " | ".join([first] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]) + " |"

    rule = "|" + "|".join(["-" * (widths[0] + 2)] + ["-" * (w + 1) + ":" for w in widths[1:]]) + "|"
    return "\n".join([line(cells[0]), rule] + [line(row) for row in cells[1:]])


def machine():
    """Processor, cores and load in one line: a time without them says nothing."""
    name = platform.processor() or platform.machine()
    for entry in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if entry.startswith("model name"):
            name = entry.split(":", 1)[1].strip()
            break
    load = os.getloadavg()[0]
    return f"{name}, {len(os.sched_getaffinity(0))} cores, load {load:.2f} at the start"


def fail(message):
    """Ends the script with a message for the person who called it."""
    print(f"{pathlib.Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    sys.exit(2)
