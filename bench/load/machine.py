"""The machine in words, without its name."""
import os
import pathlib
import platform
import re
import subprocess

BUSY_LOAD = 0.5  # of one process that waits for a CPU


def first_line(*command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60)
        return done.stdout.strip().split("\n")[0]
    except OSError:
        return "none"


def cpu_field(name, text):
    found = re.search(rf"^{name}\s*: (.*)$", text, re.M)
    return found[1].strip() if found else "?"


def distribution():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def describe():
    """Before the load: what else the machine is busy with is a part of the answer."""
    cpus = pathlib.Path("/proc/cpuinfo").read_text()
    kernel = re.match(r"[\d.]+", platform.release())
    load = os.getloadavg()[0]
    return {
        "cpu": cpu_field("model name", cpus), "cpus": len(os.sched_getaffinity(0)),
        "is_virtual": " hypervisor" in cpus, "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
                                                                 / (1 << 30)),
        "kernel": f"{platform.system()} {kernel[0].rstrip('.') if kernel else ''}".strip(), "system": distribution(),
        "compiler": first_line(os.environ.get("CC", "cc"), "--version"), "swift": swift_version(),
        "load_before": round(load, 2),
    }


def swift_version():
    found = re.search(r"Swift version [\d.]+", first_line("swift", "--version"))
    return found[0] if found else "no Swift"


def in_words(machine):
    kind = "a virtual machine" if machine["is_virtual"] else "a machine"
    busy = (f", busy with other work (load average {machine['load_before']:.1f} before the run)"
            if machine["load_before"] > BUSY_LOAD else ", otherwise idle")
    busy += ", the run before all others" if machine.get("is_urgent") else ""
    return (f"{kind} with {machine['cpus']} CPUs ({machine['cpu']}), {machine['memory_gib']} GiB, {machine['kernel']}, "
            f"{machine['system']}{busy}")
