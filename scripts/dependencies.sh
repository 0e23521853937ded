#!/usr/bin/env bash
# Installs the Debian packages that mistral-eval is built from: only those that are missing, and
# without touching apt at all when none is. This is the one list of them; README explains each.
set -euo pipefail

# What compiles the program and what it links to (cmake/Dependencies.cmake).
build_packages=(
  g++ cmake ninja-build ccache pkg-config git
  nlohmann-json3-dev libcli11-dev libfmt-dev libssl-dev libicu-dev libgmp-dev
  libre2-dev libseccomp-dev libcld2-dev libyaml-cpp-dev robin-map-dev libsentencepiece-dev libdnnl-dev
  libkainjow-mustache-dev libjs-chart.js
)
# What the tests, the benchmarks and the format check need on top.
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev libvalijson-dev clang-format chromium bubblewrap python3)
# What remakes the tokenizer of the tests (scripts/goldens/make_test_tokenizer.sh).
tokenizer_packages=(sentencepiece)
# What the fuzz targets are compiled with (preset fuzz).
fuzz_packages=(clang-14 libclang-rt-14-dev)

usage() {
  cat <<'USAGE'
Example: scripts/dependencies.sh build test

Usage: scripts/dependencies.sh [--list] [GROUP...]
  GROUP   build (compile and run), test (tests, benchmarks, format check), tokenizer (remake the
          tokenizer of the tests), fuzz (clang and libFuzzer); default: build test
  --list  print the packages of the groups, install nothing

Runs as root or through sudo, on Debian 12 and its relatives with apt. MEVAL_DEPENDENCIES=skip
leaves the system alone: set it where the packages come from somewhere else.
USAGE
}

say() { printf 'dependencies: %s\n' "$*"; }
fail() { printf 'dependencies: %s\n' "$@" >&2; exit 1; }

list=false
groups=()
for argument in "$@"; do
  case "$argument" in
    build | test | tokenizer | fuzz) groups+=("$argument") ;;
    --list) list=true ;;
    -h | --help) usage; exit 0 ;;
    *)
      printf 'dependencies: unknown argument "%s": expected build, test, tokenizer, fuzz or --list\n\n' \
        "$argument" >&2
      usage >&2
      exit 2
      ;;
  esac
done
[[ ${#groups[@]} -gt 0 ]] || groups=(build test)

packages=()
for group in "${groups[@]}"; do
  declare -n of_group="${group}_packages"
  packages+=("${of_group[@]}")
done

if $list; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi
if [[ "${MEVAL_DEPENDENCIES:-}" == skip ]]; then
  say "MEVAL_DEPENDENCIES=skip: nothing is checked or installed"
  exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  fail "this system has no apt-get; the script installs packages on Debian 12 and its relatives only." \
    "Install what these Debian packages hold: ${packages[*]}" \
    "then run again with MEVAL_DEPENDENCIES=skip."
fi

# A name that dpkg has never heard of is missing as well: dpkg-query prints nothing for it.
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
  sed -n 's/ installed$//p' || true)
missing=()
for package in "${packages[@]}"; do
  grep -Fqx -- "$package" <<<"$installed" || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  say "all ${#packages[@]} packages are installed (${groups[*]})"
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null ||
    fail "missing: ${missing[*]}" \
      "Installing them needs root, and there is no sudo here. As root: apt-get install ${missing[*]}"
  as_root=(sudo)
  # Nobody can type a password where there is no terminal: then sudo says so instead of waiting.
  [[ -t 0 ]] || as_root=(sudo -n)
fi
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

say "installing ${#missing[@]} of ${#packages[@]} packages: ${missing[*]}"
# One broken source list entry must not stop an installation that does not need it.
apt_get update -q || say "apt-get update reported errors; trying with the package lists there are"
apt_get install -q -y --no-install-recommends "${missing[@]}" ||
  fail "apt-get could not install: ${missing[*]}" \
    "See its message above. The packages are those of Debian 12 (bookworm), section main."
say "done"
