#!/usr/bin/env python3
"""Compares the engine's speed with that of llama.cpp, on this machine, in turns.

    bench/compare_llama_cpp.py --llama-bench /path/to/llama-bench --gguf mistral-7b-bf16.gguf \\
        --engine-bench build/dev/bench/engine_bench --layers 32 --threads 1,2 --rounds 5

The GGUF file has the shape of Mistral 7B with LAYERS layers and matrices in bf16 (--dtype f32: in f32); what the numbers in
it are takes no time, so random ones do. engine_bench makes its own.

A round runs both programs once for each number of threads, one after the other, so that whatever else
the machine does falls on both. Prefill is 512 tokens and the logits of the last (pp512); decode is
one sequence, tokens 1 to 32 (tg32; engine_bench repeats the middle one). Prints the medians of the
rounds, their ranges and the ratios. Exits 1 if a program fails.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

PREFILL_TOKENS = 512
DECODE_TOKENS = 32
# What the machine can do, measured by engine_bench at its start.
CEILINGS = ("ceiling_read_GB_per_s", "ceiling_GFLOP_per_s")


def run_json(command, **environment):
    """The JSON that `command` prints."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def measure_engine(options, threads):
    """Tokens a second of engine_bench: {"prefill": ..., "decode": ...}."""
    result = run_json(
        [
            options.engine_bench,
            "--benchmark_filter=(prefill|decode)/mistral.*(M:512|B:1/)",
            f"--benchmark_min_time={options.seconds}",
            "--benchmark_format=json",
        ],
        THREADS=str(threads),
        LAYERS=str(options.layers),
        DTYPE=options.dtype,
        CONTEXT=str(DECODE_TOKENS // 2),
    )
    rates = {b["name"].split("/")[0]: b["tokens/s"] for b in result["benchmarks"]}
    for name in CEILINGS:
        rates[name] = float(result["context"][name])
    return rates


def measure_llama(options, threads):
    """The same of llama-bench. """
    result = run_json(
        [options.llama_bench, "-m", options.gguf, "-t", str(threads), "-r", str(options.repetitions)]
        + ["-p", str(PREFILL_TOKENS), "-n", str(DECODE_TOKENS), "-o", "json"]
        + options.llama_options.split()
    )
    return {"decode" if test["n_gen"] else "prefill": test["avg_ts"] for test in result}


def print_table(options, samples):
    """One row for each rate and number of threads."""
    print(f"\n{options.layers} layers, {options.dtype}, tokens/s: median (range) of {options.rounds} rounds\n")
    print("| rate | threads | mistral-eval | llama.cpp | ratio |")
    print("|---|---|---|---|---|")
    for rate in ("prefill", "decode"):
        for threads in options.threads:
            cells = []
            for program in ("engine", "llama"):
                values = samples[program, threads, rate]
                cells.append((statistics.median(values), min(values), max(values)))
            texts = [f"{m:.4g} ({low:.4g} to {high:.4g})" for m, low, high in cells]
            ratio = cells[0][0] / cells[1][0]
            print(f"| {rate} | {threads} | {texts[0]} | {texts[1]} | {ratio:.2f} |")
    print()
    for threads in options.threads:
        ceilings = [statistics.median(samples["engine", threads, name]) for name in CEILINGS]
        print(
            f"Ceiling of {threads} threads: {ceilings[0]:.1f} GB/s read, "
            f"{ceilings[1]:.0f} GFLOP/s in {options.dtype}."
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--llama-bench", required=True, help="an existing llama-bench")
    parser.add_argument("--gguf", required=True, help="the model it loads")
    parser.add_argument("--engine-bench", default="build/dev/bench/engine_bench")
    parser.add_argument("--layers", type=int, default=32, help="of the model in the GGUF file")
    parser.add_argument("--dtype", choices=["bf16", "f32"], default="bf16", help="of the weights in both")
    parser.add_argument("--threads", default="1,2", help="numbers of threads, comma-separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="engine_bench: at least, each rate")
    parser.add_argument("--repetitions", type=int, default=1, help="llama-bench: of each rate")
    parser.add_argument("--llama-options", default="", help="more for llama-bench, in one string")
    options = parser.parse_args()
    options.threads = [int(number) for number in options.threads.split(",")]

    samples = {}
    for number in range(options.rounds):
        for threads in options.threads:
            for program, measure in (("engine", measure_engine), ("llama", measure_llama)):
                for rate, value in measure(options, threads).items():
                    samples.setdefault((program, threads, rate), []).append(value)
                    print(
                        f"round {number + 1}, {threads} threads, {program}: {rate} {value:.4g}",
                        file=sys.stderr,
                        flush=True,
                    )
    print_table(options, samples)


if __name__ == "__main__":
    main()
