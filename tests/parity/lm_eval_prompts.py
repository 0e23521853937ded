#!/usr/bin/env python3
"""Compares what mistral-eval asks with what lm-evaluation-harness asks, byte for byte, over all records.

    tests/parity/lm_eval_prompts.py --binary build/dev/evals/mistral-eval --data DIR [TASK ...]

A developer's check, no part of the build or of ctest: it needs a Python with `lm_eval[math,longbench]` (PyPI). lm_eval reads
the same local files: its `datasets.load_dataset` is replaced by one that gives their records in the form of the hub's exports,
and nothing is downloaded. For each task and number of shots, both sides render every document; its context with every
continuation (or, for generation, its context alone) must be the same bytes. Prints one Markdown row for each comparison,
as in docs/parity.md, and the first differences; the exit code is 1 if there were any.
"""

import argparse
import collections
import csv
import json
import logging
import pathlib
import sys
import tempfile

import datasets
import evaluate
import lm_eval.tasks

from prompt_rows import compare, json_lines, our_documents
from specified_prompts import longbench_summaries


def labelled(path, labels):
    with open(labels, encoding="utf-8") as file:
        values = file.read().splitlines()
    records = json_lines(path)
    assert len(values) == len(records), path
    return [dict(record, label=value) for record, value in zip(records, values)]


def options(records, stem):
    """Native ARC-like records in the form of the hub's."""
    return [
        {
            "id": record["id"],
            stem: record["question"]["stem"],
            "choices": {
                "text": [choice["text"] for choice in record["question"]["choices"]],
                "label": [choice["label"] for choice in record["question"]["choices"]],
            },
            "answerKey": record["answerKey"],
        }
        for record in records
    ]


def boolq(path):
    return [dict(record, label=int(str(record["label"]).lower() == "true")) for record in json_lines(path)]


def targets(record):
    def lists(choices):
        return {"choices": list(choices), "labels": list(choices.values())}

    return {
        "question": record["question"],
        "mc1_targets": lists(record["mc1_targets"]),
        "mc2_targets": lists(record["mc2_targets"]),
    }


def mmlu_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = [[cell.replace("\r\n", "\n") for cell in row] for row in csv.reader(file)]
    return [
        {"question": row[0], "choices": row[1:5], "answer": "ABCD".index(row[5])} for row in rows
    ]


class Sources:
    """The records of a hub data set, from the local files: {split: records}.

    A file for few-shot examples is the whole training set, the part of it that is there, or a stand-in (`stand_in_pools`).
    """

    def __init__(self, root):
        self.root = root

    def get(self, path, name):
        method = getattr(self, path.split("/")[-1].replace("-", "_"), None)
        if method is None:
            raise SystemExit(f"no local files stand for the data set {path}")
        return method(name)

    def first(self, *names):
        """The first of these files that is there, or else the first."""
        paths = [self.root / name for name in names]
        return next((path for path in paths if path.exists()), paths[0])

    def split(self, train, validation, read=json_lines):
        """Without a training file one record is enough: at 0 shots the reference only asks what its fields are."""
        records = read(validation)
        return {"train": read(train) if train.exists() else records[:1], "validation": records}

    def ai2_arc(self, name):
        def split(*parts):
            return options(json_lines(self.first(*(f"arc/{name}-{part}.jsonl" for part in parts))), "question")

        train = split("Train", "Dev")
        return {"train": train, "validation": train, "test": split("Test")}

    def openbookqa(self, name):
        train = self.first("openbookqa/train.jsonl", "openbookqa/train_first2000.jsonl")
        test = options(json_lines(self.root / "openbookqa/test.jsonl"), "question_stem")
        return {"train": options(json_lines(train), "question_stem"), "validation": test, "test": test}

    def commonsense_qa(self, name):
        train = self.first("commonsenseqa/train_rand_split.jsonl", "commonsenseqa/train_rand_split_first2000.jsonl")
        return self.split(
            train, self.root / "commonsenseqa/dev_rand_split.jsonl", lambda path: options(json_lines(path), "question")
        )

    def piqa(self, name):
        def read(path):
            records = labelled(path, path.with_name(f"{path.stem}-labels.lst"))
            return [dict(record, label=int(record["label"])) for record in records]

        return self.split(self.root / "piqa/train.jsonl", self.root / "piqa/valid.jsonl", read)

    def siqa(self, name):
        def read(path):
            return labelled(path, path.with_name(f"{path.stem}-labels.lst"))

        return self.split(self.root / "siqa/train.jsonl", self.root / "siqa/dev.jsonl", read)

    def winogrande(self, name):
        return self.split(self.root / "winogrande/train_xl.jsonl", self.root / "winogrande/dev.jsonl")

    def super_glue(self, name):
        return self.split(self.root / "boolq/train.jsonl", self.root / "boolq/val.jsonl", boolq)

    def truthful_qa(self, name):
        with open(self.root / "truthfulqa/mc_task.json", encoding="utf-8") as file:
            return {"validation": [targets(record) for record in json.load(file)]}

    def nq_open(self, name):
        folder = self.root / "natural_questions"
        return {
            "train": json_lines(folder / "NQ-open.efficientqa.dev.1.1.jsonl"),
            "validation": json_lines(folder / "NQ-open.dev.jsonl"),
        }

    def trivia_qa(self, name):
        def read(path):
            return [
                {
                    "question": record["context"].removeprefix("Question: ").removesuffix("\nAnswer:"),
                    "answer": {"value": record["answer"], "aliases": record["aliases"]},
                }
                for record in json_lines(path)
            ]

        return self.split(self.root / "triviaqa/pool.jsonl", self.root / "triviaqa/triviaqa_sm_sub.jsonl", read)

    def hellaswag(self, name):
        validation = self.first("hellaswag/hellaswag_val.jsonl", "hellaswag/hellaswag_val_official_1000.jsonl")
        return self.split(self.root / "hellaswag/hellaswag_train.jsonl", validation)

    def gsm8k(self, name):
        train = self.first("gsm8k/train.jsonl", "gsm8k/train_first2000.jsonl")
        return {"train": json_lines(train), "test": json_lines(self.root / "gsm8k/test.jsonl")}

    def samsum(self, name):
        return {"train": json_lines(self.root / "samsum/train.jsonl"), "test": json_lines(self.root / "samsum/test.jsonl")}

    def LongBench(self, name):
        # Finished prompts that are not there: the same draws in their place.
        assert name == "samsum"
        test = self.root / "samsum/test.jsonl"
        drawn = longbench_summaries(test, self.first("samsum/train.jsonl", "samsum/validation.jsonl"), 3)
        return {
            "test": [
                {"context": context, "question": question, "answers": [record["summary"]]}
                for (context, question), record in zip(drawn, json_lines(test), strict=True)
            ]
        }

    def mmlu(self, name):
        folder = self.root / "mmlu"
        return {
            "test": mmlu_csv(folder / "test" / f"{name}_test.csv"),
            "dev": mmlu_csv(folder / "dev" / f"{name}_dev.csv"),
        }

    def hendrycks_math(self, name):
        # The file has all subjects; the hub's configurations are its types, lower-cased.
        def subject(record):
            return record["type"].lower().replace(" & ", "_and_").replace(" ", "_")

        records = [r for r in json_lines(self.root / "math/test.jsonl") if subject(r) == name]
        return {"train": records[:1], "test": records}

    def MATH_500(self, name):
        with open(self.root / "math/math500_test.json", encoding="utf-8") as file:
            return {"test": json.load(file)}

    def bbh(self, name):
        with open(self.root / "bbh/bbh" / f"{name}.json", encoding="utf-8") as file:
            return {"test": json.load(file)["examples"]}

    def lambada_openai(self, name):
        return {"test": json_lines(self.root / "lambada/lambada_test.jsonl")}

    def lambada(self, name):
        lines = (self.root / "lambada/lambada_test_plain_text.txt").read_text(encoding="utf-8").split("\n")[:-1]
        records = [{"text": line} for line in lines]
        return {"validation": records[:1], "test": records}

    def wikitext_document_level(self, name):
        # A page begins at its title, " = Title = ", and not at the titles of its sections, " = = Title = = ".
        pages = [[]]
        for line in (self.root / "wikitext2/wiki.test.raw").read_bytes().decode("utf-8").split("\n"):
            title = line.replace("= = =", "===").replace("= =", "==").strip()
            if title.startswith("= ") and title.endswith(" ="):
                pages.append([])
            pages[-1].append(line)
        records = [{"page": "\n".join(page)} for page in pages if "".join(page).strip()]
        return {"train": records[:1], "validation": records[:1], "test": records}

    def IFEval(self, name):
        return {"train": [{"key": r["key"], "prompt": r["prompt"]} for r in json_lines(self.root / "ifeval/input_data.jsonl")]}

    def openai_humaneval(self, name):
        return {"test": json_lines(self.root / "humaneval/HumanEval.jsonl")}

    def mbpp(self, name):
        records = json_lines(self.root / "mbpp/mbpp.jsonl")
        return {"test": [record for record in records if 11 <= record["task_id"] <= 510]}


class NoCodeIsRun:
    """In place of the hub's `code_eval`, which code tasks load and try out when they are read."""

    def compute(self, **arguments):
        return {}, {}


# One comparison: our task, the reference's tasks, shots on either side, further arguments of ours.
Case = collections.namedtuple("Case", "ours theirs shots their_shots arguments")


def case(ours, theirs=None, shots=0, their_shots=None, arguments=()):
    theirs = [theirs or ours] if isinstance(theirs, (str, type(None))) else theirs
    return Case(ours, theirs, shots, shots if their_shots is None else their_shots, list(arguments))


def all_cases(root):
    subjects = sorted(path.name.removesuffix("_test.csv") for path in (root / "mmlu/test").glob("*.csv"))
    bbh = sorted(path.stem for path in (root / "bbh/bbh").glob("*.json"))
    math = "algebra counting_and_prob geometry intermediate_algebra num_theory prealgebra precalc".split()
    minerva = [f"minerva_math_{name}" for name in math]

    def part(name, path, *pool):
        """A part of the set, and for shots a pool, in place of the task's own files."""
        files = [f"{name}={path}", *(f"{name}:exemplars={file}" for file in pool)]
        return ["--allow-count-mismatch", *(argument for file in files for argument in ("--data-file", file))]

    def trivia(name, shots):
        files = [root / "triviaqa/triviaqa_sm_sub.jsonl", *([root / "triviaqa/pool.jsonl"] if shots else [])]
        return case(name, "triviaqa", shots=shots, arguments=part(name, *files))

    def hellaswag(name, theirs, shots):
        return case(name, theirs, shots=shots, arguments=part(name, root / "hellaswag/hellaswag_val_official_1000.jsonl"))

    def leaderboard(name, shots):
        """As the group `openllm` changes the reference's task."""
        return {"group": "leaderboard", "task": [{"task": name, "fewshot_split": "train", "num_fewshot": shots}]}

    return [
        case("arc_easy"),
        case("arc_easy", shots=5),
        case("arc_challenge"),
        case("arc_challenge", shots=25),
        case("openbookqa"),
        case("openbookqa", shots=5),
        case("commonsense_qa"),
        case("commonsense_qa", shots=5),
        *(case(name, shots=shots) for name in ("piqa", "social_iqa", "winogrande", "boolq") for shots in (0, 5)),
        case("truthfulqa_mc1", shots=6, their_shots=0),
        case("truthfulqa_mc2", shots=6, their_shots=0),
        case("nq_open"),
        case("nq_open", shots=5),
        case("nq_open_line", "nq_open", shots=5),
        *(trivia(name, shots) for name in ("triviaqa", "triviaqa_rc") for shots in (0, 5)),
        hellaswag("hellaswag", "hellaswag", 0),
        hellaswag("hellaswag", "hellaswag", 10),
        case("mmlu", [f"mmlu_{name}" for name in subjects], shots=5),
        case("mmlu_continuation", [f"mmlu_{name}_continuation" for name in subjects], shots=5),
        case("mmlu_generative", [f"mmlu_{name}_generative" for name in subjects], shots=5),
        case("open_llm_arc_challenge", [leaderboard("arc_challenge", 25)], shots=25),
        hellaswag("open_llm_hellaswag", [leaderboard("hellaswag", 10)], 10),
        case("open_llm_winogrande", [leaderboard("winogrande", 5)], shots=5),
        case("gsm8k", shots=5),
        case("gsm8k_cot", shots=8),
        case("gsm8k_cot_maj8", "gsm8k_cot", shots=8),
        case("gsm8k_cot_maj8_reference", "gsm8k_cot_self_consistency", shots=8),
        case("math", minerva, shots=4),
        case("math_maj4", minerva, shots=4),
        case("math500", "minerva_math500", shots=4),
        case("samsum_longbench", "longbench_samsum", shots=3, their_shots=0),
        case("bbh_cot", [f"bbh_cot_fewshot_{name}" for name in bbh], shots=3),
        case("lambada_openai"),
        case("lambada_standard"),
        case("wikitext2", "wikitext"),
        case("humaneval"),
        case("mbpp", shots=3),
        case("ifeval"),
    ]


def reference_requests(manager, name, shots):
    """Per document: its context with every continuation, or for generation its context alone."""
    (task,) = manager.load([name])["tasks"].values()
    task.set_config("num_fewshot", shots)
    task.set_fewshot_seed(seed=1234)
    task.build_all_requests(limit=None, rank=0, world_size=1)
    documents = collections.defaultdict(list)
    for instance in task.instances:
        is_scored = instance.request_type == "loglikelihood"
        documents[instance.doc_id].append(list(instance.args) if is_scored else [instance.args[0]])
    return [documents[index] for index in sorted(documents)]


def our_requests(binary, root, one):
    documents = list(our_documents(binary, root, one.ours, one.shots, one.arguments))
    if len(one.theirs) > 1:
        # Their subjects come one after the other, ours in the order of the file.
        groups = sorted({group for group, _ in documents})
        documents.sort(key=lambda document: groups.index(document[0]))
    return [requests for _, requests in documents]


def read_local_files(root, include=None):
    """Makes the reference read the files below root, and returns a manager of its tasks and of those in `include`."""
    sources = Sources(root)

    def load_dataset(path, name=None, **_):
        splits = sources.get(path, name)
        return datasets.DatasetDict(
            {split: datasets.Dataset.from_list(records) for split, records in splits.items()}
        )

    datasets.load_dataset = load_dataset
    evaluate.load = lambda *_, **__: NoCodeIsRun()
    return lm_eval.tasks.TaskManager(include_path=include and str(include))


# Files whose second half stands in for a training set that is not there, and the name of that. A pool thus holds documents that
# are evaluated, of which neither side may show one to itself.
STAND_INS = {
    "piqa/valid.jsonl": "piqa/train.jsonl",
    "piqa/valid-labels.lst": "piqa/train-labels.lst",
    "siqa/dev.jsonl": "siqa/train.jsonl",
    "siqa/dev-labels.lst": "siqa/train-labels.lst",
    "winogrande/dev.jsonl": "winogrande/train_xl.jsonl",
    "boolq/val.jsonl": "boolq/train.jsonl",
    "hellaswag/hellaswag_val_official_1000.jsonl": "hellaswag/hellaswag_train.jsonl",
    "triviaqa/triviaqa_sm_sub.jsonl": "triviaqa/pool.jsonl",
}


def stand_in_pools(root):
    for source, pool in STAND_INS.items():
        if (root / source).exists() and not (root / pool).exists():
            lines = (root / source).read_bytes().removesuffix(b"\n").split(b"\n")
            (root / pool).write_bytes(b"\n".join(lines[len(lines) // 2 :]) + b"\n")


def stand_in_lines(root):
    """LAMBADA's plain text, where it is not there: the passages of its other form, a line each."""
    path = root / "lambada/lambada_test_plain_text.txt"
    if (root / "lambada").exists() and not path.exists():
        passages = [record["text"] for record in json_lines(root / "lambada/lambada_test.jsonl")]
        path.write_text("".join(passage.replace("\n", " ") + "\n" for passage in passages), encoding="utf-8")


def with_exemplars(shared, folder):
    """A data directory with the shared files, pools where there is none, and the exemplars in the reference's own code."""
    for path in shared.iterdir():
        if not path.is_dir():
            continue
        (folder / path.name).mkdir()
        for file in path.iterdir():
            (folder / path.name / file.name).symlink_to(file)
    stand_in_pools(folder)
    stand_in_lines(folder)
    fewshot = folder / "fewshot"
    tasks = pathlib.Path(lm_eval.tasks.__file__).parent
    text = (tasks / "truthfulqa/truthfulqa_mc1.yaml").read_text(encoding="utf-8")
    block = text.split("prompt_qa = '\\\n")[1].split("\\\n  '%}")[0]
    block = "".join(line.strip().removesuffix("\\") for line in block.split("\n")).replace("\\n", "\n")
    with open(fewshot / "truthfulqa_qa6.jsonl", "w", encoding="utf-8") as file:
        for pair in block.split("\n\n"):
            question, answer = pair.removeprefix("Q: ").split("\nA: ")
            file.write(json.dumps({"question": question, "answer": answer}) + "\n")
    try:
        from lm_eval.tasks.minerva_math.utils import list_fewshot_samples
    except ModuleNotFoundError:  # its optional packages are not there
        return
    minerva = fewshot / "minerva_math_4shot.txt"
    minerva.unlink(missing_ok=True)  # it may be a link to the file of the data
    blocks = [f"Problem:\n{sample['problem']}\n\nSolution:\n{sample['solution']}\n" for sample in list_fewshot_samples()]
    minerva.write_text("\n".join(blocks), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("tasks", nargs="*", help="our names; all unless given")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    num_differences = 0
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with_exemplars(arguments.data.resolve(), root)
        manager = read_local_files(root)
        print("| task | shots | documents | requests | different |\n|---|---|---|---|---|")
        for one in all_cases(root):
            if arguments.tasks and one.ours not in arguments.tasks:
                continue
            ours = our_requests(arguments.binary, root, one)
            theirs = []
            for name in one.theirs:
                theirs += reference_requests(manager, name, one.their_shots)
            num_differences += compare(one.ours, one.shots, ours, theirs, "theirs")
    return 1 if num_differences else 0


if __name__ == "__main__":
    sys.exit(main())
