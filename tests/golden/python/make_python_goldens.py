#!/usr/bin/env python3
"""Writes python_re.jsonl, python_classes.jsonl and python_text.jsonl: what CPython's `re` and `str` do.

Run with CPython 3.11 (Unicode 14) in this folder: python3 make_python_goldens.py
"""

import json
import random
import re
import sys
import warnings

warnings.simplefilter("ignore")
ALPHABET = list("abcABC12 \n_.-,$#") + [
    "é", "É", "ß", "İ", "ı", "ſ", "\u212a", "Σ", "ς", "日", "\u0301", "٣", "🍕"]
TASK_PATTERNS = [
    r"#### (\-?[0-9\.\,]+)",
    r"(-?[$0-9.,]{2,})|(-?[0-9]+)",
    r"The answer is (\-?[0-9\.\,]+).",
    r"The answer is (\-?[0-9\.\,]*[0-9]+)",
    r"(?i)the answer is[:\s]*\$?\s*(-?[0-9][0-9,]*(?:\.[0-9]+)?)",
    r"(?<=answer is )(.*)(?=.)",
    r"((?<=The answer is )(.*)(?=.)|(?<=the answer is )(.*)(?=.))",
    r"(?s).*#### ", r"\.$", r"\$", r",", r"\b(?:The |the |An |A |The |a |an )",
    r"\b([A-D])\b", r"\[.*?\]", r"answer is .*?([A-G])", r"\b(a|an|the)\b",
    r"(\d+)\s*(\w*)", r"[^\w]+", r"x*", r"", r"a*?", r"(a)|(b)|",
]
TASK_TEXTS = [
    "", "x", "xxaxx", "The answer is 18", "The answer is 1,234.50. So the answer is $29.00",
    "#### 72\n#### -5.", "so $18. #### 1,000", "the cat, a dog and An owl", "a\u0301 cat éa A",
    "ends with a dot.\n", "ends with a dot.", "two\n\n", "(A) B [title] [x", "٣٤ 5 six",
    "answer is answer is (C).\nthe answer is D", "aaa bbb aba",
]


def random_text(rng):
    return "".join(rng.choice(ALPHABET) for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 12])))


def random_atom(rng, depth):
    kind = rng.random()
    if kind < 0.35:
        return re.escape(rng.choice(ALPHABET))
    if kind < 0.45:
        return "."
    if kind < 0.55:
        return rng.choice([r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"])
    if kind < 0.65:
        return rng.choice([r"\b", r"\B", "^", "$", r"\A", r"\Z"])
    if kind < 0.78:
        members = ["a", "b", "A", "é", "_", "a-c", "A-Z", "0-9", r"\d", r"\w", r"\W", r"\n", "-", "日", "$", "^"]
        return "[" + rng.choice(["", "^"]) + "".join(rng.choices(members, k=rng.randint(1, 3))) + "]"
    if depth > 2:
        return "a"
    opening = ["(", "(", "(?:", "(?i:", "(?s:"] if kind < 0.93 else ["(?=", "(?!", "(?<=", "(?<!"]
    return rng.choice(opening) + random_pattern(rng, depth + 1) + ")"


def random_pattern(rng, depth=0):
    branches = []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        branch = ""
        for _ in range(rng.choice([0, 1, 1, 2, 2, 3])):
            branch += random_atom(rng, depth)
            if rng.random() < 0.35:
                branch += rng.choice(["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{,2}?", "{x}"])
        branches.append(branch)
    return "|".join(branches)


def regex_row(pattern, text):
    row = {"pattern": pattern, "text": text}
    try:
        compiled = re.compile(pattern)
    except re.error:
        return {**row, "error": True}
    matches = []
    for match in compiled.finditer(text):
        begin, end = (len(text[:i].encode()) for i in match.span())
        groups = [match.group(g) or "" for g in range(compiled.groups + 1)]
        matches.append({"begin": begin, "end": end, "groups": groups})
    return {**row, "matches": matches, "replaced": compiled.sub("<>", text)}


def all_characters():
    return "".join(chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000)


def class_row(pattern, everything):
    """First and last code point of every run that the class takes in one piece."""
    runs = [(ord(m[0][0]), ord(m[0][-1])) for m in re.finditer(pattern + "+", everything)]
    return {"pattern": pattern, "ranges": [code for run in runs for code in run]}


def case_row(everything):
    """Every set of two or more characters that match each other under (?i)."""
    cased = "".join(c for c in everything if not c == c.lower() == c.upper() == c.title())
    groups = {"".join(re.findall("(?i)" + re.escape(c), cased)) for c in cased}
    return {"groups": sorted(group for group in groups if len(group) > 1)}


def main():
    everything = all_characters()
    class_rows = [class_row(p, everything) for p in (r"\d", r"\w", r"\s")] + [case_row(everything)]
    with open("python_classes.jsonl", "w", encoding="utf-8", newline="\n") as out:
        for i, row in enumerate(class_rows):
            out.write(json.dumps({"id": f"python_classes-{i + 1}", **row}, ensure_ascii=True) + "\n")

    rng = random.Random(20240917)
    rows = [regex_row(p, t) for p in TASK_PATTERNS for t in TASK_TEXTS]
    for _ in range(1500):
        flags = rng.choice(["", "", "", "", "(?i)", "(?s)", "(?m)", "(?im)"])
        rows.append(regex_row(flags + random_pattern(rng), random_text(rng)))
    with open("python_re.jsonl", "w", encoding="utf-8", newline="\n") as out:
        for i, row in enumerate(rows):
            out.write(json.dumps({"id": f"python_re-{i + 1:04d}", **row}, ensure_ascii=True) + "\n")

    pieces = ALPHABET + ["'", "\u200b", "\u00a0", "ǆ", "\u2028", "\x1c", "ﬁ", "\u00ad", "Ⅷ", "\u0345",
                         "ŉ", "ΐ", "𐐀", "\u3000", "\u0085", "ẞ", "ა"]
    texts = ["", " ", "ΑΣ", "ΑΣ ΟΔΟΣ", "Σ", "aΣb", "aΣ\u0301.", "A\u00adΣ", "İSTANBUL", "ǅ", "ﬁx ME"]
    texts += ["".join(rng.choice(pieces) for _ in range(rng.randint(1, 9))) for _ in range(489)]
    with open("python_text.jsonl", "w", encoding="utf-8", newline="\n") as out:
        for i, text in enumerate(texts):
            out.write(json.dumps({
                "id": f"python_text-{i + 1:04d}", "text": text, "length": len(text), "lower": text.lower(),
                "capitalize": text.capitalize(), "strip": text.strip(), "rstrip": text.rstrip(),
                "split": text.split()}, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
