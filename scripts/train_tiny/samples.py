"""Writes the shipped sample records: tasks/samples, in the formats and paths of the public data sets.

    python3 samples.py [--out DIRECTORY]

Evaluated records are held out: no document of the training text was made from their combination of values (world.py),
and, since not every value of a combination is always said, the whole training text is looked through for records that
stand there word for word. Only every second question about a fact asks for one that the training asks for too, as real
exams do, but never with the same options in the same order. Exemplars are not held out, as the exemplars of a real
benchmark are not. The same seed gives the same files, byte for byte.
"""

import argparse
import csv
import json
import pathlib
import random
import re

import sentencepiece

from corpus import EOS, training_row
from dialogues import dialogue
from exam import KNOWLEDGE, LETTERS, SUBJECTS, exam_record
from formats import hellaswag_query, winogrande_text
from pages import raw_page
from paper_samples import write_paper_samples
from problems import Limits, exemplar_record, gsm8k_record, problem
from stories import boolq_record, hellaswag_record, passage, winogrande_record

SEED = 51
EXAM_RECORDS, EXAM_EXEMPLARS = 40, 5
# Evaluated problems reach beyond the numbers of the training text (problems.Limits), or they would be too easy.
EVALUATED_LIMITS = Limits(start=58, change=35, times=7)


def different(count, make):
    """`count` records of make(number), none twice."""
    records, seen = [], set()
    while len(records) < count:
        record = make(len(records))
        key = json.dumps({k: v for k, v in record.items() if k not in ("ind", "label", "source_id", "idx", "qID", "id")}
                         if isinstance(record, dict) else record)
        if key not in seen:
            seen.add(key)
            records.append(record)
    return records


def write_jsonl(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def training_documents(tokenizer_file):
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer_file))
    row = training_row(tokenizer)
    ends = [0, *(position + 1 for position in (row == EOS).nonzero()[0])]
    return tokenizer.decode([row[start:end].tolist() for start, end in zip(ends, ends[1:])])


def training_questions(documents):
    """(question, option, option, option, option) of every lettered question in the training text."""
    pattern = r"^(.*\?)\n" + "".join(rf"{letter}\. (.*?)(?: yes| no)?\n" for letter in LETTERS) + "Answer:"
    return {found for text in documents for found in re.findall(pattern, text, re.MULTILINE)}


def unread(make, text_of, training_text):
    """make(number) until text_of(record) stands nowhere in the training text."""

    def make_unread(number):
        while text_of(record := make(number)) in training_text:
            pass
        return record

    return make_unread


def scene_text(record):
    return f"{hellaswag_query(record)} {record['endings'][record['label']]}"


def new_question(rng, subject, held_out, asked):
    while True:
        text, options, letter = exam_record(rng, subject, held_out)
        if (text, *options) not in asked:
            return text, options, letter


def write_exam(rng, out, asked):
    for subject in SUBJECTS:
        for part, count, is_test in (("test", EXAM_RECORDS, True), ("dev", EXAM_EXEMPLARS, False)):
            def record(number):
                held_out = is_test and (subject not in KNOWLEDGE or number % 2 == 0)
                return new_question(rng, subject, held_out, asked if is_test else ())

            path = out / "mmlu" / part / f"{subject}_{part}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                for text, options, letter in different(count, record):
                    writer.writerow([text, *options, letter])


def samsum_record(rng, name, number, held_out):
    text, summary, _ = dialogue(rng, held_out)
    # Half of the real dialogues have these line ends.
    line_end = "\r\n" if rng.random() < 0.5 else "\n"
    return {"id": f"tiny-{name}-{number:04d}", "summary": summary, "dialogue": text.replace("\n", line_end)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parents[2] / "tasks" / "samples")
    parser.add_argument("--tokenizer", type=pathlib.Path,
                        default=pathlib.Path(__file__).parents[2] / "models" / "tiny" / "tokenizer.model")
    args = parser.parse_args()
    out = args.out

    def stream(name):
        return random.Random(f"{SEED} {name}")

    documents = training_documents(args.tokenizer)
    training_text = "\n".join(documents)
    write_exam(stream("mmlu"), out, training_questions(documents))
    for name, count, held_out in (("val", 300, True), ("train", 80, False)):
        rng = stream(f"hellaswag {name}")
        make = unread(lambda number: hellaswag_record(rng, number, held_out), scene_text, training_text if held_out else "")
        write_jsonl(out / "hellaswag" / f"hellaswag_{name}.jsonl", different(count, make))
    for name, count, held_out, limits in (("test", 200, True, EVALUATED_LIMITS), ("train", 80, False, Limits())):
        rng = stream(f"gsm8k {name}")
        write_jsonl(out / "gsm8k" / f"{name}.jsonl",
                    different(count, lambda _: gsm8k_record(problem(rng, held_out, limits))))
    rng = stream("gsm8k exemplars")
    write_jsonl(out / "fewshot" / "gsm8k_cot_8shot.jsonl", different(8, lambda _: exemplar_record(problem(rng, False))))
    for name, count, held_out in (("test", 160, True), ("train", 60, False)):
        rng = stream(f"samsum {name}")
        write_jsonl(out / "samsum" / f"{name}.jsonl",
                    different(count, lambda number: samsum_record(rng, name, number, held_out)))
    for name, count, held_out in (("dev", 200, True), ("train_xl", 60, False)):
        rng = stream(f"winogrande {name}")
        make = unread(lambda number: winogrande_record(rng, number, held_out), winogrande_text,
                      training_text if held_out else "")
        write_jsonl(out / "winogrande" / f"{name}.jsonl", different(count, make))
    for name, count, held_out in (("val", 200, True), ("train", 60, False)):
        rng = stream(f"boolq {name}")
        write_jsonl(out / "boolq" / f"{name}.jsonl",
                    different(count, lambda number: boolq_record(rng, number, held_out)))
    rng = stream("lambada")
    write_jsonl(out / "lambada" / "lambada_test.jsonl", different(
        200, unread(lambda _: {"text": passage(rng, True)}, lambda record: record["text"], training_text)))
    rng = stream("wikitext2")
    (out / "wikitext2").mkdir(exist_ok=True)
    (out / "wikitext2" / "wiki.test.raw").write_text("".join(raw_page(rng) for _ in range(40)), encoding="utf-8")
    write_paper_samples(out)
    print(f"wrote {sum(1 for path in out.rglob('*') if path.is_file())} files below {out}")


if __name__ == "__main__":
    main()
