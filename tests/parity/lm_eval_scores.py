#!/usr/bin/env python3
"""Compares scores with lm-evaluation-harness and transformers, record by record, on the same small checkpoint.

    tests/parity/lm_eval_scores.py --binary build/dev/evals/mistral-eval --data DIR [--model models/tiny] [TASK ...]

A developer's check, no part of the build or of ctest: it needs a Python with `lm_eval`, `torch` and `transformers`. Both
sides read the same local files (lm_eval_prompts.py says how) and compute in f32 on one thread of the CPU. Of every record
are compared the prompt and its continuations, the log-likelihood of each continuation, whether it is what greedy decoding
writes, the likeliest continuation, the completion, and every metric; of every task its means. Prints one Markdown row for
each task, as in docs/parity.md, and what differs; the exit code is 1 if anything did.

The second table is of the repository's own records (tasks/samples), which the shipped model can answer: there the metrics are
far from 0. Perplexities of chunks, of which the reference has none, are computed with transformers alone. The reference gets their worked examples for `gsm8k_cot`, and a task written here for `samsum`, whose ROUGE is
then that of `rouge-score` (PyPI).

A prompt that is longer than the model's positions loses its first tokens on both sides (`--truncation left`).
"""

import argparse
import hashlib
import json
import logging
import math
import pathlib
import subprocess
import sys
import tempfile

import lm_eval
import torch
from lm_eval.models.huggingface import HFLM
from rouge_score.rouge_scorer import RougeScorer
from transformers import AutoModelForCausalLM, AutoTokenizer

import lm_eval_prompts
import specified_prompts

TOLERANCE = 1e-3  # nats
MEAN_TOLERANCE = 1e-5  # of a mean, relative where it is above 1: what rounding does to perplexities
SHIPPED = pathlib.Path(__file__).parents[2] / "tasks/samples"
SUBJECTS = ["abstract_algebra", "anatomy", "econometrics", "formal_logic", "world_religions"]
# Our scores beside the reference's metric and filter.
SCORES = {
    "acc": ("acc", "none"),
    "acc_norm": ("acc_norm", "none"),
    "perplexity": ("perplexity", "none"),
    "word_perplexity": ("word_perplexity", "none"),
    "byte_perplexity": ("byte_perplexity", "none"),
    "bits_per_byte": ("bits_per_byte", "none"),
    "exact_match,strict": ("exact_match", "strict-match"),
    "exact_match,flexible": ("exact_match", "flexible-extract"),
    "rouge1": ("rouge1", "none"),
    "rouge2": ("rouge2", "none"),
    "rougeL": ("rougeL", "none"),
}


class Case:
    """One comparison: our task, the reference's tasks, and how many of their documents."""

    def __init__(self, ours, theirs=None, shots=0, limit=None, arguments=()):
        self.ours = ours
        self.theirs = theirs or [ours]
        self.shots = shots
        self.limit = limit
        self.arguments = list(arguments)


def all_cases(data, work):
    # The subjects' ids, as the program names the lines of their files.
    ids = work / "mmlu_ids.txt"
    with open(ids, "w", encoding="utf-8") as file:
        for subject in SUBJECTS:
            count = len(lm_eval_prompts.mmlu_csv(data / "mmlu/test" / f"{subject}_test.csv"))
            file.writelines(f"{subject}_test:{number + 1}\n" for number in range(count))
    official = data / "hellaswag/hellaswag_val_official_1000.jsonl"
    return [
        Case("winogrande"),
        Case("hellaswag", arguments=["--allow-count-mismatch", "--data-file", f"hellaswag={official}"]),
        Case("piqa"),
        Case("arc_challenge"),
        Case("lambada_openai", limit=500),
        Case("gsm8k", shots=5, limit=50),
        Case("wikitext2", ["wikitext"]),
        Case("boolq"),
        Case("mmlu", [f"mmlu_{name}" for name in SUBJECTS], shots=5, arguments=["--ids", ids]),
    ]


def shipped_cases(work):
    """Cases of the repository's own records, and the reference's tasks for two of them, written into `work`."""
    builtin = pathlib.Path(lm_eval.tasks.__file__).parent / "gsm8k/gsm8k-cot.yaml"
    exemplars = lm_eval_prompts.json_lines(SHIPPED / "fewshot/gsm8k_cot_8shot.jsonl")
    cot = {"include": str(builtin), "task": "shipped_gsm8k_cot", "fewshot_config": {"sampler": "first_n", "samples": exemplars}}
    samsum = {
        "task": "shipped_samsum",
        "dataset_path": "samsum",
        "training_split": "train",
        "test_split": "test",
        "fewshot_split": "train",
        "output_type": "generate_until",
        "doc_to_text": "Summarize the following dialogue.\n\nDialogue:\n{{dialogue.replace('\\r\\n', '\\n')}}\n\nSummary:",
        "doc_to_target": "{{summary}}",
        "generation_kwargs": {"until": ["\n", "Dialogue:"], "max_gen_toks": 128, "do_sample": False},
        "metric_list": [{"metric": "exact_match"}],
    }
    for task in (cot, samsum):
        (work / f"{task['task']}.yaml").write_text(json.dumps(task), encoding="utf-8")  # JSON is YAML
    subjects = sorted(path.name.removesuffix("_test.csv") for path in (SHIPPED / "mmlu/test").glob("*.csv"))
    few = ["--allow-count-mismatch"]
    return [
        Case("hellaswag", arguments=few),
        Case("hellaswag", shots=5, arguments=few),
        Case("winogrande", shots=5, arguments=few),
        Case("boolq", arguments=few),
        Case("mmlu", [f"mmlu_{name}" for name in subjects], shots=5, arguments=few),
        Case("lambada_openai", arguments=few),
        Case("wikitext2", ["wikitext"], arguments=few),
        Case("gsm8k", shots=5, arguments=few),
        Case("gsm8k_cot", ["shipped_gsm8k_cot"], shots=8, arguments=few),
        Case("samsum", ["shipped_samsum"], shots=1, arguments=few),
    ]


def with_rouge(documents):
    """Adds the ROUGE of the completion, in percent, to each document's log; returns the means."""
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    for filters in documents:
        log = filters["none"]
        scores = scorer.score(log["target"], log["resps"][0][0].strip())
        log.update({name: 100 * score.fmeasure for name, score in scores.items()})
    return {name: sum(filters["none"][name] for filters in documents) / len(documents) for name in ("rouge1", "rouge2", "rougeL")}


def digest(parts):
    """As "prompt_digest" of a sample: SHA-256 over every part behind its length in bytes and a colon."""
    data = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    return hashlib.sha256(data).hexdigest()


def run_ours(program, model, data, one, out):
    command = [program, "run", "--task", one.ours, "--shots", one.shots, "--model", model, "--dtype", "f32"]
    command += ["--truncation", "left", "--threads", 1, "--data", data, "--out", out, "--quiet", *one.arguments]
    command += ["--limit", one.limit] if one.limit else []
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    with open(out / f"samples_{one.ours}.jsonl", encoding="utf-8") as file:
        samples = [json.loads(line) for line in file]
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["tasks"][0]
    return samples, {metric["name"]: metric["value"] for metric in results["metrics"]}


def run_theirs(model, manager, one):
    """The log of each document, under each filter, and each metric's mean over all documents."""
    result = lm_eval.simple_evaluate(
        model=model, tasks=one.theirs, num_fewshot=one.shots, limit=one.limit, bootstrap_iters=0, task_manager=manager
    )
    documents = []
    for name in one.theirs:
        filters = {}
        for sample in result["samples"][name]:
            filters.setdefault(sample["doc_id"], {})[sample["filter"]] = sample
        documents += [filters[index] for index in sorted(filters)]
    sizes = [result["n-samples"][name]["effective"] for name in one.theirs]
    means = {}
    for ours, (metric, kind) in SCORES.items():
        values = [result["results"][name].get(f"{metric},{kind}") for name in one.theirs]
        if None not in values:
            means[ours] = sum(n * value for n, value in zip(sizes, values)) / sum(sizes)
    if one.ours == "samsum":
        means |= with_rouge(documents)
    return documents, means


def in_their_order(samples, one):
    """Subjects one after the other; within each, the order of the file."""
    if len(one.theirs) == 1:
        return samples
    order = [name.removeprefix("mmlu_") for name in one.theirs]
    return sorted(samples, key=lambda sample: order.index(sample["group"]))


class Differences:
    """What was seen to differ in one task, with the first examples."""

    def __init__(self, task):
        self.task = task
        self.prompts = self.greedy = self.likeliest = self.completions = self.metrics = 0
        self.largest = 0.0
        self.shown = 0

    def show(self, sample, what, ours, theirs):
        self.shown += 1
        if self.shown <= 5:
            print(f"  {self.task} {sample['id']}: {what}: {ours!r}, the reference {theirs!r}", file=sys.stderr)

    def count(self, sample, what, ours, theirs):
        if ours != theirs:
            setattr(self, what, getattr(self, what) + 1)
            self.show(sample, what, ours, theirs)

    def logprob(self, sample, ours, theirs):
        self.largest = max(self.largest, abs(ours - theirs))
        if abs(ours - theirs) > TOLERANCE:
            self.show(sample, "logprob", ours, theirs)

    def any(self):
        counts = (self.prompts, self.greedy, self.likeliest, self.completions, self.metrics)
        return any(counts) or self.largest > TOLERANCE


def compare_choices(seen, sample, document, asked, answers):
    """Continuations whose log-likelihood was asked for; `answers` are the reference's pairs of it and is_greedy."""
    # Winogrande's contexts end differently; what the digest takes for the prompt is what they have in common.
    shared = asked[0][0]
    if any(context != shared for context, _ in asked):
        shared = shared.removesuffix(document["option1"])
    parts = [context.removeprefix(shared) + continuation for context, continuation in asked]
    seen.count(sample, "prompts", sample["prompt_digest"], digest([shared, *parts]))
    ours = [choice["logprob"] for choice in sample["choices"]]
    theirs = [float(logprob) for logprob, _ in answers]
    for pair in zip(ours, theirs, strict=True):
        seen.logprob(sample, *pair)
    greedy = [choice["is_greedy"] for choice in sample["choices"]]
    seen.count(sample, "greedy", greedy, [str(is_greedy) == "True" for _, is_greedy in answers])
    seen.count(sample, "likeliest", ours.index(max(ours)), theirs.index(max(theirs)))


def compare_record(seen, sample, filters):
    record = next(iter(filters.values()))
    asked = record["arguments"]
    answers = [response[0] for response in record["resps"]]
    if "rolling" in sample:
        seen.count(sample, "prompts", sample["prompt_digest"], digest(asked[0]))
        # A page is scored in many requests, whose log-likelihoods both sides add up: their mean is compared.
        num_windows = len(sample["rolling"]["windows"])
        seen.logprob(sample, sample["rolling"]["logprob"] / num_windows, float(answers[0]) / num_windows)
        return
    if "completions" in sample:
        seen.count(sample, "prompts", sample["prompt_digest"], digest(asked[0][:1]))
        # The reference decodes the new tokens alone, and SentencePiece then drops the space of the first.
        seen.count(sample, "completions", sample["completions"][0]["text"].removeprefix(" "), answers[0].removeprefix(" "))
    else:
        compare_choices(seen, sample, record["doc"], asked, answers)
    for ours, (metric, kind) in SCORES.items():
        theirs = filters.get(kind, {}).get(metric)
        # A perplexity is one of all documents; the reference's value of one of them is its log-likelihood.
        if ours in sample["metrics"] and isinstance(theirs, (int, float)) and metric != "perplexity":
            seen.count(sample, "metrics", round(sample["metrics"][ours], 10), round(float(theirs), 10))


def compare(one, ours, theirs):
    (samples, our_means), (documents, their_means) = ours, theirs
    seen = Differences(one.ours)
    assert len(samples) == len(documents), f"{one.ours}: {len(samples)} records, the reference {len(documents)}"
    for sample, filters in zip(in_their_order(samples, one), documents):
        compare_record(seen, sample, filters)
    means = []
    for name, theirs_mean in their_means.items():
        means.append(f"{name} {our_means[name]:.10g}")
        if abs(our_means[name] - theirs_mean) > MEAN_TOLERANCE * max(1.0, abs(theirs_mean)):
            seen.metrics += 1
            print(f"  {one.ours} {name}: {our_means[name]!r}, the reference {theirs_mean!r}", file=sys.stderr)
    requests = sum(max(len(sample.get("choices", [])), 1) for sample in samples)
    truncated = sum("truncated" in sample for sample in samples)
    row = [one.ours, one.shots, len(samples), requests, truncated, seen.prompts, f"{seen.largest:.1e}"]
    row += [seen.greedy + seen.likeliest, seen.completions, seen.metrics, ", ".join(means)]
    print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
    return seen.any()


def chunk_perplexity(path, task, length, first_scored):
    """By transformers: non-overlapping chunks of `length` tokens, the first of which is BOS; scored from `first_scored` on."""
    tokenizer = AutoTokenizer.from_pretrained(path, legacy=True)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    as_rows = task == "wikitext2_stride"
    ((text,),) = specified_prompts.whole_text(SHIPPED / "wikitext2/wiki.test.raw", as_rows)[0]
    ids = [tokenizer.bos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]
    total = count = 0
    for start in range(0, len(ids) - length + 1, length):
        chunk = ids[start : start + length]
        if not as_rows:  # llama.cpp begins each chunk with BOS, others only the text
            chunk[0] = tokenizer.bos_token_id
        with torch.no_grad():
            logprobs = model(torch.tensor([chunk])).logits[0].double().log_softmax(-1)
        total -= sum(logprobs[i - 1, chunk[i]].item() for i in range(first_scored, length))
        count += length - first_scored
    return math.exp(total / count)  # of chunks of one length, as the mean of their means


def compare_chunks(binary, path, work):
    differs = False
    for task, length, first_scored in (("wikitext2_stride", 2048, 1), ("wikitext2_llamacpp", 512, 257)):
        theirs = chunk_perplexity(path, task, length, first_scored)
        _, means = run_ours(binary, path, SHIPPED, Case(task, arguments=["--allow-count-mismatch"]), work / task)
        difference = abs(math.log(means["perplexity"]) - math.log(theirs))
        differs |= difference > TOLERANCE
        print(f"| {task} | 0 | 1 | 1 | 0 | – | {difference:.1e} | – | – | 0 | perplexity {means['perplexity']:.10g} |", flush=True)
    return differs


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--model", default=pathlib.Path(__file__).parents[2] / "models/tiny", type=pathlib.Path)
    parser.add_argument("--batch-size", default=8, type=int, help="of the reference")
    parser.add_argument("tasks", nargs="*", help="our names; all unless given")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)

    # Windows of a whole text begin with BOS by themselves, and the reference would put a second in front; their sums are
    # of thousands of tokens, so they are taken in double. "legacy" is the tokenizer as SentencePiece has it: a text that
    # begins with a space gets another in front like any text.
    def reference(is_text):
        return HFLM(
            pretrained=str(arguments.model), device="cpu", dtype="float32",
            softmax_dtype="float64" if is_text else None, add_bos_token=not is_text,
            tokenizer=AutoTokenizer.from_pretrained(arguments.model, legacy=True), batch_size=arguments.batch_size,
        )

    differs = False
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for data, cases in ((arguments.data, all_cases(arguments.data, work)), (SHIPPED, shipped_cases(work))):
            print(f"{data}:\n")
            print("| task | shots | records | requests | cut | other prompt | largest difference | other argmax | other completion "
                  "| other metric | means |")
            print("|---|---|---|---|---|---|---|---|---|---|---|")
            manager = lm_eval_prompts.read_local_files(data, include=work)
            for number, one in enumerate(cases):
                if arguments.tasks and one.ours not in arguments.tasks:
                    continue
                theirs = run_theirs(reference(one.ours == "wikitext2"), manager, one)
                ours = run_ours(arguments.binary, arguments.model, data, one, work / f"{data.name}_{number}")
                differs |= compare(one, ours, theirs)
        if not arguments.tasks:
            differs |= compare_chunks(arguments.binary, arguments.model, work)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
