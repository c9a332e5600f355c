"""Medians and ratios: what is made of the samples of several rounds."""
import statistics


def median(values):
    """Of those that there are; None when there is none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def ratio(value, base):
    """None where either is missing or the base is nothing."""
    return value / base if value is not None and base else None


def half_spread(values):
    """How far the middle half of the values lies around their median, as a share of it: the noise of a figure."""
    if len(values) < 2 or not statistics.median(values):
        return None
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / statistics.median(values)


def summarise(samples):
    """The medians of one contestant under one load."""
    kept = [sample.kept_alive for sample in samples if sample.kept_alive is not None]
    return {
        "rounds": len(samples),
        "cpu_us": median([sample.cpu_us for sample in samples]),
        "cpu_spread": half_spread([sample.cpu_us for sample in samples]),
        "per_second": median([sample.per_second for sample in samples]),
        "latency_us": {name: median([sample.latency.get(name) for sample in samples])
                       for name in ("p50", "p99", "p99.9")},
        "answers": sum(sample.answers for sample in samples),
        "errors": sum(sample.errors for sample in samples),
        "kept_alive": min(kept) if kept else None,
        "memory_bytes": median([sample.extra.get("memory_bytes") for sample in samples]),
    }


def compare(results, baseline, figure="cpu_us"):
    """Adds to each contestant's summary its ratio to the baseline's figure, where that took part."""
    base = results.get(baseline, {}).get(figure)
    for summary in results.values():
        summary["ratio"] = ratio(summary.get(figure), base)
    return results
