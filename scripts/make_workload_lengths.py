"""How long the requests of MMLU, HellaSwag and GSM8K are, as numbers: models/workload_lengths.json.

Usage: python3 scripts/make_workload_lengths.py PROGRAM DATA TOKENIZER > models/workload_lengths.json

PROGRAM is a built mistral-eval, whose prompts these are; DATA has mmlu/, gsm8k/ and fewshot/ as `mistral-eval
tasks NAME` asks for them, and hellaswag/hellaswag_val_full.txt, where a document has six lines: prompt, label,
four endings. TOKENIZER is Mistral 7B v0.1's tokenizer.model. Needs sentencepiece. No text is kept.

The file has one object a workload: `groups` of documents whose prompts begin with the same `prefix` tokens (with the
begin-of-sequence token), the `suffixes` behind it as [tokens, documents] pairs, and the `continuations` of all choices
or the `new_tokens` of all reference answers, likewise as [tokens, times] pairs.
"""

import collections
import itertools
import json
import subprocess
import sys
from pathlib import Path

import sentencepiece

BOS = 1


def prompts(program, task, data):
    """The documents of a task as the program asks them."""
    command = [program, "tasks", task, "--prompts", "--data", data]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # Not splitlines(): a prompt may hold other characters that Python takes for the end of a line.
    return [json.loads(line) for line in output.split("\n") if line]


def pairs(lengths):
    return sorted(map(list, collections.Counter(lengths).items()))


def shared(texts):
    """The tokens that all begin with; each keeps at least one of its own."""
    first, last = min(texts), max(texts)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last)))
    return min(same, min(map(len, texts)) - 1)


def group(texts):
    prefix = shared(texts)
    return {"prefix": prefix, "suffixes": pairs(len(text) - prefix for text in texts)}


def grouped(documents, encode):
    texts = collections.defaultdict(list)
    for document in documents:
        texts[document.get("group", "")].append([BOS] + encode(document["prompt"]))
    return [group(one) for one in texts.values()]


def choice_lengths(prompt, choices, encode):
    """Tokens of each continuation: of the last line with it, less those without. The end of a line is a token."""
    line = prompt.rsplit("\n", 1)[-1]
    begin = len(encode(line))
    return [len(encode(line + choice)) - begin for choice in choices]


def mmlu(program, data, encode):
    documents = prompts(program, "mmlu", data)
    lengths = [n for d in documents for n in choice_lengths(d["prompt"], d["continuations"], encode)]
    return {
        "name": "mmlu",
        "title": "MMLU, 5 shots",
        "choices": 4,
        "continuations": pairs(lengths),
        "groups": grouped(documents, encode),
    }


def hellaswag(data, encode):
    lines = (Path(data) / "hellaswag/hellaswag_val_full.txt").read_text(encoding="utf-8").split("\n")
    documents = [lines[i : i + 6] for i in range(0, len(lines) - 5, 6)]
    lengths = []
    for prompt, _, *endings in documents:
        lengths += choice_lengths(prompt, [" " + ending for ending in endings], encode)
    return {
        "name": "hellaswag",
        "title": "HellaSwag, 0 shots",
        "choices": 4,
        "continuations": pairs(lengths),
        "groups": [group([[BOS] + encode(prompt) for prompt, *_ in documents])],
    }


def gsm8k(program, data, encode):
    documents = prompts(program, "gsm8k_cot_maj8", data)
    with open(Path(data) / "gsm8k/test.jsonl", encoding="utf-8") as file:
        answers = [json.loads(line)["answer"] for line in file]
    return {
        "name": "gsm8k_maj8",
        "title": "GSM8K, 8 shots, 8 samples of the length of the reference answer",
        "samples": 8,
        "new_tokens": pairs(len(encode(answer)) for answer in answers),
        "groups": grouped(documents, encode),
    }


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, data, tokenizer = sys.argv[1:]
    encode = sentencepiece.SentencePieceProcessor(model_file=tokenizer).encode
    workloads = [mmlu(program, data, encode), hellaswag(data, encode), gsm8k(program, data, encode)]
    print('{"tokenizer": "Mistral 7B v0.1", "workloads": [')
    lines = (json.dumps(workload, separators=(",", ":")) for workload in workloads)
    print(",\n".join(lines))
    print("]}")


if __name__ == "__main__":
    main()
