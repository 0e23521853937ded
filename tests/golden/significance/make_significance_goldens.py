#!/usr/bin/env python3
"""Writes paired_tests.jsonl: what sacrebleu's paired significance tests give for made-up systems.

Run with sacrebleu 2.6.0 and numpy 2 in this folder: python3 make_significance_goldens.py
"""

import json
import random

from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest

WORDS = "the a small old river stone bird crosses follows under quiet bridge at dawn and then sings".split()
METRICS = {"bleu": BLEU, "chrf": CHRF, "ter": TER}


def corrupted(rng, sentence, rate):
    """The sentence with words replaced, dropped or swapped at about this rate."""
    words = []
    for word in sentence.split():
        if rng.random() >= rate:
            words.append(word)
        elif rng.random() < 0.6:
            words.append(rng.choice(WORDS))
    if len(words) > 3 and rng.random() < rate:
        words[1], words[3] = words[3], words[1]
    return " ".join(words)


def row(number, metric, test, trials, segments, rates):
    rng = random.Random(number)
    refs = [" ".join(rng.choice(WORDS) for _ in range(rng.randint(4, 14))) for _ in range(segments)]
    baseline, system = ([corrupted(rng, ref, rate) for ref in refs] for rate in rates)
    paired = PairedTest([("baseline", baseline), ("system", system)], {metric: METRICS[metric]()},
                        [refs], test_type=test, n_samples=trials)
    _, scores = paired()
    (result,) = (results for name, results in scores.items() if name != "System")
    fields = {"baseline_score": result[0].score, "system_score": result[1].score, "p_value": result[1].p_value}
    if test == "bs":
        fields |= {"baseline_mean": result[0].mean, "baseline_ci": result[0].ci,
                   "system_mean": result[1].mean, "system_ci": result[1].ci}
    return {"id": f"paired_tests-{number:04}",
            "input": {"baseline": baseline, "system": system, "refs": refs},
            "params": {"metric": metric, "test": test, "trials": trials},
            "expected": {name: float(value) for name, value in fields.items()}}


def main():
    shapes = [(40, (0.2, 0.25)), (25, (0.3, 0.3)), (33, (0.2, 0.4)), (1, (0.3, 0.3)), (64, (0.15, 0.22))]
    rows = []
    for metric in METRICS:
        for segments, rates in shapes if metric == "bleu" else shapes[:2]:
            for test, trials in (("bs", 200), ("ar", 500)):
                rows.append(row(len(rows) + 1, metric, test, trials, segments, rates))
    with open("paired_tests.jsonl", "w", encoding="utf-8") as out:
        for line in rows:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


main()
