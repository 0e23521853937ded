#!/usr/bin/env bash
# Makes tests/fixtures/engine/tokenizer/tokenizer.model from corpus.txt beside it: a SentencePiece model of
# 400 pieces with the settings of Mistral's (BPE, byte fallback, identity normalisation, split digits), two
# control pieces and one user-defined one. Needs spm_train (Debian package: sentencepiece). Developer-side
# only; run it again when the corpus changes, and say so in the commit.
set -euo pipefail
cd "$(dirname "$0")/../../tests/fixtures/engine/tokenizer"
spm_train --input=corpus.txt --model_prefix=tokenizer --model_type=bpe --vocab_size=400 \
  --byte_fallback=true --normalization_rule_name=identity --remove_extra_whitespaces=false \
  --add_dummy_prefix=true --split_digits=true --allow_whitespace_only_pieces=true \
  --character_coverage=0.9999 --control_symbols='[INST],[/INST]' --user_defined_symbols='[REFERENCE]' \
  --num_threads=1 --minloglevel=2
rm tokenizer.vocab
