#!/usr/bin/env python3
"""Says which Google Benchmark results two builds differ in, measured in turns.

    git worktree add ../base BASE && (cd ../base && cmake --preset dev && cmake --build --preset dev --target kernel_bench)
    bench/compare_commits.py --base ../base/build/dev/bench/kernel_bench --new build/dev/bench/kernel_bench \\
        --rounds 10 --filter 'Gemm.*bf16'

A round runs both programs once, in an order that changes from round to round, so that whatever else the machine does
falls on both. A round's value of a benchmark is its real time. The ratio of two rounds' times, base by new, is how many
times faster the new build was in that round; the table shows the median of the rounds' ratios with the 95 % interval of
that median from its order statistics (the sign test turned round: no assumption on how times spread), and calls a benchmark

    faster, slower   if the whole interval is on one side of 1 and beyond --margin
    same             if it lies within the margin
    unclear          otherwise: more rounds, or a quieter machine

Six rounds are the fewest that have such an interval. `mistral-eval compare` does the same for two results of
`mistral-eval bench`. Exits 1 if something is slower and --gate is given, 2 if a program fails.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys

import timed_run

FEWEST_ROUNDS = 6


def measure(program, options):
    """Real seconds of each benchmark of one run, by name, and whether the program failed."""
    command = [program, "--benchmark_format=json", f"--benchmark_min_time={options.seconds}"]
    if options.filter:
        command.append(f"--benchmark_filter={options.filter}")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        timed_run.fail(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    units = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    return {
        b["name"]: b["real_time"] * units[b["time_unit"]]
        for b in json.loads(done.stdout)["benchmarks"]
        if b.get("run_type", "iteration") == "iteration" and not b.get("error_occurred", False)
    }


def median_interval(values):
    """The narrowest interval of order statistics that holds the median with probability 95 % at least."""
    ordered = sorted(values)
    n = len(ordered)
    tail = 0.0
    rank = 0  # values cut off at either end
    while rank < n // 2:
        tail += math.comb(n, rank) / 2**n
        if tail > 0.025:
            break
        rank += 1
    if rank == 0:
        return None
    return ordered[rank - 1], ordered[n - rank]


def verdict(low, high, margin):
    if 1 / (1 + margin) < low and high < 1 + margin:
        return "same"
    if low > 1:
        return "faster"
    if high < 1:
        return "slower"
    return "unclear"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, help="the program as built from the commit to compare with")
    parser.add_argument("--new", required=True, help="the same program of the other commit")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=0.2, help="of each benchmark and round, at least")
    parser.add_argument("--filter", help="regular expression of the benchmarks to run")
    parser.add_argument("--margin", type=float, default=3, help="in percent: differences below it do not matter")
    parser.add_argument("--gate", action="store_true", help="exit 1 if something is slower")
    parser.add_argument("--json", help="also write every measurement to this file")
    options = parser.parse_args()
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"--rounds: at least {FEWEST_ROUNDS}, for an interval of 95 %")

    print(f"{timed_run.machine()}, {options.rounds} rounds", file=sys.stderr)
    times = {"base": {}, "new": {}}
    for round_number in range(options.rounds):
        order = ["base", "new"] if round_number % 2 == 0 else ["new", "base"]
        for which in order:
            for name, seconds in measure(getattr(options, which), options).items():
                times[which].setdefault(name, []).append(seconds)
        print(f"round {round_number + 1} of {options.rounds}", file=sys.stderr)

    rows = []
    for name, base in times["base"].items():
        new = times["new"].get(name, [])
        if len(base) != options.rounds or len(new) != options.rounds:
            print(f"note: {name} did not run in every round of both", file=sys.stderr)
            continue
        ratios = [b / n for b, n in zip(base, new)]
        low, high = median_interval(ratios)
        rows.append((name, statistics.median(base), statistics.median(new), statistics.median(ratios), low, high))

    table = []
    is_slower = False
    for name, base, new, ratio, low, high in sorted(rows, key=lambda row: row[3]):
        word = verdict(low, high, options.margin / 100)
        is_slower = is_slower or word == "slower"
        table.append([name, f"{base * 1e3:.4g}", f"{new * 1e3:.4g}", f"{ratio:.3f}", f"{low:.3f} to {high:.3f}", word])
    print(timed_run.markdown_table(["benchmark", "base ms", "new ms", "times faster", "95 % interval", "verdict"], table))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(times, out, indent=1)
    sys.exit(1 if options.gate and is_slower else 0)


if __name__ == "__main__":
    main()
