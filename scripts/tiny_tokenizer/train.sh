#!/usr/bin/env bash
# Remakes models/tiny/tokenizer.model from corpus.txt, byte for byte, with the settings of Mistral's own
# SentencePiece models: BPE, bytes for what has no piece, one piece per digit, text taken as it is.
# Needs Debian's package sentencepiece (scripts/dependencies.sh tokenizer).
#
# With --check it writes nothing and fails if the committed file is not what the corpus gives.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/../../models/tiny/tokenizer.model

check=false
case "${1:-}" in
  "") ;;
  --check) check=true ;;
  *)
    printf 'train.sh: unknown argument "%s": expected --check or nothing\n' "$1" >&2
    exit 2
    ;;
esac
if ! command -v spm_train >/dev/null; then
  echo 'train.sh: spm_train is missing: run scripts/dependencies.sh tokenizer' >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/corpus.txt" "$work/corpus.txt"
# Paths are part of the model file, hence the relative names; one thread, so that ties fall the same way.
cd "$work"
spm_train --input=corpus.txt --model_prefix=tokenizer --model_type=bpe --vocab_size=1024 \
  --character_coverage=1.0 --byte_fallback=true --split_digits=true \
  --unk_id=0 --bos_id=1 --eos_id=2 --pad_id=-1 \
  --normalization_rule_name=identity --add_dummy_prefix=true --remove_extra_whitespaces=false \
  --allow_whitespace_only_pieces=true --num_threads=1 --minloglevel=1

if $check; then
  cmp tokenizer.model "$target"
  echo 'train.sh: models/tiny/tokenizer.model is what corpus.txt gives'
else
  mkdir -p "$(dirname "$target")"
  cp tokenizer.model "$target"
  echo "train.sh: wrote models/tiny/tokenizer.model, $(wc -l <tokenizer.vocab) pieces"
fi
