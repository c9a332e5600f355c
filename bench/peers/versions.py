"""How a contestant's version is found: each function here gives a function that finds one."""
import json
import re
import subprocess

from places import ROOT, SWIFT_PEERS


def said_by(*command):
    """The first number with a dot in what the command prints."""
    def find():
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60)
        found = re.search(r"\d+(\.\d+)+", done.stdout)
        return found[0] if found else "?"
    return find


def of_library(name):
    return said_by("pkg-config", "--modversion", name)


def of_swift_package(identity):
    """The version that the Swift peers' build resolved."""
    def find():
        state = json.loads((SWIFT_PEERS / "workspace-state.json").read_text())
        for dependency in state["object"]["dependencies"]:
            if dependency["packageRef"]["identity"] == identity:
                return dependency["state"]["checkoutState"]["version"]
        return "?"
    return find


def of_martlet():
    text = (ROOT / "CCore/include/martlet/abi.h").read_text()
    return ".".join(re.findall(r"^#define MT_VERSION_[A-Z]+ (\d+)", text, re.M))
