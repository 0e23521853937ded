#!/usr/bin/env python3
"""Compares the stop strings, token limits and sampling of generation tasks with lm-evaluation-harness' and the specified ones.

    tests/parity/generation_settings.py --binary build/dev/evals/mistral-eval --data DIR

A developer's check, no part of the build or of ctest: it needs a Python with `lm_eval[math,longbench]` (PyPI). The reference's
settings are those of its loaded tasks as its models read them: without a limit 256 tokens, without `do_sample` greedy. Where
ours are to be others, or the reference has no such task, SPECIFIED says them a second time, apart from the definitions in
tasks/defs. Prints a Markdown row for each task, as in docs/parity.md; the exit code is 1 if a task is neither as specified
nor as the reference has it.
"""

import argparse
import collections
import json
import logging
import pathlib
import re
import subprocess
import sys
import tempfile

from lm_eval.models.utils import normalize_gen_kwargs

import lm_eval_prompts

Settings = collections.namedtuple("Settings", "until max_new_tokens temperature top_p samples")
GSM8K_COT = ["Q:", "</s>", "<|im_end|>"]
BIGCODE = ["\nclass", "\ndef", "\n#", "\n@", "\nprint", "\nif", "\n```", "<file_sep>"]


def greedy(until, max_new_tokens):
    return Settings(until, max_new_tokens, 0, 1, 1)


# By task; by task and "at 0 shots" where these are others.
SPECIFIED = {
    "agieval_en_cot": greedy(["\nProblem "], 256),
    "agieval_en_generation": greedy(["\nProblem "], 16),
    "bbh_cot": greedy(["</s>", "\nQ:", "\n\n"], 1024),
    "dialogsum": greedy(["\n", "Dialogue:"], 128),
    "dialogsum at 0 shots": greedy(["\n\n", "Dialogue:"], 128),
    "flores_eng_deu": greedy(["\n"], 256),
    "flores_eng_fra": greedy(["\n"], 256),
    "gsm8k_cot_maj8": Settings(GSM8K_COT, 256, 0.6, 0.95, 8),
    "humaneval_stripped": greedy(BIGCODE, 1024),
    "math": greedy(["Problem:"], 512),
    "math500": greedy(["Problem:"], 512),
    "math_maj4": Settings(["Problem:"], 512, 0.6, 0.95, 4),
    "mbpp": greedy(["[DONE]"], 512),
    "mbpp_sanitized": greedy(["[DONE]"], 512),
    "mmlu_generative": greedy(["\n"], 16),
    "nq_open_line": greedy(["\n"], 256),
    "quac": greedy(["\n"], 100),
    "samsum": greedy(["\n", "Dialogue:"], 128),
    "samsum at 0 shots": greedy(["\n\n", "Dialogue:"], 128),
    "twenty_newsgroups_generation": greedy(["\n"], 16),
}
# The reference's task, or one of its subjects, of which all have the same settings.
REFERENCE = {
    "bbh_cot": "bbh_cot_fewshot_boolean_expressions",
    "gsm8k": "gsm8k",
    "gsm8k_cot": "gsm8k_cot",
    "gsm8k_cot_maj8": "gsm8k_cot",
    "gsm8k_cot_maj8_reference": "gsm8k_cot_self_consistency",
    "humaneval": "humaneval",
    "humaneval_stripped": "humaneval",
    "ifeval": "ifeval",
    "math": "minerva_math_algebra",
    "math500": "minerva_math500",
    "math_maj4": "minerva_math_algebra",
    "mbpp": "mbpp",
    "mbpp_sanitized": "mbpp",
    "mmlu_generative": "mmlu_anatomy_generative",
    "nq_open": "nq_open",
    "nq_open_line": "nq_open",
    "samsum_longbench": "longbench_samsum",
    "triviaqa": "triviaqa",
    "triviaqa_rc": "triviaqa",
}


def run(binary, *arguments):
    # Without its data a task is shown all the same, and the exit code says that they are missing.
    return subprocess.run([binary, "tasks", *arguments], check=False, capture_output=True, text=True).stdout


def our_settings(binary, data):
    """{task: settings}, of every task of the program that generates."""
    found = {}
    for name in re.findall(r"^  (\w+) +generation ", run(binary), re.MULTILINE):
        shown = run(binary, name, "--data", data)
        limit, temperature, top_p, samples = re.search(
            r"^  generation +at most (\d+) tokens, temperature ([\d.]+), top-p ([\d.]+), (\d+) completion", shown, re.MULTILINE
        ).groups()
        until = re.search(r"^  stops at +(.*)$", shown, re.MULTILINE).group(1)
        settings = Settings(json.loads(until), int(limit), float(temperature), float(top_p), int(samples))
        found[name] = settings
        at_zero = re.search(r"^    at 0 shots +(.*)$", shown, re.MULTILINE)
        if at_zero:
            found[f"{name} at 0 shots"] = settings._replace(until=json.loads(at_zero.group(1)))
    return found


def their_settings(manager, name):
    (task,) = manager.load([name])["tasks"].values()
    read = normalize_gen_kwargs(task.config.generation_kwargs, 256)
    samples = read["temperature"] if read["do_sample"] else 0
    return Settings(read["until"], read["max_gen_toks"], samples, read.get("top_p", 1), task.config.repeats)


def shown(settings, beside=None):
    """In words; of those `beside` others, only what differs."""
    until = " ".join(f"`{json.dumps(text)}`".replace("|", "\\|") for text in settings.until) or "nothing"
    kind = "greedy" if settings.temperature == 0 else f"{settings.temperature:g}, top-p {settings.top_p:g}, {settings.samples} samples"
    if beside is None:
        return f"{until} | {settings.max_new_tokens:,} | {kind}"
    words = [] if settings.until == beside.until else [f"stops at {until}"]
    words += [] if settings.max_new_tokens == beside.max_new_tokens else [f"{settings.max_new_tokens:,} tokens"]
    words += [] if settings[2:] == beside[2:] else [kind]
    return "; ".join(words) or "the same"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    num_wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        lm_eval_prompts.with_exemplars(arguments.data.resolve(), root)
        manager = lm_eval_prompts.read_local_files(root)
        print("| task | stops at | new tokens | decoding | the reference | as specified |\n|---|---|---:|---|---|---|")
        for name, ours in our_settings(arguments.binary, root).items():
            theirs = their_settings(manager, REFERENCE[name]) if name in REFERENCE else None
            expected = SPECIFIED.get(name, theirs)
            num_wrong += ours != expected
            beside = shown(theirs, ours) if theirs else "–"
            print(f"| `{name}` | {shown(ours)} | {beside} | {'yes' if ours == expected else shown(expected, ours)} |", flush=True)
    return 1 if num_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
