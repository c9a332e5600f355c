"""Describes the extension module to cffi: the public headers as they are, and what is compiled beside them.

The module holds libmartlet: who installs a wheel needs neither a compiler nor the library."""
import os
import pathlib
import re
import subprocess
import sys

import cffi

NATIVE = pathlib.Path(__file__).resolve().parent
ROOT = NATIVE.parents[3]
CORE = ROOT / "CCore"
BUILT = ROOT / ".build-python" / "core"

CALLBACKS = """
extern "Python" {
    void martlet_on_request(mt_request *request, mt_response *response, void *handler);
    void martlet_on_error(const mt_request *request, mt_response *response, int http_status, void *handler);
    mt_flow martlet_on_body(mt_body_event event, mt_slice bytes, mt_status status, void *consumer);
    void martlet_on_exchange(mt_exchange *exchange, void *callback);
    void martlet_on_inject(mt_slice bytes, bool is_end, void *sink);
    void martlet_on_log(mt_log_level level, mt_slice message, void *logger);
    void martlet_destroy(void *handle);
}
"""


def declarations():
    """What the public headers declare, in the order of martlet.h, without what only a preprocessor reads."""
    headers = {path.name: path.read_text() for path in (CORE / "include" / "martlet").glob("*.h")}
    seen, parts = set(), []

    def read(name):
        if name in seen:
            return
        seen.add(name)
        for other in re.findall(r'#include "(\w+\.h)"', headers[name]):
            read(other)
        parts.append(headers[name])

    for name in sorted(headers):
        read(name)
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", "\n".join(parts), flags=re.S)
    text = re.sub(r"^#(?:.*\\\n)*.*$", "", text, flags=re.M)
    text = re.sub(r"static inline [^{]*\{.*?\n\}", "", text, flags=re.S)
    return re.sub(r"\bMT_(BEGIN_DECLS|END_DECLS|API)\b", "", text)


def build_core():
    """libmartlet.a, as `make lib` makes it."""
    folder = BUILT.relative_to(ROOT)
    subprocess.run(["make", "--no-print-directory", f"-j{os.cpu_count()}", "-f", "CCore/Makefile", "VARIANT=release",
                    f"BUILD={folder}", f"{folder}/libmartlet.a"], cwd=ROOT, check=True)
    return str(BUILT / "libmartlet.a")


def event_libraries():
    """libevent_core: the archive that $LIBEVENT_CORE_ARCHIVE names (of -fPIC, as Debian's is not), or the shared one."""
    archive = os.environ.get("LIBEVENT_CORE_ARCHIVE")
    if archive:
        return [archive], []
    return [], subprocess.check_output(["pkg-config", "--libs", "libevent_core"], text=True).split()


FLAGS = ["-std=gnu11", "-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-unused-parameter",
         "-Wno-missing-field-initializers", "-Wno-cast-function-type"]
# The library's own names stay inside, and what only a debugger reads is left out.
LINK_FLAGS = [] if sys.platform == "darwin" else ["-pthread", "-Wl,--exclude-libs,ALL", "-Wl,-S"]


def describe():
    archives, libraries = event_libraries()
    described = cffi.FFI()
    described.cdef(declarations() + CALLBACKS)
    described.set_source(
        "martlet._native", "#include <martlet.h>\n", py_limited_api=False,
        sources=[os.path.relpath(path, NATIVE.parent) for path in sorted(NATIVE.glob("*.c"))],
        include_dirs=[str(CORE / "include")], define_macros=[("_GNU_SOURCE", None)], extra_compile_args=FLAGS,
        extra_objects=[build_core(), *archives], extra_link_args=[*libraries, *LINK_FLAGS])
    return described


ffi = describe()
