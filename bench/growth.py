#!/usr/bin/env python3
"""How cost grows: time, tokens fed and peak memory against records, shots, samples per prompt and context length.

    bench/growth.py --model CHECKPOINT --data DATA --work SCRATCH [--ours build/release/evals/mistral-eval]
        [--tables records,shared-shots,own-shots,samples,context] [--dtype f32] [--threads 2] [--repeats 3]

CHECKPOINT is a directory with config.json; DATA holds mmlu/, gsm8k/, fewshot/gsm8k_cot_8shot.jsonl and
wikitext2/wiki.test.raw. Every row is a run of the program, repeated in turns with the other rows of its table; the
table shows medians.

Beside each row stands what the first row predicts for it:

  time      floating-point operations of the tokens that are fed, as the shape in config.json implies them, times the
            seconds that one operation took in the first row. Attention counts only in the table of contexts, where the
            lengths are known and it matters. A ratio under 1 is what larger batches save.
  memory    the peak of the first row, plus keys and values (f32) of the positions that a row must hold and the
            first row need not: the longest context up to the window, or each further sample's new tokens. Where the
            largest moment is the loading of weights, measured peaks stay below it.

Time is that of the task's requests (timing.tasks[].seconds), because loading weights and records does not grow with
what the tables vary; peak memory is the process's, as the kernel counts it.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shlex
import shutil
import statistics
import sys

import timed_run

SUBJECTS = ["abstract_algebra", "anatomy", "econometrics", "formal_logic"]


@dataclasses.dataclass
class Row:
    value: int  # of what the table varies
    flags: list  # for the program
    context: int = 0  # characters of context, 0 where the table does not vary it
    sequences: int = 1  # held at once by one document
    costs: list = dataclasses.field(default_factory=list)
    seconds: list = dataclasses.field(default_factory=list)  # of the requests, one per run
    timing: dict = None  # of the last run's task


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--ours", default="build/release/evals/mistral-eval", type=pathlib.Path)
    parser.add_argument("--tables", default="records,shared-shots,own-shots,samples,context")
    parser.add_argument("--dtype", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--threads", default=os.cpu_count(), type=int)
    parser.add_argument("--repeats", default=3, type=int)
    args = parser.parse_args()
    args.tables = args.tables.split(",")
    unknown = set(args.tables) - set(TABLES)
    if unknown:
        timed_run.fail(f"--tables: expected some of {','.join(TABLES)}, found {','.join(sorted(unknown))}")
    for path in (args.model / "config.json", args.data / "mmlu" / "test", args.ours):
        if not path.exists():
            timed_run.fail(f"{path}: expected to exist; see --help for what each flag names")
    for name in ("model", "data", "work", "ours"):
        setattr(args, name, getattr(args, name).absolute())
    args.work.mkdir(parents=True, exist_ok=True)
    return args


class Shape:
    """What config.json says about cost."""

    def __init__(self, model):
        config = json.loads((model / "config.json").read_text())
        hidden, heads = config["hidden_size"], config["num_attention_heads"]
        kv_heads = config["num_key_value_heads"]
        head_dim = config.get("head_dim") or hidden // heads
        self.layers = config["num_hidden_layers"]
        self.window = config.get("sliding_window") or config["max_position_embeddings"]
        attention = hidden * head_dim * (2 * heads + 2 * kv_heads)
        self.linear = 2 * self.layers * (attention + 3 * hidden * config["intermediate_size"])  # FLOPs per token
        self.head = 2 * hidden * config["vocab_size"]  # FLOPs per row of logits
        self.pair = 4 * heads * head_dim * self.layers  # FLOPs per query and key
        self.kv_bytes = 2 * kv_heads * head_dim * self.layers * 4  # per position, f32

    def pairs(self, length):
        """Query-key pairs of one causal sequence under the sliding window."""
        full = min(length, self.window)
        return full * (full + 1) // 2 + (length - full) * self.window


def records_table(args):
    """MMLU, 5 shots: the first N questions of four subjects each."""
    rows = []
    for count in (10, 20, 40, 80):
        ids = args.work / f"ids-{count}.txt"
        ids.write_text("".join(f"{s}_test:{i + 1}\n" for s in SUBJECTS for i in range(count)))
        rows.append(Row(4 * count, ["--task", "mmlu", "--shots", 5, "--data", args.data, "--ids", ids]))
    return rows


def shared_shots_table(args):
    """MMLU, 40 questions of four subjects each: a subject's questions share their exemplars."""
    ids = args.work / "ids-shots.txt"
    ids.write_text("".join(f"{s}_test:{i + 1}\n" for s in SUBJECTS for i in range(40)))
    flags = ["--task", "mmlu", "--data", args.data, "--ids", ids]
    return [Row(shots, [*flags, "--shots", shots]) for shots in range(6)]


def own_shots_table(args):
    """GSM8K, 16 questions and one new token: each question draws its own exemplars, so prompts share nearly nothing."""
    flags = ["--task", "gsm8k", "--data", args.data, "--limit", 16, "--max-new-tokens", 1]
    return [Row(shots, [*flags, "--shots", shots]) for shots in range(6)]


def samples_table(args):
    """GSM8K, chain of thought: N sampled answers of up to 64 tokens to each of 4 questions."""
    flags = ["--task", "gsm8k_cot_maj8", "--data", args.data, "--limit", 4, "--max-new-tokens", 64]
    return [Row(n, [*flags, "--samples", n], sequences=n) for n in (1, 2, 4, 8, 16)]


def context_table(args):
    """One text of WikiText-2 in front of two continuations, cut to a length; one record."""
    text = (args.data / "wikitext2" / "wiki.test.raw").read_text(encoding="utf-8")
    text = " ".join(text.split())
    rows = []
    for words in (384, 768, 1536, 3072, 6144, 12288):
        folder = args.work / f"context-{words}"
        folder.mkdir(exist_ok=True)
        record = {"context": " ".join(text.split(" ")[:words]), "endings": ["the", "of"], "label": 0}
        (folder / "records.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
        task = {
            "task": "context",
            "title": "One long context",
            "request": "loglikelihood",
            "shots": 0,
            "data": {"test": {"files": ["records.jsonl"]}},
            "question": "{context}",
            "choices": "{endings}",
            "num_choices": 2,
            "gold": {"index": "{label}"},
            "scores": ["acc"],
        }
        (folder / "context.json").write_text(json.dumps(task, indent=1))
        rows.append(Row(words, ["--task", folder / "context.json", "--data", folder], context=words))
    return rows


TABLES = {
    "records": ("questions", records_table),
    "shared-shots": ("shots", shared_shots_table),
    "own-shots": ("shots", own_shots_table),
    "samples": ("samples", samples_table),
    "context": ("words of context", context_table),
}


def run_row(args, table, row):
    out = args.work / "runs" / f"{table}-{row.value}"
    shutil.rmtree(out, ignore_errors=True)
    command = [args.ours, *row.flags, "--model", args.model, "--dtype", args.dtype, "--threads", args.threads]
    command += ["--out", out, "--quiet"]
    row.costs.append(timed_run.run(command, args.work / "logs" / f"{table}-{row.value}.log"))
    results = json.loads((out / "results.json").read_text())
    row.timing = results["timing"]["tasks"][0]
    row.seconds.append(row.timing["seconds"])


def operations(shape, row):
    """FLOPs of the tokens that one run fed, and of the attention where the context's length is known."""
    # A generated token that is continued is among the tokens fed; each generated token needs a row of logits.
    total = row.timing["tokens_fed"] * shape.linear + row.timing["tokens_generated"] * shape.head
    return total + (shape.pairs(row.timing["tokens_fed"]) * shape.pair if row.context else 0)


def positions(shape, row):
    """KV positions that a row holds and a row of another size need not."""
    if row.context:
        return min(row.timing["tokens_fed"], shape.window)
    return row.timing["tokens_generated"] if row.sequences > 1 else 0


def table_rows(shape, rows):
    first = rows[0]
    per_operation = statistics.median(first.seconds) / operations(shape, first)
    first_peak = timed_run.median_cost(first.costs).peak_mib
    shown = []
    for row in rows:
        seconds = statistics.median(row.seconds)
        predicted = per_operation * operations(shape, row)
        memory = first_peak + (positions(shape, row) - positions(shape, first)) * shape.kv_bytes / 2**20
        shown.append(
            [
                row.value,
                f"{row.timing['tokens_requested']:,}",
                f"{row.timing['tokens_fed']:,}",
                f"{row.timing['tokens_generated']:,}",
                f"{seconds:.3f}",
                f"{predicted:.3f}",
                f"{seconds / predicted:.2f}",
                f"{timed_run.median_cost(row.costs).wall_s:.2f}",
                f"{timed_run.median_cost(row.costs).peak_mib:.0f}",
                f"{memory:.0f}",
            ]
        )
    return shown


def main():
    args = arguments()
    shape = Shape(args.model)
    print(f"machine: {timed_run.machine()}; {args.threads} threads, {args.dtype}, {args.repeats} runs a row")
    print(f"command: {shlex.join(sys.argv)}")
    for name in args.tables:
        label, make = TABLES[name]
        rows = make(args)
        for _ in range(args.repeats):
            for row in rows:
                run_row(args, name, row)
        header = [label, "tokens asked", "fed", "generated", "seconds", "predicted", "ratio", "whole s"]
        header += ["peak MiB", "predicted"]
        print(f"\n{make.__doc__}\n")
        print(timed_run.markdown_table(header, table_rows(shape, rows)), flush=True)


if __name__ == "__main__":
    main()
