"""The library as a stranger to Swift has it: from `CCore`, `Makefile` and `.ci` alone, with no Swift on the PATH."""
import functools
import os
import pathlib
import shutil
import tempfile

from support import MAKE, ROOT, code_block, free_port, run

FOLDERS = ("CCore", ".ci")
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")


@functools.cache
def folder():
    """A folder for all of this run, with its owner: it goes when the run ends."""
    return tempfile.TemporaryDirectory()


def place(name):
    return pathlib.Path(folder().name, name)


def path_without_swift():
    """The PATH; a folder of it that has a swift is replaced by links to all else that it has."""
    kept = []
    for index, path in enumerate(map(pathlib.Path, os.environ["PATH"].split(os.pathsep))):
        if (path / "swift").exists():
            links = place(f"tools-{index}")
            links.mkdir(exist_ok=True)
            for tool in path.iterdir():
                if "swift" not in tool.name and not (links / tool.name).is_symlink():
                    (links / tool.name).symlink_to(tool)
            path = links
        kept.append(str(path))
    return os.pathsep.join(kept)


@functools.cache
def prefix():
    """Where the library lies that was built and installed without Swift."""
    tree, installed = place("tree"), place("installed")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name)
    shutil.copy(ROOT / "Makefile", tree)
    run(MAKE, "-C", tree, "--no-print-directory", "install", f"PREFIX={installed}", PATH=path_without_swift())
    return installed


def flags(*wanted):
    """What pkg-config says of the library."""
    search = f"{prefix()}/lib/pkgconfig{os.pathsep}{os.environ.get('PKG_CONFIG_PATH', '')}"
    return run("pkg-config", *wanted, "martlet", PKG_CONFIG_PATH=search).split()


def compilers(*names):
    """Those of them that are there; one has to be."""
    found = [name for name in names if shutil.which(name)]
    assert found, f"there is no {' and no '.join(names)}"
    return found


def source(code, suffix):
    """A file with that code on a port of its own, and the port."""
    assert code.count("8080") == 1, code
    port = free_port()
    file = place(f"{port}{suffix}")
    file.write_text(code.replace("8080", str(port)))
    return file, port


def readme_source():
    return source(code_block("c"), ".c")
