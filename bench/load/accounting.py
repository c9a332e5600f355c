"""What a server's process tree has used, by the kernel's own books."""
import contextlib
import os
import pathlib
import re
import time

PROC = pathlib.Path("/proc")
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
SCHEDULER_CLOCK = 2  # CPUCLOCK_SCHED of linux/posix-timers: user and system time of all threads, in nanoseconds


def stat_fields(pid):
    """The numbers of /proc/PID/stat behind the name, or None when the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(root):
    """The process and all that descend from it."""
    children = {}
    for entry in PROC.iterdir():
        fields = stat_fields(entry.name) if entry.name.isdigit() else None
        if fields:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def process_cpu_ns(pid):
    """CPU time of the process, of threads that have ended too; and of children that have, which count in ticks."""
    try:
        own = time.clock_gettime_ns((~pid << 3) | SCHEDULER_CLOCK)
    except OSError:
        return 0
    fields = stat_fields(pid)
    return own + (int(fields[13]) + int(fields[14])) * TICK_NS if fields else own


def cpu_ns(pids):
    return sum(process_cpu_ns(pid) for pid in pids)


def memory_kib(pid, *names):
    try:
        text = (PROC / str(pid) / "smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB$", text, re.M) if name in names)


def resident_bytes(pids):
    """Memory in use, where what is shared counts by its share."""
    return 1024 * sum(memory_kib(pid, "Pss") for pid in pids)


def private_bytes(pids):
    """Memory that nobody else has."""
    return 1024 * sum(memory_kib(pid, "Private_Clean", "Private_Dirty") for pid in pids)


def pin(cpus):
    """For a child, before it becomes its program: these CPUs and no others."""
    return lambda: os.sched_setaffinity(0, cpus)


URGENT = -15  # of nice(1)
AUTOGROUP = PROC / "self/autogroup"  # of the session: where Linux has it, niceness counts within it alone


@contextlib.contextmanager
def before_others(is_wanted):
    """Puts this session before other work of the machine, until the block's end. Gives whether that was permitted."""
    is_urgent = is_wanted and set_niceness(URGENT)
    try:
        yield is_urgent
    finally:
        if is_urgent:
            set_niceness(0)


def set_niceness(value):
    """Of the session as a whole; never of threads as well, among which those that set their own would be worse off."""
    try:
        if AUTOGROUP.exists():
            AUTOGROUP.write_text(str(value))
        else:
            os.setpriority(os.PRIO_PROCESS, 0, value)
        return True
    except PermissionError:
        return False


class Places:
    """Which CPUs the server and the load generator have to themselves; the same one where there is one only."""

    def __init__(self):
        cpus = sorted(os.sched_getaffinity(0))
        self.server = {cpus[0]}
        self.load = {cpus[-1]}
        self.are_apart = len(cpus) > 1
