#!/usr/bin/env python3
"""bench/ton_chain.py: what reading the TON chain costs, beside @ton/core in the same run, and how quick lite client,
watcher and devnet are. Prints the table of docs/performance.md; --write puts it there."""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import chains
import report

ROOT = pathlib.Path(__file__).resolve().parent.parent
NODE = ROOT / ".venv" / "bin" / "node"
MODULES = ROOT / "devnet" / "node_modules"
VECTORS = ROOT / "tests" / "vectors" / "ton-proofs"
BEGIN, END = "<!-- bench/ton_chain.py -->", "<!-- end of bench/ton_chain.py -->"

COSTS = (  # figure, what, goal
    ("parse_and_hash_us", "bag of cells parsed, each cell hashed", "at least 20"),
    ("serialise_us", "the same bag written, with checksum", ""),
    ("hash_us", "1000 cells built and hashed", ""),
    ("dictionary_lookup_us", "one configuration parameter found", ""),
    ("account_proof_us", "an account's state proven from a masterchain block", ""),
    ("key_block_link_us", "a step between key blocks, 66 signatures", ""),
)


def run_json(*command):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise chains.ChainError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def costs(options):
    """[(ours, theirs)] per round, in turns."""
    rounds = []
    for _ in range(options.rounds):
        ours = run_json(options.build / "bench" / "bench_ton", VECTORS, options.seconds)
        theirs = run_json(NODE, ROOT / "bench" / "ton_core.mjs", MODULES, VECTORS, options.seconds)
        rounds.append((ours, theirs))
    return rounds


def cold_start(options):
    """Milliseconds from starting `cocoon wallet show` until an account's newest state is proven, on a chain with a past."""
    program = options.programs / "src" / "bin" / "cocoon"
    with tempfile.TemporaryDirectory(prefix="cocoon-bench-") as folder:
        command = [NODE, ROOT / "devnet" / "src" / "main.ts", "--dir", f"{folder}/chain", "--json"]
        devnet = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE)
        try:
            ready = chains.first_json_line(devnet, "devnet", lambda value: value.get("ready"))
            for _ in range(10):
                post(ready["http_port"], "/devnet/keyblock", {"rotate": True})
                post(ready["http_port"], "/devnet/block", {"count": 3})
            environment = {**os.environ, "COCOON_WALLET_PASSWORD": "bench bench"}
            wallet = ["--file", f"{folder}/wallet", "--json"]
            subprocess.run([program, "wallet", "new", *wallet], env=environment, check=True, capture_output=True)
            taken = []
            for number in range(options.rounds * 3):
                config = pathlib.Path(folder, f"config-{number}.json")  # nothing kept beside it
                config.write_bytes(pathlib.Path(ready["config"]).read_bytes())
                began = time.monotonic()
                subprocess.run([program, "wallet", "show", *wallet, "--chain", config], check=True, capture_output=True)
                taken.append((time.monotonic() - began) * 1000)
            return taken
        finally:
            chains.stop_process(devnet)


def post(port, path, parameters):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(parameters).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def middle(runs, figure, digits=1):
    return report.spread([run[figure] for run in runs], digits)


def document(rounds, starts, latency, throughput):
    rows = []
    for figure, what, goal in COSTS:
        ours = [one[figure] for one, _ in rounds]
        pairs = [theirs[figure] / one[figure] for one, theirs in rounds if figure in theirs]
        theirs = [other[figure] for _, other in rounds if figure in other]
        rows.append([what, report.spread(ours, 2), report.spread(theirs, 0), report.spread(pairs, 1), goal])
    header = ["processor time per operation", "ours, microseconds", "@ton/core", "times faster", "goal"]
    more = [
        ["`cocoon wallet show` from nothing to an account's newest proven state, 10 key blocks",
         f"{statistics.median(starts):.0f} ms (slowest {max(starts):.0f})", "below 1 s"],
        ["block announced until the watcher tells of a transaction in it, p50",
         f"{middle(latency, 'p50_ms')} ms (p90 {middle(latency, 'p90_ms')})", "below 50 ms"],
        ["devnet, transactions per second", f"{middle(throughput, 'per_second', 0)}; per second of processor time "
         f"{middle(throughput, 'per_cpu_second', 0)}", "at least 200 on two cores"],
    ]
    load = os.getloadavg()[0]
    bag = rounds[0][0]
    return "\n\n".join([
        f"{datetime.date.today().isoformat()}, {report.machine()}, load average {load:.0f}; {len(rounds)} rounds in turns, "
        f"median (lowest..highest). The bag is a block of {bag['bag_cells']} cells, {bag['bag_bytes']} bytes.",
        report.table(header, rows),
        report.table(["figure", "measured", "goal"], more),
    ])


def write(text):
    path = ROOT / "docs" / "performance.md"
    content = path.read_text(encoding="utf-8")
    head, _, rest = content.partition(BEGIN)
    _, _, tail = rest.partition(END)
    path.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="processor time per figure and round (%(default)s)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--programs", type=pathlib.Path, help="build folder of cocoon and the watcher (default: --build)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    options.programs = options.programs or options.build
    try:
        rounds = costs(options)
        starts = cold_start(options)
        watch = options.programs / "bench" / "bench_ton_watch"
        latency = [run_json(NODE, ROOT / "devnet" / "bench" / "latency.ts", watch) for _ in rounds]
        throughput = [run_json(NODE, ROOT / "devnet" / "bench" / "throughput.ts") for _ in rounds]
    except (chains.ChainError, FileNotFoundError) as error:
        sys.exit(f"bench: {error}")
    text = document(rounds, starts, latency, throughput)
    if options.programs != options.build:
        text += f"\n\nThe second table is of the programs in {options.programs.name}, not of the release build."
    print(text)
    if options.write:
        write(text)


if __name__ == "__main__":
    main()
