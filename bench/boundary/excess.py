"""What a handler costs beyond the C handler on the same core: of each round the difference, of all rounds the median."""
import statistics

import figures

NS_PER_US = 1000


def differences(samples, name, base):
    """In nanoseconds a request, of the rounds that both took part in. `samples` is CPU µs a request, by name and round."""
    return [NS_PER_US * (samples[name][number] - samples[base][number])
            for number in sorted(samples[name].keys() & samples.get(base, {}).keys())]


def half_range(values):
    """Half the distance between the quartiles; None of less than two values."""
    if len(values) < 2:
        return None
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2


def summarise(samples, against):
    """For each name: nanoseconds a request, and beyond its base, where it has one. `against` names the bases."""
    found = {}
    for name, taken in samples.items():
        more = differences(samples, name, against[name]) if against.get(name) else []
        found[name] = {"ns": figures.median([NS_PER_US * value for value in taken.values()]), "rounds": len(taken),
                       "more_ns": figures.median(more), "more_spread_ns": half_range(more)}
    return found


def add_instructions(found, counts, against):
    """Instructions a request, and how many more than the base's."""
    for name, count in counts.items():
        base = counts.get(against.get(name))
        found.setdefault(name, {}).update(instructions=count, more_instructions=None if base is None else count - base)
