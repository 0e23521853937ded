#!/usr/bin/env python3
"""Imports lm-evaluation-harness' own YAML tasks and compares the prompts of what comes of them with the reference's.

    tests/parity/lm_eval_import.py --binary build/dev/evals/mistral-eval --data DIR [TASK ...]

A developer's check, no part of the build or of ctest, on the files of the installed `lm_eval` (PyPI). What cannot be
imported is printed with the keys that are in the way. For the rest, the records of lm_eval_prompts.py are written where the
imported definition looks for them; each document's context with every continuation must be the same bytes, without shots.
"""

import argparse
import datasets
import json
import logging
import pathlib
import subprocess
import sys
import tempfile

import lm_eval.tasks
from lm_eval_prompts import Sources, case, our_requests, reference_requests, with_exemplars
from prompt_rows import compare

TASKS = {
    "arc_easy": "arc/arc_easy.yaml",
    "arc_challenge": "arc/arc_challenge.yaml",
    "openbookqa": "openbookqa/openbookqa.yaml",
    "piqa": "piqa/piqa.yaml",
    "social_iqa": "siqa/siqa.yaml",
    "boolq": "super_glue/boolq/default.yaml",
    "commonsense_qa": "commonsense_qa/default.yaml",
    "nq_open": "nq_open/nq_open.yaml",
    "triviaqa": "triviaqa/default.yaml",
    "gsm8k": "gsm8k/gsm8k.yaml",
    "lambada_openai": "lambada/lambada_openai.yaml",
    "hellaswag": "hellaswag/hellaswag.yaml",
    "winogrande": "winogrande/default.yaml",
    "truthfulqa_mc1": "truthfulqa/truthfulqa_mc1.yaml",
    "mmlu_anatomy": "mmlu/default/mmlu_anatomy.yaml",
    "minerva_math_algebra": "minerva_math/minerva_math_algebra.yaml",
    "ifeval": "ifeval/ifeval.yaml",
    "squadv2": "squadv2/squadv2.yaml",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("tasks", nargs="*")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    folder_of_tasks = pathlib.Path(lm_eval.tasks.__file__).parent
    num_differences = 0
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as data:
        root, data = pathlib.Path(folder), pathlib.Path(data)
        with_exemplars(arguments.data.resolve(), root)
        sources = Sources(root)

        def load_dataset(path, name=None, **_):
            splits = sources.get(path, name)
            place = data / path.split("/")[-1] / (name or "")
            place.mkdir(parents=True, exist_ok=True)
            for split, records in splits.items():
                text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
                (place / f"{split}.jsonl").write_text(text, encoding="utf-8")
            return datasets.DatasetDict({split: datasets.Dataset.from_list(records) for split, records in splits.items()})

        datasets.load_dataset = load_dataset
        manager = lm_eval.tasks.TaskManager()
        print("| task | shots | documents | requests | different |\n|---|---|---|---|---|")
        for name, path in TASKS.items():
            if arguments.tasks and name not in arguments.tasks:
                continue
            made = subprocess.run([arguments.binary, "tasks", "--import-lm-eval", str(folder_of_tasks / path)], capture_output=True,
                                  text=True)
            if made.returncode != 0:
                print(f"| {name} | not imported: " + made.stderr.strip().replace(str(folder_of_tasks) + "/", "").replace("\n", ";"))
                continue
            definition = data / f"{name}.json"
            definition.write_text(made.stdout, encoding="utf-8")
            theirs = reference_requests(manager, name, 0)
            ours = our_requests(arguments.binary, data, case(str(definition))._replace(arguments=["--allow-count-mismatch"]))
            num_differences += compare(name, 0, ours, theirs, "theirs")
    return 1 if num_differences else 0


if __name__ == "__main__":
    sys.exit(main())
