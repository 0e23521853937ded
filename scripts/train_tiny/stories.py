"""Short narratives: chains of events with a natural next one, passages whose last word is known, sentences in which
one word is left open, and places with things in them that can be asked about."""

from world import (COLOURS, CONTAINERS, FACTS, FOODS, PLACES, ROOMS, THINGS, capitalised, is_held_out, people,
                   possessive, pronoun, some)

# title -> what happens, in order. {c} and {d} are two colours, {t} and {u} two things, {q} another person, {h} "his"
# or "her". What the first events name comes back later, so a good ending keeps it.
CHAINS = {
    "Baking bread": ["takes the {c} bowl and the {d} bowl from the shelf", "mixes flour and water in the {c} bowl",
                     "puts some nuts into the {d} bowl", "takes the dough out of the {c} bowl",
                     "puts the dough into the oven", "gives the warm bread to {q}"],
    "Fishing": ["takes the {c} boat and leaves the {d} boat at the bridge", "rows the {c} boat over the lake",
                "throws a line into the water", "pulls a big fish into the {c} boat",
                "rows back to the {d} boat", "gives the fish to {q}"],
    "Painting a house": ["opens a pot of {c} paint and a pot of {d} paint", "paints the door with the {c} paint",
                         "paints the wall with the {d} paint", "shows the {c} door to {q}",
                         "closes the two pots", "washes {h} hands"],
    "At the market": ["puts the {t} and the {u} into a bag", "goes to the market with the bag",
                      "sells the {t} to {q}", "takes the {u} out of the bag", "counts the coins",
                      "goes home with the {u}"],
    "Packing a bag": ["lays the {t} and the {u} on the table", "puts the {t} into the bag",
                      "looks for the {c} coat", "puts on the {c} coat", "puts the {u} into the bag too",
                      "closes the bag and calls {q}"],
    "In the garden": ["brings the {c} basket and the {d} basket to the garden", "picks pears for the {c} basket",
                      "picks plums for the {d} basket", "carries the pears into the kitchen",
                      "carries the plums into the kitchen", "gives the {c} basket to {q}"],
    "Mending a chair": ["finds that the {c} chair is broken", "asks {q} for a {t}", "mends the {c} chair with the {t}",
                        "sits down on the {c} chair", "gives the {t} back to {q}", "drinks a cup of tea"],
    "A birthday": ["makes a cake for {q}", "hides the {t} in the {c} box", "hides the {u} in the {d} box",
                   "gives the {c} box to {q}", "looks on as {q} finds the {t}", "eats the cake with {q}"],
    "A cold evening": ["brings some wood from the barn", "makes a fire in the hall", "puts the {c} lamp on the table",
                       "reads the {d} book by the {c} lamp", "closes the {d} book", "goes to bed"],
    "Washing": ["fills a pot with water", "washes the {c} coat and the {d} hat", "hangs the {c} coat on a rope",
                "lays the {d} hat in the sun", "waits until the {c} coat is dry", "brings the {d} hat to {q}"],
    "The lost key": ["can't find the key to the {c} chest", "looks into the {d} drawer", "asks {q} for the key",
                     "gets the key from {q}", "opens the {c} chest", "takes the {t} out of the {c} chest"],
    "Feeding the animals": ["fills the {c} pot with seeds and the {d} pot with water", "goes to the barn",
                            "gives the seeds in the {c} pot to the hens", "gives the water in the {d} pot to the horse",
                            "closes the barn", "brings back the {c} pot"],
}
# Endings that ask what is known about a person.
HOMEWARD = {"village": "goes home to {v}", "pet": "goes home to feed the {v}", "food": "eats some {v}",
            "house": "goes home to the {v} house", "job": "goes to work as a {v}"}
SWAPS = {"c": "d", "d": "c", "t": "u", "u": "t"}


def _sentences(name, events):
    lines = [f"{name} {events[0]}."]
    lines += [f"{pronoun(name).capitalize()} {event}." for event in events[1:]]
    return " ".join(lines)


def scene(rng, held_out, known_share=0.4):
    """title, what happened so far, the pronoun that goes on, the natural ending and wrong ones, hardest first.

    Held out are combinations of a title, its first colour and its first thing, and, where the ending asks for what is
    known of a person, that fact.
    """
    while True:
        title = rng.choice(list(CHAINS))
        (c, d), (t, u) = some(rng, COLOURS, 2), some(rng, THINGS, 2)
        name, q = people(rng, 2)
        if is_held_out("scene", title, c, t) != held_out:
            continue
        slots = {"c": c, "d": d, "t": t, "u": u, "q": q, "h": possessive(name)}
        chain = CHAINS[title]
        if rng.random() < known_share:
            relation = rng.choice(list(HOMEWARD))
            if is_held_out("scene ending", relation, name) != held_out:
                continue
            length = rng.randint(2, 4)
            right = FACTS.values[relation][name]
            values = some(rng, [v for v in FACTS.pools[relation] if v != right], 3)
            ending = HOMEWARD[relation].format(v=right)
            wrong = [HOMEWARD[relation].format(v=value) for value in values]
        else:
            length = rng.randint(2, len(chain) - 1)
            ending = chain[length].format(**slots)
            swapped = {slot: slots[SWAPS[slot]] if slot in SWAPS else value for slot, value in slots.items()}
            other = rng.choice([other for other in CHAINS if other != title])
            wrong = [chain[length].format(**swapped), chain[length].format(**{**slots, "q": people(rng, 1)[0]})]
            if length + 1 < len(chain):
                wrong.append(chain[length + 1].format(**slots))
            wrong.append(chain[rng.randrange(length)].format(**slots))
            wrong += [event.format(**slots) for event in some(rng, CHAINS[other], 3)]
            wrong = [text for text in dict.fromkeys(wrong) if text != ending]
        return {"title": title, "so_far": _sentences(name, [event.format(**slots) for event in chain[:length]]),
                "pronoun": pronoun(name), "ending": ending + ".", "wrong": [text + "." for text in wrong]}


def hellaswag_record(rng, number, held_out):
    item = scene(rng, held_out)
    endings = item["wrong"][:3]  # the hardest to tell from the right one
    label = rng.randrange(4)
    endings.insert(label, item["ending"])
    return {"ind": number, "activity_label": item["title"], "ctx_a": item["so_far"], "ctx_b": item["pronoun"],
            "ctx": item["so_far"] + " " + item["pronoun"], "split": "val" if held_out else "train",
            "split_type": "indomain", "label": label, "endings": endings,
            "source_id": f"tiny~{'val' if held_out else 'train'}-{number:04d}"}


def passage(rng, held_out):
    """A passage whose last word follows from it."""
    while True:
        count = rng.randint(2, 3)
        things, places = some(rng, THINGS, count), some(rng, CONTAINERS, count)
        asked = rng.randrange(count)
        if is_held_out("passage", things[asked], places[asked]) == held_out:
            break
    name, other = people(rng, 2)
    she = pronoun(name)
    order = rng.sample(range(count), count)
    lines = []
    if rng.random() < 0.5:
        lines.append(f"{name} put " + ", ".join(f"the {things[i]} in the {places[i]}" for i in order[:-1]) +
                     f" and the {things[order[-1]]} in the {places[order[-1]]}.")
        between = rng.choice([f"Then {she} went to the {rng.choice(PLACES)}.", f"Then {other} came to see {possessive(name)} {rng.choice(ROOMS)}.",
                              f"In the evening {she} ate some {rng.choice(FOODS)}."])
        lines.append(between)
        lines.append(rng.choice([f"When {she} needed the {things[asked]}, {she} opened the {places[asked]}",
                                 f"{other} asked for the {things[asked]}, so {name} went to the {places[asked]}"]))
        return " ".join(lines)
    names = people(rng, count)
    lines += [f"{name} has the {thing}." for name, thing in (((names[i], things[i])) for i in order)]
    lines.append(f"They all meet at the {rng.choice(PLACES)}.")
    lines.append(rng.choice([f"Whoever wants the {things[asked]} has to ask {names[asked]}",
                             f"There the {things[asked]} is shown by {names[asked]}"]))
    return " ".join(lines)


# sentence with a blank, first option, second option, which of them: {a} and {b} people, {x} a thing, {y} a container.
OPEN_SENTENCES = [
    ("The {x} did not fit into the {y} because the _ was too big.", "{x}", "{y}", 1),
    ("The {x} did not fit into the {y} because the _ was too small.", "{x}", "{y}", 2),
    ("{a} gave the {x} to {b} because _ did not need it.", "{a}", "{b}", 1),
    ("{a} gave the {x} to {b} because _ had asked for it.", "{a}", "{b}", 2),
    ("{a} could not lift the {y} but {b} could, because _ was stronger.", "{a}", "{b}", 2),
    ("{a} could not lift the {y} but {b} could, because _ was weaker.", "{a}", "{b}", 1),
    ("{a} came before {b}, so _ had to wait for the {x}.", "{a}", "{b}", 1),
    ("{a} came before {b}, so _ was late for the {x}.", "{a}", "{b}", 2),
    ("{a} is older than {b}, so _ was born first.", "{a}", "{b}", 1),
    ("{a} is older than {b}, so _ was born later.", "{a}", "{b}", 2),
    ("{a} sold the {x} to {b}, so now _ has the coins.", "{a}", "{b}", 1),
    ("{a} sold the {x} to {b}, so now _ has the {x}.", "{a}", "{b}", 2),
    ("{a} taught {b} to use the {x}, so _ was a good teacher.", "{a}", "{b}", 1),
    ("{a} taught {b} to use the {x}, so _ has learnt it.", "{a}", "{b}", 2),
]


def winogrande_record(rng, number, held_out):
    while True:
        template, first, second, answer = rng.choice(OPEN_SENTENCES)
        slots = dict(zip("ab", people(rng, 2))) | {"x": rng.choice(THINGS), "y": rng.choice(CONTAINERS)}
        if is_held_out("open sentence", template, slots["x"], slots["y"]) == held_out:
            break
    options = [first.format(**slots), second.format(**slots)]
    if rng.random() < 0.5:
        options.reverse()
        answer = 3 - answer
    return {"qID": f"tiny-{number:04d}-{answer}", "sentence": template.format(**slots), "option1": options[0],
            "option2": options[1], "answer": str(answer)}


RELATION_SHARE = 1 / 3  # of the passages: those with questions about where things are, or of which colour


def reading(rng, held_out, num_questions, relation_share=RELATION_SHARE):
    """A place with what is in it, and up to `num_questions` (question, label): whether something is there, which a model
    that looks words up finds at once, or whether it is where or as the question has it, which is harder.

    Held out are combinations of the first thing and its colour, not of what is asked: with such a key, a model would
    learn from what is missing.
    """
    while True:
        count = rng.randint(3, 4)
        things, rooms, colours = some(rng, THINGS, count), some(rng, ROOMS, count), some(rng, COLOURS, count)
        if is_held_out("reading", things[0], colours[0]) == held_out:
            break
    owner = people(rng, 1)[0]
    text = [f"The {colour} {thing} is in the {room}." for colour, thing, room in zip(colours, things, rooms)]
    text.insert(rng.randint(0, count), f"{owner} is at the {rng.choice(PLACES)}.")
    if rng.random() < relation_share:
        questions = _relation_questions(rng, things, rooms, colours)
    else:
        questions = _presence_questions(rng, things, colours)
    rng.shuffle(questions)
    return f"The house of {owner} -- " + " ".join(text), questions[:num_questions]


def _presence_questions(rng, things, colours):
    """Of each value at most one, as many to be denied as affirmed."""
    questions = []
    for form, there, pool in (("is there a {}", things, THINGS), ("is anything {}", colours, COLOURS)):
        questions += [(form.format(value), True) for value in there]
        questions += [(form.format(value), False) for value in some(rng, pool, len(there), without=there)]
    return questions


def _relation_questions(rng, things, rooms, colours):
    questions = []
    for asked, thing in enumerate(things):
        label = rng.random() < 0.5
        other = asked if label else rng.choice([i for i in range(len(things)) if i != asked])
        questions.append((rng.choice([f"is the {thing} in the {rooms[other]}", f"is the {thing} {colours[other]}"]), label))
    return questions


def boolq_record(rng, number, held_out):
    text, [(question, label)] = reading(rng, held_out, 1)
    return {"question": question, "passage": text, "idx": number, "label": label}


def longer_story(rng):
    """Two scenes of the same people, as running text."""
    first, second = scene(rng, False), scene(rng, False)
    return "\n".join(f"{capitalised(item['title'])}\n{item['so_far']} {item['pronoun'].capitalize()} {item['ending']}"
                     for item in (first, second))
