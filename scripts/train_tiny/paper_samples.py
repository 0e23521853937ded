"""Writes the sample records of the tasks that the model has no training documents for: with those of samples.py, every
task of the group `mistral_paper` runs on a bare machine.

    python3 paper_samples.py [--out DIRECTORY]

All of it is said about the small world (world.py) or reckoned with small numbers. Nothing is held out, since no document
of the training text has these forms. The same seed gives the same files, byte for byte.
"""

import argparse
import json
import pathlib
import random

from world import CONTAINERS, FACTS, FOODS, MATERIALS, NAMES, ROOMS, THINGS, people, possessive, pronoun, question, some

SEED = 52
LETTERS = "ABCDE"


def stream(name):
    return random.Random(f"{SEED} {name}")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def write_jsonl(path, records):
    write(path, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def different(count, make):
    """`count` results of make(), none twice."""
    results, seen = [], set()
    while len(results) < count:
        result = make()
        if repr(result) not in seen:
            seen.add(repr(result))
            results.append(result)
    return results


def fact(rng, relations=None):
    """(question, right value, other values of its kind)."""
    relation = rng.choice(sorted(relations or FACTS.values))
    subject = rng.choice(sorted(FACTS.values[relation]))
    right = FACTS.values[relation][subject]
    others = [value for value in dict.fromkeys(FACTS.pools[relation]) if value != right]
    return question(rng, relation, subject), right, others


def options(rng, right, others, count):
    chosen = rng.sample(others, count - 1)
    place = rng.randrange(count)
    return chosen[:place] + [right] + chosen[place:], place


def native_choices(texts):
    return [{"text": text, "label": LETTERS[i]} for i, text in enumerate(texts)]


def write_lettered(out):
    """ARC, OpenBookQA and CommonsenseQA, which write their records alike."""
    sets = [("arc/ARC-Easy-Test", 40, 4), ("arc/ARC-Easy-Train", 12, 4), ("arc/ARC-Challenge-Test", 40, 4),
            ("arc/ARC-Challenge-Train", 30, 4), ("openbookqa/test", 40, 4), ("openbookqa/train", 12, 4),
            ("commonsenseqa/dev_rand_split", 40, 5), ("commonsenseqa/train_rand_split", 12, 5)]
    for path, count, num_options in sets:
        rng = stream(path)

        def make():
            while True:
                text, right, others = fact(rng)
                if len(others) >= num_options - 1:
                    return text, options(rng, right, others, num_options)

        records = []
        for number, (text, (texts, place)) in enumerate(different(count, make)):
            body = {"stem": text, "choices": native_choices(texts)}
            if path.startswith("commonsenseqa"):
                body["question_concept"] = texts[place]
            records.append({"id": f"tiny-{number:03d}", "question": body, "answerKey": LETTERS[place]})
        write_jsonl(out / f"{path}.jsonl", records)


def write_piqa(out):
    for name, count in (("valid", 40), ("train", 12)):
        rng = stream(f"piqa {name}")

        def make():
            thing, (container, other), room = rng.choice(THINGS), some(rng, CONTAINERS, 2), rng.choice(ROOMS)
            right = f"open the {container} and lay the {thing} into it"
            wrong = f"open the {other} and lay the {thing} beside it"
            goal = f"put the {thing} into the {container} that stands in the {room}"
            return (goal, right, wrong, 0) if rng.random() < 0.5 else (goal, wrong, right, 1)

        rows = different(count, make)
        write_jsonl(out / "piqa" / f"{name}.jsonl", [{"goal": g, "sol1": a, "sol2": b} for g, a, b, _ in rows])
        write(out / "piqa" / f"{name}-labels.lst", "".join(f"{row[3]}\n" for row in rows))


def write_social(out):
    for name, count in (("dev", 40), ("train", 12)):
        rng = stream(f"siqa {name}")

        def make():
            giver, taker = people(rng, 2)
            thing, food = rng.choice(THINGS), rng.choice(FOODS)
            context = f"{giver} had lost the {thing}. {taker} found it and brought it to {giver}."
            answers = [f"thank {taker}", f"ask {taker} for {food}", f"hide the {thing} from {taker}"]
            order = rng.sample(range(3), 3)
            return context, giver, [answers[i] for i in order], order.index(0) + 1

        rows = different(count, make)
        write_jsonl(out / "siqa" / f"{name}.jsonl",
                    [{"context": context, "question": f"What will {giver} want to do next?",
                      "answerA": texts[0], "answerB": texts[1], "answerC": texts[2]} for context, giver, texts, _ in rows])
        write(out / "siqa" / f"{name}-labels.lst", "".join(f"{row[3]}\n" for row in rows))


def write_knowledge(out):
    for name, count in (("dev", 40), ("train", 12)):
        rng = stream(f"nq {name}")
        rows = different(count, lambda: fact(rng)[:2])
        write_jsonl(out / "natural_questions" / f"NQ-open.{name}.jsonl",
                    [{"question": text.rstrip("?").lower(), "answer": [right]} for text, right in rows])
    for name, count in (("dev", 40), ("train", 12)):
        rng = stream(f"triviaqa {name}")
        rows = different(count, lambda: fact(rng)[:2])
        data = [{"Question": text, "QuestionId": f"tiny_{number}", "QuestionSource": "tiny",
                 "Answer": {"Value": right, "NormalizedValue": right.lower(), "Aliases": [right, f"the {right}"],
                            "NormalizedAliases": [right.lower()]}}
                for number, (text, right) in enumerate(rows)]
        write(out / "triviaqa" / f"unfiltered-web-{name}.json", json.dumps({"Data": data}, indent=1) + "\n")


def write_quac(out):
    rng = stream("quac")
    dialogues = []
    for number in range(14):
        things, rooms = some(rng, THINGS, 3), some(rng, ROOMS, 3)
        name = rng.choice(NAMES)
        passage = " ".join(f"The {thing} is in the {room}." for thing, room in zip(things, rooms))
        turns = [(f"Where is the {thing}?", f"in the {room}") for thing, room in zip(things, rooms)]
        turns.insert(rng.randrange(1, 3), (f"How old is {name}?", "CANNOTANSWER"))
        passage += " CANNOTANSWER"
        qas = [{"id": f"C_tiny_{number}_q#{turn}", "question": text, "followup": "y", "yesno": "x",
                "orig_answer": {"text": answer, "answer_start": passage.index(answer)},
                "answers": [{"text": answer, "answer_start": passage.index(answer)}]}
               for turn, (text, answer) in enumerate(turns)]
        dialogues.append({"title": f"The house of {name}", "section_title": "The rooms",
                          "background": f"{name} keeps {possessive(name)} things in order, and {pronoun(name)} knows where each is.",
                          "paragraphs": [{"id": f"C_tiny_{number}", "context": passage, "qas": qas}]})
    write(out / "quac" / "val_v0.2.json", json.dumps({"data": dialogues}, indent=1) + "\n")


def math_problem(rng):
    a, b = rng.randint(2, 19), rng.randint(2, 19)
    kind = rng.choice(["Algebra", "Prealgebra", "Number Theory"])
    if kind == "Algebra":
        return kind, f"Solve $x+{a}={a + b}$.", f"Take ${a}$ from both sides: $x={a + b}-{a}=\\boxed{{{b}}}$.", b
    if kind == "Prealgebra":
        return kind, f"What is ${a} \\cdot {b}$?", f"The product is ${a} \\cdot {b}=\\boxed{{{a * b}}}$.", a * b
    return kind, f"What is the remainder of ${a * b + 1}$ divided by ${a}$?", \
        f"Since ${a * b + 1}={b} \\cdot {a}+1$, the remainder is $\\boxed{{{1}}}$.", 1


def write_math(out):
    rng = stream("math")
    rows = different(44, lambda: math_problem(rng))
    write_jsonl(out / "math" / "test.jsonl",
                [{"problem": text, "level": "Level 1", "type": kind, "solution": solution} for kind, text, solution, _ in rows[4:]])
    write(out / "fewshot" / "minerva_math_4shot.txt", "\n\n".join(
        f"Problem:\n{text}\n\nSolution:\n{solution}\nFinal Answer: The final answer is ${answer}$. I hope it is correct."
        for _, text, solution, answer in rows[:4]) + "\n")


def boolean_expression(rng):
    a, b = rng.choice(["True", "False"]), rng.choice(["True", "False"])
    operator = rng.choice(["and", "or"])
    right = str(eval(f"{a} {operator} {b}"))  # of two words of ours
    return f"{a} {operator} {b} is", right, f"{a} {operator} {b} is {right}."


def object_counting(rng):
    things = some(rng, THINGS, 3, without=["knife"])  # whose plural is another word
    numbers = [rng.randint(2, 6) for _ in things]
    listed = ", ".join(f"{number} {thing}s" for number, thing in zip(numbers, things))
    total = " + ".join(map(str, numbers))
    return f"I have {listed}. How many things do I have?", str(sum(numbers)), f"We add: {total} = {sum(numbers)}."


def word_sorting(rng):
    words = some(rng, MATERIALS, 3)
    right = " ".join(sorted(words))
    return f"Sort the following words alphabetically: List: {' '.join(words)}", right, f"In order they are: {right}."


def write_bbh(out):
    sets = {"boolean_expressions": ("Evaluate the result of an expression of two truth values.", boolean_expression),
            "object_counting": ("Count the things that somebody has.", object_counting),
            "word_sorting": ("Sort a list of words.", word_sorting)}
    for name, (description, make) in sets.items():
        rng = stream(f"bbh {name}")
        # Eight different expressions are all there are.
        rows = [make(rng) for _ in range(15)]
        examples = [{"input": text, "target": right} for text, right, _ in rows[3:]]
        canary = "Sample records of a small invented world."
        write(out / "bbh" / "bbh" / f"{name}.json", json.dumps({"canary": canary, "examples": examples}, indent=1) + "\n")
        shots = "\n\n".join(f"Q: {text}\nA: Let's think step by step.\n{steps} So the answer is {right}."
                            for text, right, steps in rows[:3])
        write(out / "bbh" / "cot-prompts" / f"{name}.txt", f"{canary}\n-----\n{description}\n\n{shots}")


AGIEVAL = {"aqua-rat": (5, 5), "logiqa-en": (4, 3), "lsat-ar": (5, 3), "lsat-lr": (5, 3), "lsat-rc": (5, 3),
           "sat-math": (4, 5), "sat-en": (4, 3), "sat-en-without-passage": (4, 3), "gaokao-english": (4, 3)}


def write_agieval(out):
    shown = []
    for name, (num_options, num_shots) in AGIEVAL.items():
        rng = stream(f"agieval {name}")

        def make():
            names, rooms = people(rng, 3), some(rng, ROOMS, num_options)
            asked = rng.randrange(3)
            passage = " ".join(f"{who} is in the {room}." for who, room in zip(names, rooms))
            texts, place = options(rng, rooms[asked], [room for room in rooms if room != rooms[asked]], num_options)
            if name == "sat-en-without-passage":
                text, right, others = fact(rng, ["village", "product", "food", "animal_food"])
                texts, place = options(rng, right, others, num_options)
                return "", text, texts, place, right
            return passage + " ", f"Where is {names[asked]}?", texts, place, rooms[asked]

        rows = different(8 + num_shots, make)
        records = [{"passage": passage, "question": text, "options": [f"({LETTERS[i]}){one}" for i, one in enumerate(texts)],
                    "label": LETTERS[place], "answer": None, "other": None} for passage, text, texts, place, _ in rows]
        write_jsonl(out / "agieval" / f"{name}.jsonl", records[num_shots:])
        for record, row in zip(records[:num_shots], rows):
            shown.append({"set": name, **{key: record[key] for key in ("passage", "question", "options", "label")},
                          "explanation": f"The right one is {row[4]}."})
    write_jsonl(out / "agieval" / "few_shot.jsonl", shown)


# name -> what it says, its parameter, its body, and what it gives for a number
FUNCTIONS = {
    "add": ("the number plus {k}", "n + {k}", lambda n, k: n + k),
    "times": ("{k} times the number", "{k} * n", lambda n, k: k * n),
    "less": ("whether the number is less than {k}", "n < {k}", lambda n, k: n < k),
    "rest": ("what remains of the number after a division by {k}", "n % {k}", lambda n, k: n % k),
}


def functions(count):
    """(name, what it gives, expression, [(argument, result)]) of `count` small functions."""
    rng = stream("functions")
    rows = different(count, lambda: (rng.choice(sorted(FUNCTIONS)), rng.randint(2, 9)))
    for kind, k in rows:
        says, body, gives = FUNCTIONS[kind]
        yield f"{kind}_{k}", says.format(k=k), body.format(k=k), [(n, gives(n, k)) for n in (1, 7, 12)]


def write_code(out):
    made = list(functions(16))
    write_jsonl(out / "humaneval" / "HumanEval.jsonl",
                [{"task_id": f"HumanEval/{number}",
                  "prompt": f'def {name}(n: int):\n    """ Gives {says}.\n    >>> {name}({cases[0][0]})\n    {cases[0][1]}\n    """\n',
                  "entry_point": name, "canonical_solution": f"    return {body}\n",
                  "test": "def check(candidate):\n" + "".join(f"    assert candidate({n}) == {result}\n" for n, result in cases)}
                 for number, (name, says, body, cases) in enumerate(made[:12])])
    # Problems 2 to 4 are the exemplars, those from 11 on are asked.
    numbers = [1, 2, 3, 4, *range(11, 23)]
    records = [{"text": f"Write a function that gives {says}.", "code": f"def {name}(n):\r\n  return {body}", "task_id": number,
                "test_setup_code": "", "test_list": [f"assert {name}({n}) == {result}" for n, result in cases],
                "challenge_test_list": []}
               for number, (name, says, body, cases) in zip(numbers, made)]
    write_jsonl(out / "mbpp" / "mbpp.jsonl", records)
    sanitized = [{"source_file": "tiny", "task_id": record["task_id"], "prompt": record["text"],
                  "code": record["code"].replace("\r\n", "\n"), "test_imports": [], "test_list": record["test_list"]}
                 for record in records[1:]]
    write(out / "mbpp" / "sanitized-mbpp.json", json.dumps(sanitized, indent=1) + "\n")


def write_paper_samples(out):
    for part in (write_lettered, write_piqa, write_social, write_knowledge, write_quac, write_math, write_bbh, write_agieval,
                 write_code):
        part(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parents[2] / "tasks" / "samples")
    write_paper_samples(parser.parse_args().out)


if __name__ == "__main__":
    main()
