#!/usr/bin/env python3
"""Compares mistral-eval with Hugging Face transformers on models/tiny: the same files, CPU, f32.

    pip install torch transformers sentencepiece protobuf
    tests/models/compare_with_transformers.py build/release/evals/mistral-eval

Three comparisons, each over shipped records: token ids of transformers' tokenizer (every text below); summed
log-probabilities of 500 continuations, among them prompts longer than the sliding window, which must agree within 1e-4;
greedy completions of 100 prompts, which must be the same text. A fourth compares the prompts of the training text with
those the program renders. Prints a line each and exits with 1 where one fails. Developer-side only.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys

import sentencepiece
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "train_tiny"))

from formats import (boolq_question, hellaswag_query, mmlu_description, mmlu_question, samsum_question)  # noqa: E402

NUM_SCORED, NUM_GENERATED, MAX_NEW_TOKENS, TOLERANCE = 500, 100, 64, 1e-4
SAMPLES = ROOT / "tasks" / "samples"
MODEL = ROOT / "models" / "tiny"
BOS, EOS = 1, 2


def records(path):
    return [json.loads(line) for line in (SAMPLES / path).read_text(encoding="utf-8").split("\n") if line]


def exam(path):
    with open(SAMPLES / "mmlu" / path, encoding="utf-8", newline="") as file:
        return [(row[0], row[1:5], row[5]) for row in csv.reader(file)]


def exam_prompt(subject, row):
    shots = "".join(f"{mmlu_question(text, options)} {letter}\n\n" for text, options, letter in
                    exam(f"dev/{subject}_dev.csv"))
    return mmlu_description(subject) + shots + mmlu_question(row[0], row[1])


def chain_of_thought_prompt(question):
    shots = "".join(f"Q: {shot['question']}\nA: {shot['target']}\n\n" for shot in
                    records("fewshot/gsm8k_cot_8shot.jsonl"))
    return f"{shots}Q: {question}\nA:"


def subjects():
    return sorted(path.name.removesuffix("_test.csv") for path in (SAMPLES / "mmlu" / "test").glob("*_test.csv"))


def scored_pairs():
    """Of every kind some: short and long contexts, one token and many."""
    pairs = []
    for record in records("hellaswag/hellaswag_val.jsonl")[:40]:
        pairs += [(hellaswag_query(record), " " + ending) for ending in record["endings"]]
    for subject in subjects():
        for row in exam(f"test/{subject}_test.csv")[:20]:
            pairs.append((exam_prompt(subject, row), " " + row[2]))
    for record in records("gsm8k/test.jsonl")[:80]:
        pairs.append((chain_of_thought_prompt(record["question"]), " The answer is 12."))
    for record in records("samsum/test.jsonl")[:80]:
        pairs.append((samsum_question(record["dialogue"].replace("\r\n", "\n")), " " + record["summary"]))
    for record in records("lambada/lambada_test.jsonl")[:20]:
        before, last = record["text"].rsplit(" ", 1)
        pairs.append((before, " " + last))
    for record in records("boolq/val.jsonl"):
        pairs.append((boolq_question(record), " yes"))
    return pairs[:NUM_SCORED]


def generated_prompts():
    prompts = [chain_of_thought_prompt(record["question"]) for record in records("gsm8k/test.jsonl")[:NUM_GENERATED // 2]]
    prompts += [samsum_question(record["dialogue"].replace("\r\n", "\n")) for record in
                records("samsum/test.jsonl")[:NUM_GENERATED - len(prompts)]]
    return prompts


def ask(program, command, lines):
    """The answers of `mistral-eval loglikelihood` or `generate`, in order."""
    run = subprocess.run([program, command, "--model", str(MODEL), "--dtype", "f32", "--quiet"], check=True,
                         input="".join(json.dumps(line) + "\n" for line in lines), capture_output=True, text=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


class Reference:
    def __init__(self):
        torch.set_num_threads(1)
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(MODEL / "tokenizer.model"))
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(MODEL)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32,
                                                                       attn_implementation="eager").eval()

    def encode(self, text):
        return [BOS, *self.pieces.encode(text)]

    @torch.no_grad()
    def logprob(self, context, continuation):
        whole = self.encode(context + continuation)
        start = len(self.encode(context))
        logprobs = self.model(torch.tensor([whole])).logits[0].double().log_softmax(-1)
        return sum(float(logprobs[i - 1, whole[i]]) for i in range(start, len(whole)))

    @torch.no_grad()
    def continuation(self, prompt):
        ids = torch.tensor([self.encode(prompt)])
        whole = self.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=MAX_NEW_TOKENS,
                                    do_sample=False, eos_token_id=EOS, pad_token_id=EOS)[0].tolist()
        text = self.pieces.decode([i for i in whole[1:] if i != EOS])
        return text[len(self.pieces.decode(whole[1:ids.shape[1]])):]


def check_prompts(program):
    """What `tasks NAME` shows for the first record holds the training text's rendering of it."""
    first = exam(f"test/{subjects()[0]}_test.csv")[0]
    expected = {
        "mmlu": exam_prompt(subjects()[0], first),
        "hellaswag": hellaswag_query(records("hellaswag/hellaswag_val.jsonl")[0]),
        "gsm8k_cot": chain_of_thought_prompt(records("gsm8k/test.jsonl")[0]["question"]),
        "samsum": samsum_question(records("samsum/test.jsonl")[0]["dialogue"].replace("\r\n", "\n")),
    }
    wrong = []
    for task, prompt in expected.items():
        shown = subprocess.run([program, "tasks", task, "--data", str(SAMPLES)], check=True, capture_output=True,
                               text=True).stdout
        if prompt not in shown:
            wrong.append(task)
    print(f"prompts: {len(expected) - len(wrong)} of {len(expected)} tasks render as the training text does"
          + (f"; not {', '.join(wrong)}" if wrong else ""))
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    program = parser.parse_args().program
    reference = Reference()
    pairs, prompts = scored_pairs(), generated_prompts()

    texts = [context + continuation for context, continuation in pairs] + prompts
    differ = sum(reference.tokenizer(text)["input_ids"] != reference.encode(text) for text in texts)
    print(f"tokens: {len(texts) - differ} of {len(texts)} texts encode alike in transformers' tokenizer and sentencepiece")

    scores = ask(program, "loglikelihood", [{"context": c, "continuation": t} for c, t in pairs])
    worst = max(abs(score["logprob"] - reference.logprob(*pair)) for score, pair in zip(scores, pairs))
    longest = max(len(reference.encode(context)) for context, _ in pairs)
    print(f"log-likelihoods: {len(pairs)} records, largest difference {worst:.2e} (allowed {TOLERANCE:.0e}), "
          f"longest context {longest} tokens, window {reference.model.config.sliding_window}")

    answers = ask(program, "generate", [{"prompt": p, "max_tokens": MAX_NEW_TOKENS, "temperature": 0} for p in prompts])
    same = sum(answer["completions"][0]["text"] == reference.continuation(prompt)
               for answer, prompt in zip(answers, prompts))
    print(f"greedy completions: {same} of {len(prompts)} identical, up to {MAX_NEW_TOKENS} tokens each")

    alike = check_prompts(program)
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, CPU, f32, one thread")
    sys.exit(0 if differ == 0 and worst <= TOLERANCE and same == len(prompts) and alike else 1)


if __name__ == "__main__":
    main()
