#!/usr/bin/env bash
# Tests scripts/data/agieval_few_shot.py on a table of our own: cells are written as Python spells dictionaries, and the
# file has no line end at its end. Skipped where there is no Python.
set -euo pipefail
command -v python3 >/dev/null || { echo "SKIPPED: there is no python3"; exit 77; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$work/prompts.csv" <<'PYTHON'
import csv
import sys

SETS = ["lsat-ar", "lsat-lr", "lsat-rc", "logiqa-en", "sat-math", "sat-en", "gaokao-english", "aqua-rat"]
rows = [[""] + SETS]
for number in range(1, 6):
    sample = {"passage": None, "question": f"It's \"{number}\"?", "options": ["(A)yes", "(B)no"], "label": "A"}
    shown = [repr(sample | {"passage": "A page.\n"}) if name == "sat-en" else repr(sample) for name in SETS]
    rows.append([f"sample {number}"] + [cell if number < 4 or name == "aqua-rat" else "" for cell, name in zip(shown, SETS)])
    rows.append([f"explanation {number}"] + [f"Because.\n\n{number}" for _ in SETS])
with open(sys.argv[1], "w", encoding="utf-8", newline="") as file:
    text = []
    csv.writer(type("Lines", (), {"write": text.append})()).writerows(rows)
    file.write("".join(text).rstrip("\r\n"))
PYTHON
python3 "$root/scripts/data/agieval_few_shot.py" "$work/prompts.csv" >"$work/few_shot.jsonl"
# Three of each set, five of aqua-rat, and those of sat-en once more without their passage.
[[ $(wc -l <"$work/few_shot.jsonl") -eq 29 ]]
grep -qF '{"set": "sat-en", "passage": "A page.\n", "question": "It'"'"'s \"1\"?", "options": ["(A)yes", "(B)no"], "label": "A", "explanation": "Because.\n\n1"}' "$work/few_shot.jsonl"
grep -qF '{"set": "sat-en-without-passage", "passage": "", "question": "It'"'"'s \"3\"?"' "$work/few_shot.jsonl"
grep -c '"set": "aqua-rat"' "$work/few_shot.jsonl" | grep -qx 5
if python3 "$root/scripts/data/agieval_few_shot.py" --help 2>/dev/null; then exit 1; fi
(python3 "$root/scripts/data/agieval_few_shot.py" --help 2>&1 || true) | grep -q 'few_shot_prompts.csv >'
echo "agieval_few_shot: fine"
