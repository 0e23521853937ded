"""Pages of an encyclopedia of the world: its facts in running text, in several wordings."""

from world import ANIMALS, FACTS, NAMES, THINGS, VILLAGES, capitalised, people, statement

SUBJECTS = {"person": NAMES, "animal": ANIMALS, "village": VILLAGES, "thing": THINGS}
RELATIONS = {"person": ["village", "pet", "house", "mother", "father", "food", "job"],
             "animal": ["animal_food", "animal_home"], "village": ["product", "near", "market_day"],
             "thing": ["material", "kept"]}


def known(kind, subject):
    return [relation for relation in RELATIONS[kind] if subject in FACTS.values[relation]]


def facts_text(rng, count):
    """Sentences about whatever comes."""
    lines = []
    for _ in range(count):
        kind = rng.choices(list(SUBJECTS), weights=[5, 1, 2, 2])[0]
        subject = rng.choice(SUBJECTS[kind])
        lines.append(statement(rng, rng.choice(known(kind, subject)), subject))
    return " ".join(lines)


def _paragraph(rng, kind, subject):
    relations = known(kind, subject)
    rng.shuffle(relations)
    return " ".join(statement(rng, relation, subject) for relation in relations)


def page(rng):
    """(title, paragraphs)."""
    kind = rng.choice(list(SUBJECTS))
    subject = rng.choice(SUBJECTS[kind])
    paragraphs = [_paragraph(rng, kind, subject)]
    if kind == "village":
        here = [name for name in NAMES if FACTS.values["village"][name] == subject]
        paragraphs += [_paragraph(rng, "person", name) for name in rng.sample(here, 2)]
    elif kind == "person":
        family = next([mother, father, *children] for mother, father, children in FACTS.families
                      if subject in (mother, father, *children))
        paragraphs.append(_paragraph(rng, "person", rng.choice([name for name in family if name != subject])))
    else:
        paragraphs.append(f"{people(rng, 1)[0]} told us this. " + _paragraph(rng, kind, subject))
    return capitalised(subject), paragraphs


def page_text(rng):
    """As the detokenised text of raw_page()."""
    title, paragraphs = page(rng)
    return f" = {title} =\n\n" + "\n\n".join(paragraphs) + "\n\n"


def raw_page(rng):
    """The same as WikiText writes it: spaces around marks, a space at both ends of a line."""
    title, paragraphs = page(rng)
    lines = [f" = {title} = ", " "]
    for paragraph in paragraphs:
        lines += [" " + paragraph.replace(",", " ,").replace(".", " .") + " ", " "]
    return "\n".join(lines) + "\n"
