"""Turns the points measured by bench/run into tables: medians over rounds with their spread, and ratios of one chain to
another within the same round."""

import os
import platform
import statistics


def spread(values, digits):
    """median (lowest..highest)"""
    if not values:
        return "-"
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, Linux {platform.release()}"


COLUMNS = (  # title, figure of a point, digits
    ("per second", "per_second", 0),
    ("p50 ms", "p50", 3),
    ("p99 ms", "p99", 3),
    ("first byte p50 ms", "first_byte_p50", 3),
    ("processor ms per request", "cpu_ms", 3),
)


STREAM_COLUMNS = (
    ("chunks per second", "chunks_per_second", 0),
    ("chunk late, p99 ms", "chunk_late_p99", 3),
    ("first byte p50 ms", "first_byte_p50", 3),
    ("processor us per chunk, all hops", "cpu_us_per_chunk", 2),
)


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def figures(points, chains, columns):
    """One row per workload and chain."""
    rows = []
    for workload in dict.fromkeys(point["workload"] for point in points):
        for chain in chains:
            mine = [p for p in points if p["workload"] == workload and p["chain"] == chain]
            if not mine:
                continue
            row = [workload, chain]
            for _, key, digits in columns:
                row.append(spread([p[key] for p in mine if p[key] is not None], digits))
            row.append(str(sum(p["errors"] for p in mine)))
            rows.append(row)
    return table(["workload", "chain"] + [title for title, _, _ in columns] + ["errors"], rows)


def ratios_of(points, workload, key, ours, other, base=None):
    """ours / other in each round that has both; with a base, its figure is taken off both (added latency)."""

    def figure(round_number, chain):
        for p in points:
            if (p["round"], p["chain"], p["workload"]) == (round_number, chain, workload):
                return p[key]
        return None

    found = []
    for number in sorted({p["round"] for p in points}):
        values = [figure(number, ours), figure(number, other), figure(number, base) if base else 0]
        if None in values or values[1] - values[2] <= 0:
            continue
        found.append((values[0] - values[2]) / (values[1] - values[2]))
    return found


def ratios(points, ours, other):
    """Our chain against the other: throughput (more is better), latency added to the backend's and processor time (less
    is better)."""
    rows = []
    for workload in dict.fromkeys(point["workload"] for point in points):
        row = [workload]
        for key, base in (("per_second", None), ("p50", "backend"), ("first_byte_p50", "backend"), ("cpu_ms", None)):
            row.append(spread(ratios_of(points, workload, key, ours, other, base), 2))
        if any(cell != "-" for cell in row[1:]):
            rows.append(row)
    if not rows:
        return ""
    return table(["workload", "throughput", "added p50", "added first byte", "processor time"], rows)


def document(points, chains, rounds, date):
    parts = [f"Machine: {machine()}. {rounds} rounds, chains taking turns; median (lowest..highest). {date}.", "",
             figures(points, chains, COLUMNS)]
    streams = [point for point in points if point["chunks_per_second"] is not None]
    if streams:
        parts += ["", "Streams, by chunk:", "", figures(streams, chains, STREAM_COLUMNS)]
    if "cocoon" in chains and "haproxy" in chains:
        parts += ["", "Cocoon divided by the HAProxy chain, round by round:", "", ratios(points, "cocoon", "haproxy")]
    return "\n".join(parts) + "\n"


BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def write_into(path, text):
    """Replaces what stands between the marks of a document, or appends a marked section."""
    block = f"{BEGIN}\n{text}{END}\n"
    try:
        with open(path, encoding="utf-8") as file:
            old = file.read()
    except FileNotFoundError:
        old = "# Performance\n\n"
    start, stop = old.find(BEGIN), old.find(END)
    if start >= 0 and stop > start:
        new = old[:start] + block + old[stop + len(END):].lstrip("\n")
    else:
        new = old + "\n## Measured\n\n" + block
    with open(path, "w", encoding="utf-8") as file:
        file.write(new)
