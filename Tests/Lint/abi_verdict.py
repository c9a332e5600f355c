"""What a change of the surface means for programs that were compiled before it."""
import re

def place(value):
    """The offset in a field's line, the size in a struct's."""
    return int(re.search(r"\d+", value.rsplit(" at ", 1)[-1])[0])


class Judge:
    """Compares two surfaces; `verdicts` are pairs: whether it breaks callers, and a sentence that says what and why."""

    def __init__(self, recorded, found):
        self.recorded, self.found, self.verdicts = recorded, found, []
        for line in recorded | found:
            kind, name = line.split(" ", 1)
            before, now = recorded.get(line), found.get(line)
            if before == now:
                continue
            if now is None:
                self.breaks(kind, name, "is gone")
            elif before is None:
                self.judge_new(kind, name, now)
            else:
                self.judge_changed(kind, name, before, now)

    def breaks(self, kind, name, why):
        self.verdicts.append((True, f"breaks callers: {kind} {name} {why}"))

    def fits(self, kind, name, why):
        self.verdicts.append((False, f"compatible: {kind} {name} {why}"))

    def may_grow(self, struct):
        return f"field {struct}.struct_size" in self.recorded

    def judge_new(self, kind, name, now):
        struct = name.split(".")[0]
        if kind != "field" or f"struct {struct}" not in self.recorded:
            return self.fits(kind, name, "is new")
        end = place(self.recorded[f"struct {struct}"])
        if not self.may_grow(struct):
            self.breaks(kind, name, f"is new, and {struct} has no struct_size that would tell callers' versions apart")
        elif place(now) < end:
            self.breaks(kind, name, f"is new at {place(now)}, where older callers have another field or padding: "
                                    f"it goes behind the {end} bytes that they know")
        else:
            self.fits(kind, name, "is new at the struct's end")

    def judge_changed(self, kind, name, before, now):
        if kind == "struct" and self.may_grow(name) and place(now) > place(before):
            self.fits(kind, name, f"grew from {before} to {now}")
        elif kind == "enumerator":
            self.breaks(kind, name, f"is renumbered from {before} to {now}")
        else:
            self.breaks(kind, name, f"was {before}, is {now}")


def conclusion(verdicts, soname):
    """What has to follow, in one sentence."""
    stem, number = soname.rsplit(".", 1)
    if any(breaks for breaks, _ in verdicts):
        return (f"Programs linked to {soname} break: take it back, or the SONAME becomes {stem}.{int(number) + 1} "
                "(SHARED in CCore/Makefile) and MT_VERSION_MAJOR goes up (before 1.0: MT_VERSION_MINOR).")
    return f"Programs linked to {soname} go on as they are; MT_VERSION_MINOR goes up with the next release."
