#!/usr/bin/env bash
# Rewrites the goldens under tests/golden/tasks, the prompts of every task or of the one named, or those of the report
# formats under tests/golden/reports with the examples in docs/report-schema.md.
#
#   scripts/update_goldens.sh [TASK | reports]
#
# A changed prompt is another benchmark: read the difference as a person would, raise the task's "version", and say in
# the commit why it changed. Digests of prompts made from real files are rewritten where those files are present
# ($MISTRAL_EVAL_SHARED, default: `shared` beside the checkout) and no task is named.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=tasks
filter='*PromptGoldens*'
if [[ ${1:-} == reports ]]; then
  folder=reports
  filter='*'
elif [[ $# -gt 0 ]]; then
  if [[ ! -f tasks/defs/$1.json ]]; then
    echo "update_goldens: there is no tasks/defs/$1.json; tasks:" tasks/defs/*.json >&2
    exit 2
  fi
  filter="PromptGoldens/*/$1"
fi
[[ -d build/dev ]] || cmake --preset dev
cmake --build --preset dev --target "${folder}_test"
MEVAL_UPDATE_GOLDENS=1 "build/dev/tests/$folder/${folder}_test" --gtest_filter="$filter" --gtest_brief=1
git status --short "tests/golden/$folder" docs/report-schema.md
