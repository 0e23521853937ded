#!/usr/bin/env python3
"""Turns AGIEval's worked examples into JSON lines, one example a line.

    scripts/data/agieval_few_shot.py few_shot_prompts.csv > DATA/agieval/few_shot.jsonl

The file of the authors (data/few_shot_prompts.csv) has a column for each set, and in rows "sample 1", "explanation 1" to
"sample 5", "explanation 5" the examples, written as Python spells dictionaries. Written out are the English
multiple-choice sets in the file's order; sat-en-without-passage has the examples of sat-en without their passage.
"""

import ast
import csv
import json
import sys

SETS = ["lsat-ar", "lsat-lr", "lsat-rc", "logiqa-en", "sat-math", "sat-en", "gaokao-english", "aqua-rat"]


def examples(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    head, rows = rows[0], {row[0]: row for row in rows[1:]}
    for name in SETS:
        column = head.index(name)
        for number in range(1, 6):
            if not rows[f"sample {number}"][column]:
                continue
            sample = ast.literal_eval(rows[f"sample {number}"][column])
            yield {
                "set": name,
                "passage": sample["passage"] or "",
                "question": sample["question"],
                "options": sample["options"],
                "label": sample["label"],
                "explanation": rows[f"explanation {number}"][column],
            }


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    written = list(examples(sys.argv[1]))
    written += [{**one, "set": "sat-en-without-passage", "passage": ""} for one in written if one["set"] == "sat-en"]
    for one in written:
        print(json.dumps(one, ensure_ascii=False))


if __name__ == "__main__":
    main()
