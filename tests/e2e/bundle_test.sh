#!/usr/bin/env bash
# bundle_test.sh PROGRAM: makes a bundle, packs and unpacks it elsewhere, and runs it from an empty folder with an empty environment. It has
# to bring every library but the system's, the shipped model and the records, in an archive that is quickly carried.
set -euo pipefail
program=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
largest=60000000 # bytes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  printf 'FAILED  %s\n' "$*"
  failures=$((failures + 1))
}

"$root/scripts/bundle" "$program" "$work/made" >"$work/log"
tar czf "$work/bundle.tar.gz" -C "$work" made
rm -r "$work/made"
mkdir "$work/elsewhere" "$work/empty"
tar xzf "$work/bundle.tar.gz" -C "$work/elsewhere"
bundle=$work/elsewhere/made
size=$(stat -c %s "$work/bundle.tar.gz")
printf 'archive: %s bytes\n' "$size"
[[ $size -le $largest ]] || fail "the archive has $size bytes, expected $largest at most"

# What the loader takes from this machine although the bundle should bring it.
system='/(ld-linux[^/]*|libc|libm|libdl|libpthread|librt|libresolv)\.so'
strays=$(env -i ldd "$bundle/bin/mistral-eval" | awk '$3 ~ /^\// { print $3 }' | grep -v "^$bundle/" | grep -Ev "$system" || true)
[[ -z $strays ]] || fail "libraries from outside of the bundle: $strays"

cd "$work/empty"
if output=$(env -i "$bundle/bin/mistral-eval" --task mmlu --limit 2 --threads 1 --quiet --out run 2>&1 </dev/null); then
  [[ $output == *"shipped sample records"* ]] || fail "expected the shipped records in: $output"
else
  fail "a run from an empty folder: $output"
fi
[[ -f $bundle/share/mistral-eval/bench/compare_transformers.py ]] || fail "the comparison with transformers is missing"
[[ $failures -eq 0 ]]
