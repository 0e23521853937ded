#!/usr/bin/env python3
"""Whether `mistral-eval bench` gives the same medians when the whole program runs again.

    bench/repeat_bench.py [--ours build/dev/evals/mistral-eval] [--times 3] -- \\
        --model random:mistral-7b-v0.1,layers=4 --threads 2

What follows `--` goes to every run. Prints, for each test, the median of every run, the spread (largest by smallest
median, minus one) and how many runs called the test unstable. Exits 1 if a run fails.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile

import timed_run


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", default="build/dev/evals/mistral-eval", type=pathlib.Path)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("arguments", nargs="*", help="of mistral-eval bench, after --")
    return parser.parse_args()


def measure(ours, arguments, out):
    """bench.json of one run."""
    try:
        timed_run.run([ours, "bench", "--quiet", "--out", out, *arguments], out.with_suffix(".log"))
    except timed_run.PeerFailed as error:
        sys.exit(str(error))
    return json.loads((out / "bench.json").read_text(encoding="utf-8"))


def main():
    options = parse()
    print(f"load {os.getloadavg()[0]:.1f} before {options.times} runs of: bench {' '.join(options.arguments)}\n")
    with tempfile.TemporaryDirectory() as scratch:
        runs = [measure(options.ours, options.arguments, pathlib.Path(scratch) / str(i)) for i in range(options.times)]
    print("| test | medians, tokens/s | spread | called unstable |")
    print("|---|---|---|---|")
    for tests in zip(*(run["throughput"] for run in runs)):
        medians = [test["rate"]["median"] for test in tests]
        unstable = sum(test["unstable"] != "" for test in tests)
        shown = ", ".join(f"{median:.4g}" for median in medians)
        spread = max(medians) / min(medians) - 1
        print(f"| {tests[0]['name']} | {shown} | {100 * spread:.1f} % | {unstable} of {len(tests)} |")
    for test in (test for run in runs for test in run["throughput"] if test["unstable"]):
        print(f"{test['name']}: {test['unstable']}", file=sys.stderr)
    first = runs[0]["host"]
    print(f"\n{first['cpu']}, {first['num_threads']} threads, {first['cpu_path']}, {first['build']}")


if __name__ == "__main__":
    main()
