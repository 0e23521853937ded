#!/usr/bin/env bash
# install_test.sh CMAKE BUILD_DIRECTORY: installs the built program below a fresh prefix and runs it from elsewhere. It
# has to find the shipped model and the sample records beside itself, not in the source tree it was built from.
set -euo pipefail
cmake=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MISTRAL_EVAL_HOME MISTRAL_EVAL_DATA

"$cmake" --install "$build" --prefix "$work/usr" >"$work/log"
share=$(cd "$work/usr/share/mistral-eval" && pwd -P)
mkdir "$work/empty" && cd "$work/empty"
failures=0

# expect WHAT TEXT COMMAND...: the command ends well and prints the text.
expect() {
  local what=$1 text=$2 output status=0
  shift 2
  output=$("$@" 2>&1 </dev/null) || status=$?
  if [[ $status -eq 0 && $output == *"$text"* ]]; then
    printf 'ok      %s\n' "$what"
  else
    printf 'FAILED  %s: exit status %s, expected "%s" in\n%s\n' "$what" "$status" "$text" "$output"
    failures=$((failures + 1))
  fi
}

program=$work/usr/bin/mistral-eval
expect "the installed program finds the installed records" "$share/samples" "$program" data
expect "and the installed model" "$share/models/tiny/tokenizer.model" "$program" model
expect "and evaluates one on the other" "shipped sample records" \
  "$program" --task mmlu --limit 2 --threads 1 --quiet --out run
[[ $failures -eq 0 ]]
