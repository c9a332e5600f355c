"""Who takes part in the arena: the same routes on Martlet's two engines and on Hummingbird."""
import json
import pathlib
import shutil

import building
from contestants import Contestant
from places import BIN, BUILT
from versions import of_martlet

ARENA = pathlib.Path(__file__).resolve().parent
SCRATCH, PURE_SCRATCH = BUILT / "arena", BUILT / "arena-pure"
ROUTES = "arena"  # what the arena's loads need


def keep(programs, product, name):
    shutil.copy(programs / product, BIN / name)


def build_martlet():
    keep(building.swift(ARENA, SCRATCH, "--product", "MartletArena"), "MartletArena", "arena-martlet")


def build_hummingbird():
    keep(building.swift(ARENA, SCRATCH, "--product", "HummingbirdArena"), "HummingbirdArena", "arena-hummingbird")


def build_pure():
    """Without the trait that asks for the C core; and it must have worked."""
    programs = building.swift(ARENA, PURE_SCRATCH, "--product", "MartletArena", "--disable-default-traits")
    if "libevent" in building.run("ldd", programs / "MartletArena"):
        raise building.BuildError("what was built without the C core links libevent")
    keep(programs, "MartletArena", "arena-pure")


building.BUILDS.update({
    "arena-martlet": build_martlet, "arena-pure": build_pure, "arena-hummingbird": build_hummingbird})


def hummingbird_version():
    state = json.loads((SCRATCH / "workspace-state.json").read_text())
    return next(dependency["state"]["checkoutState"]["version"] for dependency in state["object"]["dependencies"]
                if dependency["packageRef"]["identity"] == "hummingbird")


def application(name, label, version, is_principal=True):
    return Contestant(name, label, (f"{{bin}}/arena-{name}", "{port}", "{reactors}", "{data}"), version,
                      f"arena-{name}", offers=frozenset({ROUTES}), is_principal=is_principal)


APPLICATIONS = (
    application("martlet", "Martlet", of_martlet),
    application("pure", "Martlet, all Swift", of_martlet),
    application("hummingbird", "Hummingbird 2", hummingbird_version),
)


def serving(application, folder):
    """The application with the folder of its data in its command."""
    words = tuple(word.replace("{data}", str(folder)) for word in application.command)
    return Contestant(**{**vars(application), "command": words})
