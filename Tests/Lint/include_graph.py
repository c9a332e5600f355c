"""The layer rule of the C library: a file includes its own folder or a lower layer, never in a circle."""
import os
import re

LAYERS = {
    "base": 1, "memory": 2, "http": 3, "reactor": 3, "codec": 4, "executor": 4, "routing": 5, "content": 5,
    "connection": 6, "server": 7, "api": 8,
}
LOOP_PORT = "CCore/src/reactor/loop_libevent.c"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources(root):
    for top in ("CCore/include", "CCore/src"):
        for path in sorted((root / top).rglob("*.[ch]")):
            yield path.relative_to(root).as_posix()


def folder(path):
    """The layer's folder below src, or None for a public header."""
    return path.split("/")[2] if path.startswith("CCore/src/") else None


def resolve(path, mark, name):
    """The repository's file that an include names; None for a system header."""
    if mark == '"':
        return os.path.normpath(os.path.join(os.path.dirname(path), name))
    return f"CCore/include/{name}" if name.startswith("martlet") else None


def edge_problem(path, target):
    here, there = folder(path), folder(target)
    if there is None or here == there:
        return None
    if here is None:
        return "a public header includes a private one"
    if LAYERS[there] > LAYERS[here]:
        return f"{here} ({LAYERS[here]}) includes upward, {there} ({LAYERS[there]})"
    if LAYERS[there] == LAYERS[here]:
        return f"{here} includes its neighbour {there} of the same layer ({LAYERS[here]})"
    return None


def cycles(graph):
    """One line for each include that closes a circle."""
    done, stack = set(), []

    def visit(path):
        if path in stack:
            yield " → ".join(stack[stack.index(path):] + [path])
        elif path not in done:
            stack.append(path)
            for target in graph.get(path, ()):
                yield from visit(target)
            done.add(stack.pop())

    for path in graph:
        yield from visit(path)


def check(root):
    problems, graph = [], {path: [] for path in sources(root)}
    for path in graph:
        if folder(path) and folder(path) not in LAYERS:
            problems.append(f"{path}: its folder has no layer")
            continue
        for mark, name in INCLUDE.findall((root / path).read_text()):
            target = resolve(path, mark, name)
            if target is None:
                if re.match(r"event2?/|ev(ent|util|http|dns)\.h", name) and path != LOOP_PORT:
                    problems.append(f"{path}: <{name}> outside {LOOP_PORT}")
            elif target not in graph:
                problems.append(f"{path}: {name} is not there, seen from this file")
            elif folder(target) in LAYERS or folder(target) is None:
                graph[path].append(target)
                problem = edge_problem(path, target)
                problems += [f"{path}: {problem}"] if problem else []
    return problems + [f"circle: {circle}" for circle in cycles(graph)]
