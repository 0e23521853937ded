"""Documents of the training text: records in the very prompts of mistral-eval's tasks, and plain text.

tests/models/compare_with_transformers.py compares these prompts with what the program renders from tasks/defs.
"""

from dialogues import dialogue
from exam import LETTERS, SUBJECTS, exam_record, open_question
from pages import facts_text, page_text
from problems import problem, sums_text
from stories import RELATION_SHARE, hellaswag_record, longer_story, passage, reading, winogrande_record
from world import (ANIMAL_FOODS, ANIMAL_HOMES, ANIMALS, COLOURS, CONTAINERS, DAYS, FOODS, JOBS, MATERIALS, NAMES, PLACES,
                   PRODUCTS, ROOMS, THINGS, VILLAGES)

WORDS = sorted({*ANIMAL_FOODS, *ANIMAL_HOMES, *ANIMALS, *COLOURS, *CONTAINERS, *DAYS, *FOODS, *JOBS, *MATERIALS, *NAMES,
                *PLACES, *PRODUCTS, *ROOMS, *THINGS, *VILLAGES})


def mmlu_question(text, options):
    lines = [text] + [f"{letter}. {option}" for letter, option in zip(LETTERS, options)]
    return "\n".join(lines) + "\nAnswer:"


def mmlu_description(subject):
    return f"The following are multiple choice questions (with answers) about {subject.replace('_', ' ')}.\n\n"


def hellaswag_query(record):
    return f"{record['activity_label']}: {record['ctx_a']} {record['ctx_b'].capitalize()}"


def samsum_question(text):
    return f"Summarize the following dialogue.\n\nDialogue:\n{text}\n\nSummary:"


def winogrande_text(record):
    return record["sentence"].replace("_", record["option" + record["answer"]])


def boolq_question(record):
    return f"{record['passage']}\nQuestion: {record['question']}?\nAnswer:"


def _exam(rng):
    subject = rng.choice(SUBJECTS) if rng.random() < 0.8 else "letters"
    shots = []
    for _ in range(rng.randint(1, 8)):
        text, options, letter = exam_record(rng, subject, False)
        shots.append(f"{mmlu_question(text, options)} {letter}")
    return mmlu_description(subject) + "\n\n".join(shots)


def _echo(rng):
    """Words without sense, said twice or more: how to look up what was said before."""
    words = [rng.choice(WORDS) if rng.random() < 0.8 else str(rng.randint(0, 99)) for _ in range(rng.randint(6, 40))]
    return "\n".join(["Again: " + " ".join(words)] * rng.randint(2, 3))


QUERIES = ["- {} {}", "- {}: {}", "- {}\nAnswer: {}", "Which letter is {}?\nAnswer: {}"]


def _lists(rng):
    """Lettered lists and what stands where: how to find the letter of a text, many times in few tokens."""
    lists = []
    for _ in range(rng.randint(3, 8)):
        _, options, _ = exam_record(rng, rng.choice([*SUBJECTS, "letters"]), False)
        lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, options)]
        query = rng.choice(QUERIES)
        asked = rng.sample(range(4), rng.randint(1, 3))  # not all: the last letter could be told by counting
        lists.append("\n".join(lines) + "\n" + "\n".join(query.format(options[i], LETTERS[i]) for i in asked))
    return "\n\n".join(lists)


def _marked(rng):
    """Questions whose options say here and there whether they are right: how to judge each by itself, four times as
    often as a letter is asked for."""
    subject = rng.choice(SUBJECTS) if rng.random() < 0.6 else "letters"
    shots = []
    for _ in range(rng.randint(2, 6)):
        text, options, right = exam_record(rng, subject, False)
        marks = [(" yes" if letter == right else " no") if rng.random() < 0.6 else "" for letter in LETTERS]
        shots.append(f"{mmlu_question(text, [option + mark for option, mark in zip(options, marks)])} {right}")
    return mmlu_description(subject) + "\n\n".join(shots)


def _asked(rng):
    """Questions with their answers right behind them."""
    return " ".join("{} {}.".format(*open_question(rng, rng.choice(SUBJECTS))) for _ in range(rng.randint(3, 12)))


def _open_exam(rng):
    return "\n\n".join("Question: {}\nAnswer: {}".format(*open_question(rng, rng.choice(SUBJECTS)))
                       for _ in range(rng.randint(2, 8)))


def _scenes(rng):
    records = [hellaswag_record(rng, 0, False) for _ in range(rng.randint(1, 4))]
    return "\n\n".join(f"{hellaswag_query(record)} {record['endings'][record['label']]}" for record in records)


def _cot(rng):
    items = [problem(rng, False) for _ in range(rng.randint(1, 8))]
    return "\n\n".join(f"Q: {item.question}\nA: {item.with_slips(rng).chain_of_thought()}" for item in items)


def _worked(rng):
    items = [problem(rng, False) for _ in range(rng.randint(1, 4))]
    return "\n\n".join(f"Question: {item.question}\nAnswer: {item.worked()}" for item in items)


def _chats(rng):
    wants_note = rng.random() < 0.5
    shots = []
    for _ in range(rng.randint(1, 3)):
        text, summary, note = dialogue(rng, False)
        shots.append(f"{samsum_question(text)} {note if wants_note else summary}")
    return "\n\n".join(shots)


def _passages(rng):
    return "\n\n".join(passage(rng, False) + "." for _ in range(rng.randint(1, 5)))


def _open_sentences(rng):
    return "\n\n".join(winogrande_text(winogrande_record(rng, 0, False)) for _ in range(rng.randint(2, 8)))


def _readings(rng, relation_share=RELATION_SHARE):
    """On half of the passages one question, on the others many: more answers in fewer tokens."""
    texts = []
    for _ in range(rng.randint(1, 4)):
        text, asked = reading(rng, False, rng.choice([1, 1, 4, 8]), relation_share)
        answers = [f"Question: {question}?\nAnswer: {'yes' if label else 'no'}" for question, label in asked]
        texts.append("\n".join([text, *answers]))
    return "\n\n".join(texts)


# name -> (shares of the characters, beside one another, in the parts of the training: OPENING, BEGINNING, AFTERWARDS; what
# writes a document). It begins with looking things up in the text: without that a model learns little of what follows.
OPENING, BEGINNING, AFTERWARDS = range(3)
FORMATS = {
    "echo": ((0, 0.04, 0.01), _echo),
    "lists": ((0.5, 0.12, 0.03), _lists),
    "marked": ((0, 0.32, 0.08), _marked),
    "asked": ((0, 0.10, 0.04), _asked),
    "exam": ((0, 0.10, 0.25), _exam),
    "open_exam": ((0, 0.04, 0.04), _open_exam),
    "scenes": ((0, 0.05, 0.08), _scenes),
    "cot": ((0, 0.06, 0.15), _cot),
    "worked": ((0, 0.01, 0.04), _worked),
    "chats": ((0, 0.05, 0.09), _chats),
    "passages": ((0, 0.02, 0.03), _passages),
    "open_sentences": ((0, 0.01, 0.02), _open_sentences),
    "readings": ((0, 0.02, 0.03), _readings),
    "presence": ((0.5, 0.06, 0.03), lambda rng: _readings(rng, relation_share=0)),
    "sums": ((0, 0.02, 0.02), lambda rng: sums_text(rng, rng.randint(5, 20))),
    "facts": ((0, 0.02, 0.04), lambda rng: facts_text(rng, rng.randint(4, 12))),
    "pages": ((0, 0.01, 0.03), page_text),
    "stories": ((0, 0.01, 0.01), longer_story),
}
