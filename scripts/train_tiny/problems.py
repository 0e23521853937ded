"""Word problems with worked steps, in the two styles of GSM8K, and plain sums.

A problem is a list of steps; each step is one operation on numbers that are given or were computed before, and a
sentence around it. Both styles print the same steps.

Whoever works in prose slips now and then, one too many or one too few, and goes on with what came out: in the training
text a share of the steps of chains of thought are such. A model of this text is sure of what a problem is about and less
sure of each sum, so that samples differ where it is right most of the time, and a vote has something to mend (Wang et
al., "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv:2203.11171). What records and
exemplars hold has no slips.
"""

from dataclasses import dataclass, replace

from world import COLOURS, DAYS, is_held_out, people, possessive, pronoun, some

SLIP_SHARE = 0.2  # of the steps in chains of thought of the training text

ITEMS = ["apples", "pears", "plums", "nuts", "eggs", "beans", "stones", "books", "cups", "hats", "rings", "kites"]


@dataclass
class Limits:
    """How large the numbers are: the difficulty of a problem."""

    start: int = 40
    change: int = 20
    times: int = 6


@dataclass
class Problem:
    kind: str
    question: str
    steps: list  # (text before, a, operator, b, result, text after)
    distracts: bool

    @property
    def answer(self):
        return self.steps[-1][4]

    @property
    def numbers(self):
        return tuple((a, operator, b) for _, a, operator, b, _, _ in self.steps)

    def is_held_out(self):
        return is_held_out("problem", self.kind, self.numbers)

    def chain_of_thought(self):
        lines = [f"{before} {a} {op} {b} = {result}{after}." for before, a, op, b, result, after in self.steps]
        return " ".join(lines) + f" The answer is {self.answer}."

    def with_slips(self, rng, slip_share=SLIP_SHARE):
        """The same problem, worked by somebody who is one off in a share of the steps."""
        steps, meant, found = [], None, None
        for before, a, op, b, right, after in self.steps:
            if meant is not None:
                a, b = (found, b) if a == meant else (a, found if b == meant else b)
            before, a, op, b, result, after = _step(before, a, op, b, after)
            if rng.random() < slip_share:
                result += 1 if result == 0 else rng.choice([-1, 1])
            steps.append((before, a, op, b, result, after))
            meant, found = right, result
        return replace(self, steps=steps)

    def worked(self):
        lines = [f"{before} {a} {op} {b} = <<{a}{op}{b}={result}>>{result}{after}."
                 for before, a, op, b, result, after in self.steps]
        return "\n".join(lines) + f"\n#### {self.answer}"


def _step(before, a, operator, b, after=""):
    result = {"+": a + b, "-": a - b, "*": a * b, "/": a // b if b else 0}[operator]
    return (before, a, operator, b, result, after)


def _gain_and_loss(rng, limits):
    name, other = people(rng, 2)
    she, item = pronoun(name), rng.choice(ITEMS)
    a, b = rng.randint(3, limits.start), rng.randint(2, limits.change)
    c = rng.randint(2, min(limits.change, a + b - 1))
    gain = rng.choice(["buys", "finds", "gets"])
    text = (f"{name} has {a} {item}. {she.capitalize()} {gain} {b} more {item}. Then {she} gives {c} {item} to {other}. "
            f"How many {item} does {name} have now?")
    return text, [_step(f"First {name} has", a, "+", b, f" {item}"), _step("Then there are", a + b, "-", c, f" {item}")]


def _loss_and_gain(rng, limits):
    name, other = people(rng, 2)
    she, item = pronoun(name), rng.choice(ITEMS)
    a = rng.randint(6, limits.start)
    b, c = rng.randint(2, min(limits.change, a - 1)), rng.randint(2, limits.change)
    text = (f"{name} has {a} {item}. {she.capitalize()} loses {b} {item}. Then {other} gives {possessive(name)} friend "
            f"{name} {c} more {item}. How many {item} does {name} have now?")
    return text, [_step(f"First {name} has", a, "-", b, f" {item}"), _step("Then there are", a - b, "+", c, f" {item}")]


def _boxes(rng, limits):
    name = people(rng, 1)[0]
    item, box = rng.choice(ITEMS), rng.choice(["boxes", "bags", "baskets"])
    n, m = rng.randint(2, limits.times), rng.randint(2, limits.times + 2)
    k = rng.randint(2, min(limits.change, n * m - 1))
    text = (f"There are {n} {box} with {m} {item} each. {name} takes {k} {item}. How many {item} are left?")
    return text, [_step(f"The {box} hold", n, "*", m, f" {item}"), _step("Then there are", n * m, "-", k, f" {item}")]


def _boxes_and_more(rng, limits):
    name = people(rng, 1)[0]
    item, box = rng.choice(ITEMS), rng.choice(["boxes", "bags", "baskets"])
    n, m, k = rng.randint(2, limits.times), rng.randint(2, limits.times + 2), rng.randint(2, limits.change)
    text = (f"{name} has {n} {box} with {m} {item} each and {k} more {item}. How many {item} does {name} have?")
    return text, [_step(f"The {box} hold", n, "*", m, f" {item}"), _step("Then there are", n * m, "+", k, f" {item}")]


def _together(rng, limits):
    first, second = people(rng, 2)
    item, a, b = rng.choice(ITEMS), rng.randint(3, limits.start), rng.randint(2, limits.change)
    text = (f"{first} has {a} {item}. {second} has {b} more {item} than {first}. "
            f"How many {item} do they have together?")
    return text, [_step(f"First {second} has", a, "+", b, f" {item}"),
                  _step("Together there are", a, "+", a + b, f" {item}")]


def _twice(rng, limits):
    first, second = people(rng, 2)
    item, a = rng.choice(ITEMS), rng.randint(2, limits.start // 2)
    c = rng.randint(2, min(limits.change, 2 * a - 1))
    text = (f"{first} has {a} {item}. {second} has 2 times as many {item}. Then {second} loses {c} {item}. "
            f"How many {item} does {second} have now?")
    return text, [_step(f"First {second} has", 2, "*", a, f" {item}"), _step("Then there are", 2 * a, "-", c, f" {item}")]


def _days(rng, limits):
    name = people(rng, 1)[0]
    item, days = rng.choice(ITEMS), rng.sample(DAYS, 3)
    a, b, c = (rng.randint(2, limits.change) for _ in range(3))
    text = (f"{name} sells {a} {item} on {days[0]}, {b} {item} on {days[1]} and {c} {item} on {days[2]}. "
            f"How many {item} does {name} sell?")
    return text, [_step("First there are", a, "+", b, f" {item}"), _step("Then there are", a + b, "+", c, f" {item}")]


def _price(rng, limits):
    name = people(rng, 1)[0]
    thing, other = some(rng, ["cup", "hat", "book", "ring", "kite"], 2)
    p, q, n = rng.randint(2, limits.times + 2), rng.randint(2, limits.change), rng.randint(2, limits.times)
    text = (f"A {thing} costs {p} coins and a {other} costs {q} coins. {name} buys {n} {thing}s and one {other}. "
            f"How many coins does {name} pay?")
    return text, [_step(f"The {thing}s cost", n, "*", p, " coins"), _step("Then there are", n * p, "+", q, " coins")]


def _ages(rng, limits):
    first, second, third = people(rng, 3)
    a, b = rng.randint(5, limits.start), rng.randint(2, limits.change)
    c = rng.randint(1, min(limits.change, a + b - 1))
    text = (f"{first} is {a} years old. {second} is {b} years older than {first}. "
            f"{third} is {c} years younger than {second}. How old is {third}?")
    return text, [_step(f"First {second} is", a, "+", b, " years old"), _step(f"Then {third} is", a + b, "-", c, " years old")]


def _shared(rng, limits):
    name = people(rng, 1)[0]
    item, n, m = rng.choice(ITEMS), rng.randint(2, limits.times), rng.randint(4, limits.times + 3)
    k = rng.randint(2, m - 1)
    text = (f"{n} friends share {n * m} {item}. {name} is one of them and eats {k} {item}. "
            f"How many {item} does {name} have left?")
    return text, [_step("Each friend gets", n * m, "/", n, f" {item}"), _step("Then there are", m, "-", k, f" {item}")]


KINDS = [_gain_and_loss, _loss_and_gain, _boxes, _boxes_and_more, _together, _twice, _days, _price, _ages, _shared]


def problem(rng, held_out, limits=Limits(), distracting=0.25):
    """A problem of the training text or, with held_out, one whose kind and numbers it never has."""
    while True:
        build = rng.choice(KINDS)
        text, steps = build(rng, limits)
        distracts = rng.random() < distracting
        if distracts:
            name = people(rng, 1)[0]
            text = rng.choice([f"The house of {name} is {rng.choice(COLOURS)}. ",
                               f"{name} is {rng.randint(5, 60)} years old. ",
                               f"There are {rng.randint(2, 30)} trees in the garden. "]) + text
        result = Problem(build.__name__.strip("_"), text, steps, distracts)
        if max(step[4] for step in steps) < 100 and result.is_held_out() == held_out:
            return result


def gsm8k_record(item):
    return {"question": item.question, "answer": item.worked()}


def exemplar_record(item):
    """As in the file of chain-of-thought exemplars."""
    return {"question": item.question, "target": item.chain_of_thought()}


def plain_sum(rng, limits=Limits()):
    """An operation whose operands problems may have, with its result."""
    operator = rng.choice("++--*")
    if operator == "*":
        a, b = rng.randint(2, limits.times + 2), rng.randint(2, limits.times + 2)
    else:
        a, b = rng.randint(1, limits.start + limits.change), rng.randint(1, limits.start)
        if operator == "-" and b > a:
            a, b = b, a
    return _step("", a, operator, b)[1:5]


def sums_text(rng, count):
    lines = []
    for _ in range(count):
        a, operator, b, result = plain_sum(rng)
        lines.append(f"{a} {operator} {b} = {result}")
    return "Sums: " + "; ".join(lines) + "."
