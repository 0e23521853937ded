"""The training text, document by document, and its tokens in one row.

    python3 corpus.py --documents 3        # prints some
"""

import argparse
import random

import numpy as np

from formats import AFTERWARDS, BEGINNING, FORMATS, OPENING

BOS, EOS = 1, 2
SEED = 21
STEPS, ROWS, LENGTH = 5200, 6, 256  # of the training: ROWS texts of LENGTH tokens in a step
OPENING_SHARE, BEGINNING_SHARE = 1 / 26, 1 / 5  # of the steps: the opening, and all up to the end of the beginning


def documents(seed, part=AFTERWARDS):
    """(format, text) without end. Formats come in proportion to their shares of the characters."""
    rng = random.Random(f"{seed} {part}")
    shares = {name: shares[part] for name, (shares, _) in FORMATS.items() if shares[part]}
    written = dict.fromkeys(shares, 0.0)
    while True:
        name = min(shares, key=lambda name: written[name] / shares[name])
        text = FORMATS[name][-1](rng)
        # A format whose documents are long is not due again at once; the noise keeps neighbours from being fixed.
        written[name] += len(text) * rng.uniform(0.5, 1.5)
        yield name, text


def token_row(tokenizer, seed, num_tokens, part, batch=512):
    """[num_tokens] ids: <s> document </s> <s> document </s> ..."""
    row, length, pending = [], 0, []
    for _, text in documents(seed, part):
        pending.append(text)
        if len(pending) < batch:
            continue
        for ids in tokenizer.encode(pending):
            row.append(np.array([BOS, *ids, EOS], dtype=np.uint16))
            length += len(row[-1])
        pending = []
        if length >= num_tokens:
            return np.concatenate(row)[:num_tokens]


def opening_steps(steps):
    return round(steps * OPENING_SHARE)


def training_row(tokenizer, steps=STEPS, per_step=ROWS * LENGTH, seed=0):
    """All tokens of the training, in order; the shipped model's with the seed 0."""
    opening = opening_steps(steps)
    beginning = round(steps * BEGINNING_SHARE) - opening
    counts = {OPENING: opening, BEGINNING: beginning, AFTERWARDS: steps - opening - beginning}
    return np.concatenate([token_row(tokenizer, SEED + seed, count * per_step, part) for part, count in counts.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for number, (name, text) in enumerate(documents(arguments.seed)):
        if number == arguments.documents:
            break
        print(f"---- {name}\n{text}\n")


if __name__ == "__main__":
    main()
