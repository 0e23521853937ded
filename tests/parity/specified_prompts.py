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
import random
import re
import subprocess
import sys
import tempfile

from prompt_rows import compare, json_lines, our_documents

try:
    from sklearn.datasets import _twenty_newsgroups as scikit
except ModuleNotFoundError:
    scikit = None

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
SEED = 1234
AGIEVAL = "aqua-rat logiqa-en lsat-ar lsat-lr lsat-rc sat-math sat-en sat-en-without-passage gaokao-english".split()


def text_lines(path):
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def with_shots(questions, pool, shots):
    """Each question after `shots` drawn pairs of question and answer: one generator for the set, in its order."""
    generator = random.Random(SEED)
    for question in questions:
        drawn = generator.sample(pool, shots) if shots else []
        yield [["".join(f"{asked} {answer}\n\n" for asked, answer in drawn) + question]]


def summaries(test, pool=None, shots=0):
    def asked(record):
        dialogue = record.get("dialogue", record.get("context")).replace("\r\n", "\n")
        return f"Summarize the following dialogue.\n\nDialogue:\n{dialogue}\n\nSummary:"

    def pair(record):
        return asked(record), record.get("summary", record.get("response")).replace("\r\n", "\n")

    pairs = [pair(record) for record in json_lines(pool)] if shots else []
    return with_shots((asked(record) for record in json_lines(test)), pairs, shots)


def longbench_summaries(test, pool, shots):
    """Drawn examples and the dialogue that is asked about, as LongBench's fields "context" and "question" hold them."""
    def asked(record):
        dialogue = record.get("dialogue", record.get("context")).replace("\r\n", "\n")
        return f"Dialogue: {dialogue}\nSummary:"

    def pair(record):
        return f"{asked(record)} " + record.get("summary", record.get("response")).replace("\r\n", "\n")

    pairs = [pair(record) for record in json_lines(pool)]
    generator = random.Random(SEED)
    for record in json_lines(test):
        yield "\n".join(generator.sample(pairs, shots)), asked(record)


def longbench_prompts(test, pool, shots):
    head = "Summarize the dialogue into a few short sentences. The following are some examples.\n\n"
    for context, question in longbench_summaries(test, pool, shots):
        yield [[f"{head}{context}\n{question}"]]


def translations(data, code, language, shots):
    def asked(source):
        return f"English: {source}\n{language}:"

    pool = zip(text_lines(data / "flores200/eng_Latn.dev_first100"), text_lines(data / f"flores200/{code}.dev_first100"), strict=True)
    pairs = [(asked(source), target) for source, target in pool]
    return with_shots((asked(source) for source in text_lines(data / "flores200/eng_Latn.devtest")), pairs, shots)


def without_header(text):
    return text.partition("\n\n")[2]


def without_footer(text):
    """Up to the last line that is empty or of hyphens alone, unless that is the first."""
    lines = text.strip().split("\n")
    ends = [number for number, line in enumerate(lines) if number and not line.strip().strip("-")]
    return "\n".join(lines[: ends[-1]]) if ends else text


def without_quotes(text):
    def is_quoted(line):
        words = ("writes in", "writes:", "wrote:", "says:", "said:")
        return line.startswith((">", "|", "In article", "Quoted from")) or any(word in line for word in words)

    return "\n".join(line for line in text.split("\n") if not is_quoted(line))


def stripped_newsgroups(path):
    """The messages as scikit-learn's remove=("headers", "footers", "quotes") leaves them; compared with it where it is there."""
    for record in json_lines(path):
        text = record["text"].replace("\r\n", "\n")
        body = without_quotes(without_footer(without_header(text)))
        if scikit:
            theirs = scikit.strip_newsgroup_footer(scikit.strip_newsgroup_header(text))
            assert body == scikit.strip_newsgroup_quoting(theirs), record["id"]
        last_line = "This message was posted to the newsgroup about"
        prompt = f"{body.strip()[:1600]}\n\n{last_line}"
        yield [[context, " " + topic] for context in (prompt, last_line) for topic in TOPICS.values()]


def newsgroups(path, scored):
    for record in json_lines(path):
        text = record["text"].replace("\r\n", "\n")
        head, _, body = text.partition("\n\n")
        subject = re.search(r"(?im)^Subject:[ \t]*(.*)$", head).group(1).strip()
        last_line = "This message was posted to the newsgroup about"
        prompt = f"Subject: {subject}\n\n{body[:1600]}\n\n{last_line}"
        if scored:
            yield [[context, " " + topic] for context in (prompt, last_line) for topic in TOPICS.values()]
        else:
            yield [[prompt]]


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


def examinations(data, names=AGIEVAL):
    for name in names:
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


def examinations_after_examples(data, with_explanations, scores_letters=False):
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
            if not scores_letters:
                yield [[prompt]]
            else:
                yield [[prompt + "The answer is therefore", " " + letter] for letter in letters]


def lettered(path):
    for record in json_lines(path):
        question, choices = record["question"]["stem"], record["question"]["choices"]
        options = "".join(f"{choice['label']}. {choice['text']}\n" for choice in choices)
        yield [[f"Question: {question}\n{options}Answer:", " " + choice["label"]] for choice in choices]


def subjects(data, shots):
    """MMLU as its authors' script has it: two spaces before the subject."""
    def asked(row):
        options = "".join(f"{letter}. {text}\n" for letter, text in zip("ABCD", row[1:5]))
        return f"{row[0].strip()}\n{options}Answer:"

    def rows(path):
        with open(path, encoding="utf-8", newline="") as file:
            return [[cell.replace("\r\n", "\n") for cell in row] for row in csv.reader(file)]

    for path in sorted((data / "mmlu/test").glob("*_test.csv")):
        subject = path.name.removesuffix("_test.csv")
        head = f"The following are multiple choice questions (with answers) about  {subject.replace('_', ' ')}.\n\n"
        for row in rows(data / "mmlu/dev" / f"{subject}_dev.csv")[:shots]:
            head += f"{asked(row)} {row[5]}\n\n"
        for row in rows(path):
            yield [[head + asked(row), " " + letter] for letter in "ABCD"]


def stripped_functions(path):
    for record in json_lines(path):
        yield [[record["prompt"].strip()]]


def whole_text(path, as_rows):
    """WikiText as one document: the file, or with the rows of the data set, of which an empty line is one, on paragraphs."""
    text = path.read_bytes().decode("utf-8")
    if not as_rows:
        return [[[text.removesuffix("\n")]]]
    rows = [line + "\n" if line.strip() else "" for line in text.split("\n")[:-1]]
    return [[["\n\n".join(rows)]]]


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
    """Task, shots, prompts, further arguments. The pools for shots are the validation sets, of FLORES a part of one."""
    small_news = data / "20newsgroups/mini_newsgroups.jsonl"
    sample = data / "quac/quac_sample.json"

    def instead(name, path):
        return ["--allow-count-mismatch", "--data-file", f"{name}={path}"]

    def chats(name, test, pool):
        return [(name, shots, summaries(data / name / test, data / name / pool, shots), []) for shots in (0, 1, 3)]

    def flores(name, code, language):
        return [(name, shots, translations(data, code, language, shots), []) for shots in (0, 4)]

    nous = [name for name in AGIEVAL if name != "gaokao-english"]
    return [
        *chats("samsum", "test.jsonl", "validation.jsonl"),
        ("samsum_longbench", 3, longbench_prompts(data / "samsum/test.jsonl", data / "samsum/validation.jsonl", 3), []),
        *chats("dialogsum", "dialogsum.test.jsonl", "dialogsum.dev.jsonl"),
        *flores("flores_eng_fra", "fra_Latn", "French"),
        *flores("flores_eng_deu", "deu_Latn", "German"),
        ("twenty_newsgroups", 0, newsgroups(small_news, True), instead("twenty_newsgroups", small_news)),
        ("twenty_newsgroups_generation", 0, newsgroups(small_news, False), instead("twenty_newsgroups_generation", small_news)),
        ("twenty_newsgroups_stripped", 0, stripped_newsgroups(small_news), instead("twenty_newsgroups_stripped", small_news)),
        ("quac", 0, dialogues(sample), instead("quac", sample)),
        ("agieval_en", 0, examinations(data), []),
        ("agieval_nous", 0, examinations(data, nous), []),
        ("agieval_en_fewshot", 5, examinations_after_examples(data, False, scores_letters=True), []),
        ("agieval_en_generation", 5, examinations_after_examples(data, False), []),
        ("agieval_en_cot", 5, examinations_after_examples(data, True), []),
        ("arc_challenge_letters", 0, lettered(data / "arc/ARC-Challenge-Test.jsonl"), []),
        ("mmlu_original", 5, subjects(data, 5), []),
        ("humaneval_stripped", 0, stripped_functions(data / "humaneval/HumanEval.jsonl"), []),
        ("mbpp_sanitized", 3, programs(data), []),
        ("wikitext2_stride", 0, whole_text(data / "wikitext2/wiki.test.raw", True), []),
        ("wikitext2_llamacpp", 0, whole_text(data / "wikitext2/wiki.test.raw", False), []),
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
