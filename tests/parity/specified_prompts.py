#!/usr/bin/env python3
"""Compares what mistral-eval asks with the prompts of its specification, byte for byte, over all records.

    tests/parity/specified_prompts.py --binary build/dev/evals/mistral-eval --data DIR [TASK ...]

For the tasks that lm-evaluation-harness does not have, or has with finished prompts that are not among the local files.
The prompts are written here a second time, in Python, from their description in docs/scoring.md and the papers named
there, and apart from the definitions in tasks/defs. Prints one Markdown row for each comparison, as in docs/parity.md,
and the first differences; the exit code is 1 if there were any. A developer's check, no part of the build or of ctest.
"""

import argparse
import ast
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from prompt_rows import compare, json_lines, our_documents

TOPICS = {
    "alt.atheism": "atheism",
    "comp.graphics": "computer graphics",
    "comp.os.ms-windows.misc": "Microsoft Windows",
    "comp.sys.ibm.pc.hardware": "IBM PC hardware",
    "comp.sys.mac.hardware": "Mac hardware",
    "comp.windows.x": "the X Window System",
    "misc.forsale": "items for sale",
    "rec.autos": "cars",
    "rec.motorcycles": "motorcycles",
    "rec.sport.baseball": "baseball",
    "rec.sport.hockey": "hockey",
    "sci.crypt": "cryptography",
    "sci.electronics": "electronics",
    "sci.med": "medicine",
    "sci.space": "space",
    "soc.religion.christian": "Christianity",
    "talk.politics.guns": "guns",
    "talk.politics.mideast": "the Middle East",
    "talk.politics.misc": "politics",
    "talk.religion.misc": "religion",
}
AGIEVAL = "aqua-rat logiqa-en lsat-ar lsat-lr lsat-rc sat-math sat-en sat-en-without-passage gaokao-english".split()


def text_lines(path):
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def summaries(path):
    for record in json_lines(path):
        dialogue = record["dialogue"].replace("\r\n", "\n")
        yield [[f"Summarize the following dialogue.\n\nDialogue:\n{dialogue}\n\nSummary:"]]


def translations(data, language):
    for source in text_lines(data / "flores200/eng_Latn.devtest"):
        yield [[f"English: {source}\n{language}:"]]


def newsgroups(path):
    for record in json_lines(path):
        text = record["text"].replace("\r\n", "\n")
        head, _, body = text.partition("\n\n")
        subject = re.search(r"(?im)^Subject:[ \t]*(.*)$", head).group(1).strip()
        last_line = "This message was posted to the newsgroup about"
        prompt = f"Subject: {subject}\n\n{body[:1600]}\n\n{last_line}"
        yield [[context, " " + topic] for context in (prompt, last_line) for topic in TOPICS.values()]


def dialogues(path):
    for document in json.loads(path.read_text(encoding="utf-8"))["data"]:
        paragraph = document["paragraphs"][0]
        passage = paragraph["context"].removesuffix(" CANNOTANSWER")
        background, section = document.get("background", ""), document.get("section_title", "")
        head = f"Title: {document['title']}\nBackground: {background}\nSection: {section}\nPassage: {passage}\n\n"
        for turn in paragraph["qas"]:
            yield [[f"{head}Q: {turn['question']}\nA:"]]
            answer = turn["orig_answer"]["text"]
            answer = "I don't know" if answer == "CANNOTANSWER" else answer
            head += f"Q: {turn['question']}\nA: {answer}\n\n"


def examinations(data):
    for name in AGIEVAL:
        for record in json_lines(data / "agieval" / f"{name}.jsonl"):
            last = "ABCDE"[len(record["options"]) - 1]
            choices = " ".join(record["options"])
            prompt = f"{record['passage'] or ''}Q: {record['question']} Answer Choices: {choices}\n"
            prompt += f"A: Among A through {last}, the answer is"
            yield [[prompt, " " + option] for option in record["options"]]


def worked_examples(data):
    """By set: its examples with their explanations, from the authors' table."""
    with open(data / "agieval/few_shot_prompts.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_set = {}
    for name in AGIEVAL:
        column = name.removesuffix("-without-passage")
        samples, explanations = rows[0::2], rows[1::2]
        by_set[name] = []
        for sample, explanation in zip(samples, explanations):
            if not sample[column]:
                continue
            example = ast.literal_eval(sample[column])
            if name.endswith("-without-passage"):
                example["passage"] = None
            by_set[name].append((example, explanation[column]))
    return by_set


def problem(number, record):
    text = f"Problem {number}.   {record['passage'] or ''} {record['question']}\n"
    return text + f"Choose from the following options:    {' '.join(record['options'])}\n"


def examinations_after_examples(data, with_explanations):
    for name, examples in worked_examples(data).items():
        head = "Here are the answers for the problems in the exam.\n"
        for number, (example, explanation) in enumerate(examples, 1):
            head += problem(number, example)
            if with_explanations:
                head += f"Explanation for Problem {number}:   " + re.sub(r"\n\n+", "\n", explanation) + "\n"
            head += f"The answer is therefore {example['label']}\n\n"
        for record in json_lines(data / "agieval" / f"{name}.jsonl"):
            prompt = head + problem(len(examples) + 1, record)
            letters = "ABCDE"[: len(record["options"])]
            if with_explanations:
                yield [[prompt]]
            else:
                yield [[prompt + "The answer is therefore", " " + letter] for letter in letters]


def programs(data):
    """The hand-verified subset, after tasks 2, 3 and 4 of the whole one."""
    def asked(text, tests):
        head = f"You are an expert Python programmer, and here is your task: {text} Your code should pass these tests:\n\n"
        return head + "\n".join(tests) + "\n[BEGIN]\n"

    shots = "".join(
        asked(record["text"], record["test_list"]) + record["code"] + "\n[DONE]\n\n"
        for record in json_lines(data / "mbpp/mbpp.jsonl")
        if 2 <= record["task_id"] <= 4
    )
    for record in json.loads((data / "mbpp/sanitized-mbpp.json").read_text(encoding="utf-8")):
        if 11 <= record["task_id"] <= 510:
            yield [[shots + asked(record["prompt"], record["test_list"])]]


def all_cases(data):
    """Task, shots, prompts, further arguments."""
    small_news = data / "20newsgroups/mini_newsgroups.jsonl"
    sample = data / "quac/quac_sample.json"

    def instead(name, path):
        return ["--allow-count-mismatch", "--data-file", f"{name}={path}"]

    return [
        ("samsum", 0, summaries(data / "samsum/test.jsonl"), []),
        ("dialogsum", 0, summaries(data / "dialogsum/dialogsum.test.jsonl"), []),
        ("flores_eng_fra", 0, translations(data, "French"), []),
        ("flores_eng_deu", 0, translations(data, "German"), []),
        ("twenty_newsgroups", 0, newsgroups(small_news), instead("twenty_newsgroups", small_news)),
        ("quac", 0, dialogues(sample), instead("quac", sample)),
        ("agieval_en", 0, examinations(data), []),
        ("agieval_en_fewshot", 5, examinations_after_examples(data, False), []),
        ("agieval_en_cot", 5, examinations_after_examples(data, True), []),
        ("mbpp_sanitized", 3, programs(data), []),
    ]


def with_agieval_shots(shared, folder):
    """The shared files, and AGIEval's worked examples as scripts/data/agieval_few_shot.py makes them for the program."""
    for path in shared.iterdir():
        if path.name != "agieval":
            (folder / path.name).symlink_to(path)
    (folder / "agieval").mkdir()
    for path in (shared / "agieval").iterdir():
        (folder / "agieval" / path.name).symlink_to(path)
    script = pathlib.Path(__file__).parents[2] / "scripts/data/agieval_few_shot.py"
    with open(folder / "agieval/few_shot.jsonl", "wb") as file:
        subprocess.run([sys.executable, script, folder / "agieval/few_shot_prompts.csv"], check=True, stdout=file)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("tasks", nargs="*", help="all unless given")
    arguments = parser.parse_args()
    num_differences = 0
    with tempfile.TemporaryDirectory() as folder:
        data = with_agieval_shots(arguments.data.resolve(), pathlib.Path(folder))
        print("| task | shots | documents | requests | different |\n|---|---|---|---|---|")
        for name, shots, specified, further in all_cases(data):
            if arguments.tasks and name not in arguments.tasks:
                continue
            ours = [requests for _, requests in our_documents(arguments.binary, data, name, shots, further)]
            num_differences += compare(name, shots, ours, list(specified), "specified")
    return 1 if num_differences else 0


if __name__ == "__main__":
    sys.exit(main())
