"""Measures the shipped model on the shipped records and prints the table of its model card.

    python3 measure.py ../../build/release/evals/mistral-eval [--model DIRECTORY] [--data DIRECTORY]
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# task, shots, what is shown
RUNS = [
    ("hellaswag", 0, ["acc_norm", "acc"]),
    ("hellaswag", 5, ["acc_norm"]),
    ("mmlu", 0, ["acc"]),
    ("mmlu", 5, ["acc"]),
    ("gsm8k", 5, ["exact_match,strict"]),
    ("gsm8k_cot", 0, ["exact_match,strict"]),
    ("gsm8k_cot", 8, ["exact_match,strict"]),
    ("gsm8k_cot_maj8", 8, ["maj@8", "maj@1", "pass@8"]),
    ("samsum", 0, ["rouge1", "rouge2", "rougeL"]),
    ("samsum", 1, ["rouge1", "rouge2", "rougeL"]),
    ("samsum", 3, ["rouge1", "rouge2", "rougeL"]),
    ("winogrande", 0, ["acc"]),
    ("boolq", 0, ["acc"]),
    ("lambada_openai", 0, ["acc", "perplexity"]),
    ("wikitext2", 0, ["word_perplexity", "bits_per_byte"]),
]


def evaluate(program, model, data, task, shots, out):
    command = [program, "--task", task, "--model", model, "--data", data, "--out", out, "--quiet"]
    if task not in ("lambada_openai", "wikitext2"):
        command += ["--shots", str(shots)]
    subprocess.run(command, check=True, capture_output=True)
    return json.loads((pathlib.Path(out) / "results.json").read_text())["tasks"][0]


def row(task, shots, n, name, metric):
    scale = 100 if metric["unit"] == "fraction" else 1
    low, high = (scale * metric[key] if metric.get(key) is not None else None for key in ("ci_low", "ci_high"))
    interval = f"{low:.1f} – {high:.1f}" if low is not None else ""
    return f"| {task} | {shots} | {n} | {name} | {scale * metric['value']:.1f} | {interval} |"


def lead_baseline(program, data):
    """ROUGE of the first turn of each dialogue, taken as its summary."""
    lines = []
    for line in (pathlib.Path(data) / "samsum" / "test.jsonl").read_text(encoding="utf-8").split("\n"):
        if line:
            record = json.loads(line)
            first = record["dialogue"].split("\n")[0].strip().split(": ", 1)[1]
            lines.append(json.dumps({"prediction": first, "references": [record["summary"]]}))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        return subprocess.run([program, "score", "--metric", "rouge", "--input", file.name], check=True,
                              capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--model", default=str(ROOT / "models" / "tiny"))
    parser.add_argument("--data", default=str(ROOT / "tasks" / "samples"))
    args = parser.parse_args()
    print("| task | shots | n | score | value | 95 % interval |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        for task, shots, names in RUNS:
            result = evaluate(args.program, args.model, args.data, task, shots, f"{work}/{task}-{shots}")
            for metric in result["metrics"]:
                if metric["name"] in names:
                    print(row(task, shots, metric["n"], metric["name"], metric), flush=True)
            for subset in result["subsets"]:
                if subset["kind"] == "group":
                    print(row(f"{task} {subset['name']}", shots, subset["n"], "acc", subset["metrics"][0]), flush=True)
    print("\nThe first turn as the summary:\n" + lead_baseline(args.program, args.data))


if __name__ == "__main__":
    main()
