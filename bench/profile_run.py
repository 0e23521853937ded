#!/usr/bin/env python3
"""Where the processor time of a run goes: the share of the kernels and of everything around them.

    bench/profile_run.py --data DATA --work SCRATCH [--ours build/dev/evals/mistral-eval]
        [--model random:mistral-7b-v0.1,layers=4 --tokenizer TOKENIZER] [--threads 2]
        [--runs mmlu:5:20 hellaswag:0:40 gsm8k_cot_maj8:8:2 samsum:1:4]

Every run is TASK:SHOTS:RECORDS. Linux's perf looks at the whole program at fixed intervals of processor time; every
look is counted for the part that the innermost known function of its call chain belongs to, so memory handling counts
for who asked for it. The program must have been built with debugging information (the preset dev has it).

A table holds the processor seconds of each run and the share of each part. Loading weights, measuring the ceilings and
all else that does not grow with the records are parts of their own: a larger run has less of them.
"""

import argparse
import collections
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import timed_run

# Part, what its functions or libraries are called. The first that matches counts, from the innermost call outwards.
PARTS = [
    ("kernels", r"meval::cpu::|libdnnl|dnnl::|meval::\w*(Gemm|Gemv|Attention|RmsNorm|SiluMul|Rope|Embed|TokenLogprobs|"
                r"LogSumExp|Argmax|Sample\w*Op)\w*\("),
    ("tokenising", r"sentencepiece|meval::(SegmentEncoder|Tokenizer|PieceDecoder|PieceTable|OutlineEncoder|Encode\w*)\b"),
    ("planning", r"meval::(PrefixTree|Plan\w*|ScorePlan|GenerationPlan|KvPages|TreeWalk|CostModel|PlannedTasks|DryRun)\b"),
    ("loading weights", r"meval::(LoadModel|Mistral::Load|LoadWeights|SourceWeights|RandomWeights|Pack\w*|MapFile|Engine::Load)"),
    ("reading records", r"meval::(tasks::|Task::|Task\b|PromptBuilder|DocumentRenderer)"),
    ("scoring and statistics", r"meval::(metrics::|ScoreTask|Score(Choices|Completions)|Aggregate\w*|Bootstrap\w*|Resample\w*|TaskFigures)"),
    ("writing", r"meval::(Journal\w*|Write\w*|Report\w*|RunDirectory|Digest\w*|Html\w*|Samples\w*)|nlohmann|SHA256"),
    ("engine around the kernels", r"meval::(Engine|Mistral|OpenBatch|Generate|Score\w*|StopMatcher|KvCache|RunStep|Step\w*)"),
]
CEILINGS = re.compile(r"meval::(MeasureCeiling|MeasureReadBandwidth|MeasureMatmulRate)")
COMPILED = [(part, re.compile(names)) for part, names in PARTS]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder with the real sets")
    parser.add_argument("--work", required=True, type=pathlib.Path, help="scratch folder")
    parser.add_argument("--ours", default="build/dev/evals/mistral-eval", type=pathlib.Path)
    parser.add_argument("--model", default="random:mistral-7b-v0.1,layers=4")
    parser.add_argument("--tokenizer", help="for random weights")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--frequency", type=int, default=99, help="looks a second of processor time")
    parser.add_argument("--runs", nargs="+", metavar="TASK:SHOTS:RECORDS",
                        default=["mmlu:5:20", "hellaswag:0:40", "gsm8k_cot_maj8:8:2", "samsum:1:4"])
    return parser.parse_args()


def part_of(frames):
    """The part that a call chain, innermost frame first, counts for."""
    if any(CEILINGS.search(frame) for frame in frames):
        return "measuring the ceilings"
    for frame in frames:
        for part, names in COMPILED:
            if names.search(frame):
                return part
    return "other"


def chains(recording):
    """The call chains of a recording, each a list of frames."""
    command = ["perf", "script", "--no-inline", "-i", recording, "-F", "ip,sym,dso"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as script:
        frames = []
        for line in script.stdout:
            if line.strip():
                frames.append(line.strip())
            elif frames:
                yield frames
                frames = []
        if frames:
            yield frames


def profile(args, run):
    """{part: looks} of one run."""
    task, shots, records = run.split(":")
    out, recording = args.work / task, args.work / f"{task}.perf"
    shutil.rmtree(out, ignore_errors=True)  # or the run would have nothing left to do
    command = [args.ours, "run", "--task", task, "--shots", shots, "--limit", records, "--model", args.model, "--data",
               args.data, "--threads", args.threads, "--out", out, "--quiet"]
    if args.tokenizer:
        command += ["--tokenizer", args.tokenizer]
    timed_run.run(["perf", "record", "-q", "-F", args.frequency, "--call-graph", "dwarf,16384", "-o", recording,
                   *command], args.work / f"{task}.log")
    looks = collections.Counter(part_of(frames) for frames in chains(recording))
    if not looks:
        timed_run.fail(f"perf recorded nothing of: {shlex.join(map(str, command))}")
    return looks


def main():
    args = parse()
    args.work.mkdir(parents=True, exist_ok=True)
    print(timed_run.machine() + "\n")
    parts = [part for part, _ in PARTS] + ["measuring the ceilings", "other"]
    rows = []
    for run in args.runs:
        looks = profile(args, run)
        total = sum(looks.values())
        rows.append([run, f"{total / args.frequency:.1f}", *(f"{100 * looks[part] / total:.2f} %" for part in parts)])
        print(f"{run}: {total} looks", file=sys.stderr, flush=True)
    print(timed_run.markdown_table(["run", "CPU s", *parts], rows))


if __name__ == "__main__":
    main()
