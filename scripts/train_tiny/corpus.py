"""The training text, document by document, and its tokens in one row.

    python3 corpus.py --documents 3        # prints some
"""

import argparse
import random

import numpy as np

from formats import FORMATS

BOS, EOS = 1, 2
SEED = 21
STEPS, ROWS, LENGTH = 5200, 6, 256  # of the training: ROWS texts of LENGTH tokens in a step
BEGINNING = 5  # the first of so many parts of the steps has the mix of the beginning


def documents(seed, is_beginning=False):
    """(format, text) without end. Formats come in proportion to their shares of the characters."""
    rng = random.Random(f"{seed} {is_beginning}")
    shares = {name: shares[0 if is_beginning else 1] for name, (*shares, _) in FORMATS.items()}
    written = dict.fromkeys(FORMATS, 0.0)
    while True:
        name = min(FORMATS, key=lambda name: written[name] / shares[name])
        text = FORMATS[name][-1](rng)
        # A format whose documents are long is not due again at once; the noise keeps neighbours from being fixed.
        written[name] += len(text) * rng.uniform(0.5, 1.5)
        yield name, text


def token_row(tokenizer, seed, num_tokens, is_beginning=False, batch=512):
    """[num_tokens] ids: <s> document </s> <s> document </s> ..."""
    row, length, pending = [], 0, []
    for _, text in documents(seed, is_beginning):
        pending.append(text)
        if len(pending) < batch:
            continue
        for ids in tokenizer.encode(pending):
            row.append(np.array([BOS, *ids, EOS], dtype=np.uint16))
            length += len(row[-1])
        pending = []
        if length >= num_tokens:
            return np.concatenate(row)[:num_tokens]


def training_row(tokenizer, steps=STEPS, per_step=ROWS * LENGTH):
    """All tokens of the training, in order."""
    beginning = steps // BEGINNING
    return np.concatenate([token_row(tokenizer, SEED, beginning * per_step, is_beginning=True),
                           token_row(tokenizer, SEED, (steps - beginning) * per_step)])


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
