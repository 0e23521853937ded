#!/usr/bin/env bash
# Checks (or with --fix applies) .clang-format on every C++ and CUDA file of the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(--dry-run --Werror)
[[ "${1:-}" == "--fix" ]] && mode=(-i)
git ls-files -co --exclude-standard '*.h' '*.cc' '*.cu' '*.cuh' | xargs -r clang-format "${mode[@]}"
