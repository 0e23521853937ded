#!/usr/bin/env python3
"""HellaSwag side by side with llama.cpp's perplexity tool: the same records, the same weights, the time of both.

    bench/compare_hellaswag.py --peer BUILD/bin/llama-perplexity --model CHECKPOINT --gguf CHECKPOINT.gguf \\
        --data hellaswag_val_full.txt --work SCRATCH [--ours build/release/evals/mistral-eval] [--dtype bf16] \\
        [--records 400] [--threads 2,1] [--repeats 3] [--peer-settings "-c 512" --peer-settings "-np 32 -c 64" ...]

The peer is an existing program; CHECKPOINT.gguf holds CHECKPOINT's weights in the type that --dtype names. The data are
six lines a record as that tool reads them: "activity_label: ctx", the label 0..3, four endings. The first
--records of them go to both programs, so both score the same set and each text is context + " " + ending.

The peer's speed depends on how many records go into one batch (-np, 4 sequences each, and -c, whose product is the size
of its context) and on its step size (-b, -ub). It runs once with every --peer-settings and the largest number of
threads; the fastest settings are its entry for all thread counts. Then both run --repeats times in turns, whole commands from
start to end with the files in the page cache. A run of one record gives what a command costs before it has scored.

The tool's acc_norm divides by the tokens behind the common prefix of the four texts, ours by characters. The table
therefore holds ours both ways; weights in bf16 may turn the verdict of a record whose best endings are nearly equal.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import sys

import timed_run

SETTINGS = [
    "-c 512",  # As it comes: one record a batch.
    "-np 16 -c 128",
    "-np 32 -c 64",
    "-np 64 -c 64 -b 4096",
    "-np 128 -c 32 -b 4096",
    "-np 32 -c 64 -ub 2048",
    "-np 64 -c 64 -b 4096 -ub 2048",
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", required=True, type=pathlib.Path)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--gguf", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--ours", default="build/release/evals/mistral-eval", type=pathlib.Path)
    parser.add_argument("--dtype", default="bf16", choices=["bf16", "f32"])
    parser.add_argument("--records", default=400, type=int)
    parser.add_argument("--threads", default=str(os.cpu_count()), help="one or more, separated by commas")
    parser.add_argument("--repeats", default=3, type=int)
    parser.add_argument("--peer-settings", action="append", help="may be given several times; each is tried")
    args = parser.parse_args()
    args.threads = [int(t) for t in args.threads.split(",")]
    args.peer_settings = args.peer_settings or SETTINGS
    for path in (args.peer, args.model / "config.json", args.gguf, args.data, args.ours):
        if not path.exists():
            timed_run.fail(f"{path}: expected to exist; see --help for what each flag names")
    for name in ("peer", "model", "gguf", "data", "work", "ours"):
        setattr(args, name, getattr(args, name).absolute())
    return args


def prepare(args):
    """The first records in the form of each program: text for the peer, JSON lines and a task for us."""
    lines = args.data.read_text(encoding="utf-8").split("\n")
    records = [lines[i : i + 6] for i in range(0, 6 * args.records, 6)]
    if len(records[-1]) != 6 or any(r[1] not in "0123" for r in records):
        timed_run.fail(f"{args.data}: expected {args.records} records of six lines whose second is a label 0..3")
    args.work.mkdir(parents=True, exist_ok=True)
    (args.work / "records.txt").write_text("".join("\n".join(r) + "\n" for r in records), encoding="utf-8")
    with open(args.work / "records.jsonl", "w", encoding="utf-8") as file:
        for i, r in enumerate(records):
            record = {"id": i, "context": r[0], "endings": r[2:], "label": int(r[1])}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    task = {
        "task": "hellaswag_lines",
        "title": "HellaSwag, the records of the comparison",
        "request": "loglikelihood",
        "shots": 0,
        "data": {"test": {"files": ["records.jsonl"]}},
        "id": "{id|text}",
        "question": "{context}",
        "choices": "{endings}",
        "num_choices": 4,
        "gold": {"index": "{label}"},
        "scores": [{"name": "acc_norm", "headline": True}, "acc"],
    }
    (args.work / "hellaswag_lines.json").write_text(json.dumps(task, indent=1))


def run_ours(args, name, threads, limit):
    out = args.work / "ours" / name
    shutil.rmtree(out, ignore_errors=True)
    command = [args.ours, "--task", args.work / "hellaswag_lines.json", "--data", args.work, "--model", args.model]
    command += ["--dtype", args.dtype, "--limit", limit, "--threads", threads, "--out", out, "--quiet"]
    return timed_run.run(command, args.work / "logs" / f"ours-{name}.log")


def run_peer(args, name, threads, settings, limit):
    command = [args.peer, "-m", args.gguf, "-f", args.work / "records.txt", "--hellaswag", "--hellaswag-tasks", limit]
    command += ["-t", threads, "-tb", threads, *shlex.split(settings)]
    return timed_run.run(command, args.work / "logs" / f"peer-{name}.log")


def peer_version(args):
    timed_run.run([args.peer, "--version"], args.work / "logs" / "peer-version.log")
    return " ".join((args.work / "logs" / "peer-version.log").read_text(errors="replace").split("\n")[:2])


def peer_accuracy(args, name):
    """The running mean behind the last record, percent."""
    log = (args.work / "logs" / f"peer-{name}.log").read_text(errors="replace")
    found = re.findall(r"^(\d+)\t\s*([0-9.]+)%", log, re.MULTILINE)
    if not found or int(found[-1][0]) != args.records:
        raise timed_run.PeerFailed(f"peer-{name}.log: expected a last line for record {args.records}")
    return float(found[-1][1])


def token_normalised_accuracy(args):
    """Our acc_norm as the peer defines it, percent: the mean log-probability of the tokens in which four texts differ.

    The samples of a run hold sums; which tokens all four endings begin with takes the ids and their single
    log-probabilities, so one more command asks for these, outside of every measured time.
    """
    records = [json.loads(line) for line in (args.work / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    with open(args.work / "pairs.jsonl", "w", encoding="utf-8") as file:
        for record in records:
            for ending in record["endings"]:
                pair = {"context": record["context"], "continuation": " " + ending}
                file.write(json.dumps(pair, ensure_ascii=False) + "\n")
    command = [args.ours, "loglikelihood", "--in", args.work / "pairs.jsonl", "--out", args.work / "pairs.out.jsonl"]
    command += ["--model", args.model, "--dtype", args.dtype, "--quiet"]
    timed_run.run(command, args.work / "logs" / "ours-pairs.log")
    answers = [json.loads(line) for line in (args.work / "pairs.out.jsonl").read_text(encoding="utf-8").splitlines()]
    right = 0
    for record, *four in zip(records, *(answers[i::4] for i in range(4)), strict=True):
        shared = len(os.path.commonprefix([answer["token_ids"] for answer in four]))
        own = [answer["token_logprobs"][shared:] for answer in four]
        means = [sum(logprobs) / len(logprobs) if logprobs else float("-inf") for logprobs in own]
        right += means.index(max(means)) == record["label"]
    return 100 * right / len(records)


def our_accuracy(args, name):
    """acc_norm as we define it, by characters, percent."""
    results = json.loads((args.work / "ours" / name / "results.json").read_text())
    return 100 * next(m["value"] for m in results["tasks"][0]["metrics"] if m["name"] == "acc_norm")


def choose_settings(args):
    """Tries every setting of the peer once and returns the fastest; one that fails is shown and passed over."""
    threads = max(args.threads)
    tried = {}
    for i, settings in enumerate(args.peer_settings):
        try:
            tried[settings] = run_peer(args, f"settings-{i}", threads, settings, args.records)
            print(f"peer, {threads} threads, {settings}: {tried[settings].wall_s:.2f} s", flush=True)
        except timed_run.PeerFailed as error:
            print(f"peer, {settings}: failed: {str(error).splitlines()[0]}", flush=True)
    if not tried:
        timed_run.fail("the peer failed with every setting; see the logs below --work")
    return min(tried, key=lambda s: tried[s].wall_s)


def measure(args, threads, settings, by_tokens):
    """Rows of the table for one thread count."""
    costs = {who: [] for who in ("peer", "ours", "peer start", "ours start")}
    for _ in range(args.repeats):
        costs["peer"].append(run_peer(args, f"{threads}", threads, settings, args.records))
        costs["ours"].append(run_ours(args, f"{threads}", threads, args.records))
        costs["peer start"].append(run_peer(args, f"{threads}-start", threads, settings, 1))
        costs["ours start"].append(run_ours(args, f"{threads}-start", threads, 1))
    middle = {who: timed_run.median_cost(c) for who, c in costs.items()}
    work = {who: middle[who].wall_s - middle[f"{who} start"].wall_s for who in ("peer", "ours")}
    by_characters = our_accuracy(args, f"{threads}")
    score = {"peer": f"{peer_accuracy(args, f'{threads}'):.2f}", "ours": f"{by_tokens:.2f} ({by_characters:.2f})"}
    names = {"peer": f"llama-perplexity {settings}", "ours": "mistral-eval"}
    return [
        [
            names[who],
            threads,
            f"{middle[who].wall_s:.2f}",
            timed_run.spread(costs[who]),
            f"{work[who]:.2f}",
            f"{middle[who].peak_mib:.0f}",
            score[who],
            f"{middle['peer'].wall_s / middle[who].wall_s:.2f}",
            f"{work['peer'] / work[who]:.2f}",
        ]
        for who in ("peer", "ours")
    ]


def main():
    args = arguments()
    print(f"machine: {timed_run.machine()}")
    print(f"peer: {peer_version(args)}")
    print(f"command: {shlex.join(sys.argv)}\n", flush=True)
    prepare(args)
    run_peer(args, "warm", max(args.threads), args.peer_settings[0], 1)  # The files come into the page cache.
    run_ours(args, "warm", max(args.threads), 1)
    settings = choose_settings(args)
    by_tokens = token_normalised_accuracy(args)
    rows = [row for threads in args.threads for row in measure(args, threads, settings, by_tokens)]
    header = ["program", "threads", "wall s, median", "min – max", "without start s", "peak MiB"]
    header += ["acc_norm by tokens (characters) %", "faster", "without start"]
    print(f"\n{args.records} records, {args.dtype}, {args.repeats} runs each in turns\n")
    print(timed_run.markdown_table(header, rows))
    results = json.loads((args.work / "ours" / f"{args.threads[0]}" / "results.json").read_text())
    timing = results["timing"]["tasks"][0]
    print(f"\ntokens asked for {timing['tokens_requested']:,}, fed by mistral-eval {timing['tokens_fed']:,}")


if __name__ == "__main__":
    main()
