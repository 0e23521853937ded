#!/usr/bin/env python3
"""MMLU side by side with lm-evaluation-harness: the same prompts, scores to float tolerance, and the time of both.

    bench/compare_lm_eval.py --peer-python ENV/bin/python --model CHECKPOINT --mmlu DATA/mmlu --work SCRATCH \\
        [--ours build/release/evals/mistral-eval] [--subjects anatomy,...] [--shots 5] [--batch-sizes 1,8,16,32]
        [--threads 2] [--repeats 3]

ENV is an existing Python environment with lm_eval, torch and transformers; CHECKPOINT is a directory that both read
(config.json, *.safetensors, tokenizer.model and tokenizer.json); DATA/mmlu holds dev/*.csv and test/*.csv as published.
Nothing is fetched: the harness's own task files of these subjects are included as they stand, and only where
their data come from is replaced, by JSON lines written below SCRATCH.

The harness first runs once with each batch size; the fastest is its entry. Then both programs run --repeats times in
turns, whole commands from start to end with the files in the page cache, both in float32 with --threads threads. A run
of one document per subject gives what a command costs before it has scored anything.
"""

import argparse
import csv
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

import timed_run

SUBJECTS = "abstract_algebra,anatomy,econometrics,formal_logic"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True, type=pathlib.Path)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--mmlu", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--ours", default="build/release/evals/mistral-eval", type=pathlib.Path)
    parser.add_argument("--subjects", default=SUBJECTS)
    parser.add_argument("--shots", default=5, type=int)
    parser.add_argument("--batch-sizes", default="1,8,16,32", help="also auto; numbers are documents per batch")
    parser.add_argument("--threads", default=os.cpu_count(), type=int)
    parser.add_argument("--repeats", default=3, type=int)
    args = parser.parse_args()
    args.subjects = args.subjects.split(",")
    args.batch_sizes = args.batch_sizes.split(",")
    for path in (args.peer_python, args.model / "config.json", args.mmlu / "test", args.ours):
        if not path.exists():
            timed_run.fail(f"{path}: expected to exist; see --help for what each flag names")
    # Not resolve(): the interpreter of a virtual environment is a link whose place says which environment it is.
    for name in ("peer_python", "model", "mmlu", "work", "ours"):
        setattr(args, name, getattr(args, name).absolute())
    return args


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def write_jsonl(rows, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            record = {"question": row[0], "choices": row[1:5], "answer": "ABCD".index(row[5])}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def harness_folder(python):
    code = "import importlib.util as u; print(u.find_spec('lm_eval').submodule_search_locations[0])"
    return pathlib.Path(subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip())


def harness_versions(python):
    code = (
        "from importlib.metadata import version as v; import platform; "
        "print(f\"lm_eval {v('lm_eval')}, transformers {v('transformers')}, torch {v('torch')}, "
        "Python {platform.python_version()}\")"
    )
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def prepare(args):
    """Data and task files for the harness, the file of document ids for us. Returns the ids by subject."""
    tasks = args.work / "tasks"
    shutil.rmtree(tasks, ignore_errors=True)
    tasks.mkdir(parents=True)
    stock = harness_folder(args.peer_python) / "tasks" / "mmlu" / "default"
    ids = {}
    for subject in args.subjects:
        files = {}
        for split in ("dev", "test"):
            rows = read_csv(args.mmlu / split / f"{subject}_{split}.csv")
            files[split] = args.work / "data" / f"{subject}_{split}.jsonl"
            write_jsonl(rows, files[split])
        ids[subject] = [f"{subject}_test:{i + 1}" for i in range(len(rows))]
        definition = {
            "include": str(stock / f"mmlu_{subject}.yaml"),
            "task": f"local_mmlu_{subject}",
            "tag": "local_mmlu",
            "dataset_path": "json",
            "dataset_name": None,
            "dataset_kwargs": {"data_files": {split: str(path) for split, path in files.items()}},
        }
        # JSON is YAML, so no YAML writer is needed here.
        (tasks / f"local_mmlu_{subject}.yaml").write_text(json.dumps(definition, indent=1))
    (args.work / "ids.txt").write_text("".join(f"{i}\n" for s in args.subjects for i in ids[s]))
    (args.work / "first_ids.txt").write_text("".join(f"{ids[s][0]}\n" for s in args.subjects))
    return ids


def run_ours(args, name, ids="ids.txt"):
    out = args.work / "ours" / name
    shutil.rmtree(out, ignore_errors=True)
    command = [args.ours, "--task", "mmlu", "--shots", args.shots, "--model", args.model, "--dtype", "f32"]
    command += ["--data", args.mmlu.parent, "--ids", args.work / ids, "--threads", args.threads]
    command += ["--out", out, "--quiet"]
    return timed_run.run(command, args.work / "logs" / f"ours-{name}.log")


def run_peer(args, name, batch_size, limit=None):
    out = args.work / "peer" / name
    shutil.rmtree(out, ignore_errors=True)
    command = [args.peer_python, "-m", "lm_eval", "run", "--model", "hf", "--device", "cpu", "--log_samples"]
    command += ["--model_args", f"pretrained={args.model},dtype=float32,add_bos_token=True"]
    command += ["--tasks", *(f"local_mmlu_{s}" for s in args.subjects), "--include_path", args.work / "tasks"]
    command += ["--num_fewshot", args.shots, "--batch_size", batch_size, "--output_path", out]
    command += ["--limit", limit] if limit else []
    environment = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HOME": str(args.work / "cache"),
        "OMP_NUM_THREADS": str(args.threads),
        "MKL_NUM_THREADS": str(args.threads),
    }
    return timed_run.run(command, args.work / "logs" / f"peer-{name}.log", environment)


def digest(parts):
    """The prompt digest of a sample: SHA-256 over every part behind its length in bytes and a colon."""
    data = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    return hashlib.sha256(data).hexdigest()


def peer_samples(args, name):
    """By document id: prompt digest, log-probabilities of the choices, whether the answer was right."""
    samples = {}
    for subject in args.subjects:
        (path,) = (args.work / "peer" / name).rglob(f"samples_local_mmlu_{subject}_*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            # Version 0.4.13 writes {"gen_args_0": {"arg_0": context, "arg_1": continuation}, ...}.
            asked = [record["arguments"][f"gen_args_{i}"] for i in range(4)]
            logprobs = [float(answer[0]) for answer in (r[0] if isinstance(r[0], list) else r for r in record["resps"])]
            samples[f"{subject}_test:{record['doc_id'] + 1}"] = (
                digest([asked[0]["arg_0"]] + [a["arg_1"] for a in asked]),
                logprobs,
                float(record["acc"]),
            )
    return samples


def our_samples(args, name):
    samples = {}
    with open(args.work / "ours" / name / "samples_mmlu.jsonl", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            logprobs = [choice["logprob"] for choice in record["choices"]]
            samples[record["id"]] = (record["prompt_digest"], logprobs, record["metrics"]["acc"])
    return samples


def compare_scores(ids, ours, peer):
    """Rows of the table of scores: per subject and over all, accuracies, prompts and differences."""
    rows = []
    for name, documents in [*ids.items(), ("all", [i for s in ids.values() for i in s])]:
        differences = [abs(a - b) for i in documents for a, b in zip(ours[i][1], peer[i][1], strict=True)]
        rows.append(
            [
                name,
                len(documents),
                f"{100 * sum(ours[i][2] for i in documents) / len(documents):.4f}",
                f"{100 * sum(peer[i][2] for i in documents) / len(documents):.4f}",
                sum(ours[i][0] == peer[i][0] for i in documents),
                sum(ours[i][2] == peer[i][2] for i in documents),
                f"{max(differences):.2e}",
                f"{sum(differences) / len(differences):.2e}",
            ]
        )
    header = ["subject", "n", "our acc %", "peer's acc %", "same prompt", "same verdict"]
    header += ["max |Δ| nats", "mean |Δ| nats"]
    return header, rows


def cost_row(label, costs, start):
    middle = timed_run.median_cost(costs)
    work = middle.wall_s - start.wall_s
    times = [f"{middle.wall_s:.2f}", timed_run.spread(costs), f"{work:.2f}", f"{middle.cpu_s:.2f}"]
    return [label, *times, f"{middle.peak_mib:.0f}"]


def main():
    args = arguments()
    print(f"machine: {timed_run.machine()}; {args.threads} threads")
    print(f"peer: {harness_versions(args.peer_python)}")
    print(f"command: {' '.join(sys.argv)}\n", flush=True)
    ids = prepare(args)

    run_peer(args, "start", args.batch_sizes[0], limit=1)  # Fills the page cache and the harness's data cache.
    run_ours(args, "start", "first_ids.txt")
    tried = {}
    for size in args.batch_sizes:
        tried[size] = run_peer(args, f"batch-{size}", size)
        print(f"peer, batch size {size}: {tried[size].wall_s:.2f} s, {tried[size].peak_mib:.0f} MiB", flush=True)
    best = min(tried, key=lambda size: tried[size].wall_s)

    costs = {"peer": [], "ours": [], "peer start": [], "ours start": []}
    for _ in range(args.repeats):
        costs["peer"].append(run_peer(args, "whole", best))
        costs["ours"].append(run_ours(args, "whole"))
        costs["peer start"].append(run_peer(args, "start", best, limit=1))
        costs["ours start"].append(run_ours(args, "start", "first_ids.txt"))
    start = {who: timed_run.median_cost(costs[f"{who} start"]) for who in ("peer", "ours")}

    header = ["program", "wall s, median", "min – max", "without start s", "CPU s", "peak MiB"]
    rows = [
        cost_row(f"lm_eval, batch size {best}", costs["peer"], start["peer"]),
        cost_row("mistral-eval", costs["ours"], start["ours"]),
    ]
    print("\n" + timed_run.markdown_table(header, rows))
    whole = float(rows[0][1]) / float(rows[1][1])
    work = float(rows[0][3]) / float(rows[1][3])
    print(f"\nratio of wall times: {whole:.1f} whole commands, {work:.1f} without start ({args.repeats} runs each)")

    samples = our_samples(args, "whole"), peer_samples(args, "whole")
    print("\n" + timed_run.markdown_table(*compare_scores(ids, *samples)))
    timing = json.loads((args.work / "ours" / "whole" / "results.json").read_text())["timing"]["tasks"][0]
    print(f"\ntokens asked for {timing['tokens_requested']:,}, fed by mistral-eval {timing['tokens_fed']:,}")


if __name__ == "__main__":
    main()
