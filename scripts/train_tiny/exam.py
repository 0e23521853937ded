"""Multiple-choice questions as MMLU has them, in subjects that carry its names.

Some ask what is known about the world, some what follows from the question itself.
"""

from problems import Limits, plain_sum
from world import ANIMAL_HOMES, CONTAINERS, FACTS, NAMES, ROOMS, THINGS, is_held_out, people, question, some

LETTERS = "ABCD"

KNOWLEDGE = {
    "high_school_geography": ["village", "product", "near", "market_day"],
    "high_school_biology": ["animal_food", "animal_home"],
    "nutrition": ["food"],
    "sociology": ["job", "pet", "house", "mother", "father"],
    "miscellaneous": ["material", "kept"],
}
SUBJECTS = [*KNOWLEDGE, "elementary_mathematics", "formal_logic"]


def _options(rng, right, others):
    wrong = [value for value in dict.fromkeys(others) if value != right][:3]
    letter = rng.randrange(4)
    wrong.insert(letter, right)
    return [str(value) for value in wrong], LETTERS[letter]


def _knowledge(rng, relations, held_out):
    pairs = FACTS.pairs([rng.choice(relations)], held_out)
    if not pairs:
        return _knowledge(rng, relations, held_out)
    relation, subject = rng.choice(pairs)
    right = FACTS.values[relation][subject]
    pool = FACTS.pools[relation]
    return question(rng, relation, subject), *_options(rng, right, rng.sample(pool, len(pool)))


def _mathematics(rng, held_out):
    while True:
        kind = rng.choice(["sum", "next", "largest", "smallest"])
        if kind == "sum":
            a, operator, b, right = plain_sum(rng, Limits(start=20, change=20))
            text, key = f"What is {a} {operator} {b}?", (a, operator, b)
            near = [right + d for d in rng.sample([-10, -3, -2, -1, 1, 2, 3, 10], 8) if right + d >= 0]
        elif kind == "next":
            first, step = rng.randint(1, 20), rng.randint(1, 6)
            row = [first + i * step for i in range(4)]
            right, key = row[-1] + step, (first, step)
            text = f"Which number comes next: {', '.join(map(str, row))}?"
            near = [right + d for d in rng.sample([-step, -1, 1, step, step + 1, 10], 6) if d]
        else:
            near = rng.sample(range(1, 100), 4)
            right = max(near) if kind == "largest" else min(near)
            text, key = f"Which number is the {kind}?", tuple(sorted(near))
        if is_held_out("mathematics", kind, key) == held_out:
            options, letter = _options(rng, right, near)
            if len(options) == 4:
                return text, options, letter


def _logic(rng, held_out):
    while True:
        kind = rng.choice(["where", "who", "inside", "order", "elder"])
        names = people(rng, 4)
        places = some(rng, ROOMS if kind != "inside" else ROOMS, 4)
        if kind in ("where", "who"):
            asked = rng.randrange(3)
            text = " ".join(f"{name} is in the {place}." for name, place in zip(names[:3], places))
            if kind == "where":
                text, right, others = f"{text} Where is {names[asked]}?", places[asked], places
            else:
                text, right, others = f"{text} Who is in the {places[asked]}?", names[asked], names
            key = (names[asked], places[asked])
        elif kind == "inside":
            things, boxes = some(rng, THINGS, 2), some(rng, CONTAINERS, 2)
            asked = rng.randrange(2)
            lines = [f"The {thing} is in the {box}." for thing, box in zip(things, boxes)]
            lines += [f"The {box} is in the {place}." for box, place in zip(boxes, places)]
            text = f"{' '.join(lines)} Where is the {things[asked]}?"
            right, others, key = places[asked], places, (things[asked], boxes[asked])
        else:
            more, most, least = (("taller", "tallest", "shortest") if kind == "order" else ("older", "oldest", "youngest"))
            facts = [f"{names[0]} is {more} than {names[1]}.", f"{names[1]} is {more} than {names[2]}."]
            rng.shuffle(facts)
            wants_most = rng.random() < 0.5
            text = f"{' '.join(facts)} Who is the {most if wants_most else least}?"
            right, others, key = names[0 if wants_most else 2], names, (kind, names[0], names[2])
        if is_held_out("logic", kind, key) == held_out:
            others = others[:]
            rng.shuffle(others)
            return text, *_options(rng, right, others)


def _letters(rng):
    """Which letter a text has: the training text practises with these how options are read."""
    pool = rng.choice([*FACTS.pools.values(), NAMES, THINGS, [str(rng.randint(0, 99)) for _ in range(12)]])
    right = rng.choice(pool)
    return f"Which letter is {right}?", *_options(rng, right, rng.sample(pool, len(pool)))


def exam_record(rng, subject, held_out):
    """(question, four options, letter)."""
    if subject == "letters":
        while len((record := _letters(rng))[1]) < 4:
            pass
        return record
    if subject == "elementary_mathematics":
        return _mathematics(rng, held_out)
    if subject == "formal_logic":
        return _logic(rng, held_out)
    return _knowledge(rng, KNOWLEDGE[subject], held_out)


def open_question(rng, subject):
    """A question of the training text that can be answered without options, and its answer in words."""
    while True:
        text, options, letter = exam_record(rng, subject, False)
        if not text.startswith("Which number is the"):
            return text, options[LETTERS.index(letter)]
