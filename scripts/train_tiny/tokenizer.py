"""Trains models/tiny/tokenizer.model: SentencePiece BPE with the settings of Mistral's own tokenizer.

    python3 tokenizer.py [--out DIRECTORY]

Byte fallback, one piece per digit, a dummy prefix, text taken as it is (no normalisation, no whitespace removed),
<unk> 0, <s> 1, </s> 2 and no padding piece. The same corpus gives the same file, byte for byte.
"""

import argparse
import os
import pathlib
import tempfile

import sentencepiece

from corpus import documents

SEED = 11
NUM_CHARACTERS = 1_500_000
NUM_PIECES = 1280


def write_text(path):
    written = 0
    with open(path, "w", encoding="utf-8") as file:
        for _, text in documents(SEED):
            # A sentence of the trainer is a line, and each begins with a space. A slash keeps the words at the beginnings
            # of our lines as they are encoded later: without one.
            file.write(text.replace("\n", "/") + "\n")
            written += len(text)
            if written >= NUM_CHARACTERS:
                return


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parents[2] / "models" / "tiny")
    target = (parser.parse_args().out / "tokenizer.model").resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        # Paths are part of the model file, hence the relative names; one thread, so that ties fall the same way.
        os.chdir(work)
        write_text("corpus.txt")
        sentencepiece.SentencePieceTrainer.train(
            input="corpus.txt", model_prefix="tokenizer", model_type="bpe", vocab_size=NUM_PIECES,
            character_coverage=1.0, byte_fallback=True, split_digits=True, unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
            normalization_rule_name="identity", add_dummy_prefix=True, remove_extra_whitespaces=False,
            allow_whitespace_only_pieces=True, max_sentence_length=100_000, num_threads=1, minloglevel=1)
        data = pathlib.Path("tokenizer.model").read_bytes()
    target.write_bytes(data)
    print(f"wrote {target}")


if __name__ == "__main__":
    main()
