#!/usr/bin/env bash
# Tests scripts/dependencies.sh on systems that are not this one: PATH holds stand-ins for dpkg-query, apt-get,
# id and sudo, which record what they were asked. Nothing is installed. Prints one line a case.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# The only commands the script under test can see, besides the stand-ins of a case.
mkdir "$work/base"
for tool in bash sed grep env cat; do ln -s "$(command -v "$tool")" "$work/base/$tool"; done

# system NAME USER_ID INSTALLED...: a fresh directory of stand-ins in $bin; calls are recorded in $work/calls.
system() {
  local user=$2 package
  bin=$work/$1
  rm -rf "$bin" && cp -a "$work/base" "$bin"
  : >"$work/calls"
  shift 2
  printf '#!/bin/sh\necho %s\n' "$user" >"$bin/id"
  printf '#!/bin/sh\necho "apt-get $*" >>"%s/calls"\n' "$work" >"$bin/apt-get"
  {
    printf '#!/bin/sh\n'
    for package in "$@"; do printf 'echo "%s installed"\n' "$package"; done
    printf 'echo "g++-removed deinstall"\nexit 1\n'  # as dpkg-query does when one name is unknown
  } >"$bin/dpkg-query"
  chmod +x "$bin"/{id,apt-get,dpkg-query}
}

with_sudo() {
  printf '#!/bin/sh\necho "sudo $1" >>"%s/calls"\nshift\nexec "$@"\n' "$work" >"$bin/sudo"
  chmod +x "$bin/sudo"
}

# run ARGUMENT...: sets $status and $output.
run() {
  status=0
  output=$(PATH=$bin "$bin/bash" "$root/scripts/dependencies.sh" "$@" 2>&1 </dev/null) || status=$?
}

expect() {
  local what=$1
  shift
  if "$@"; then
    printf 'ok      %s\n' "$what"
  else
    printf 'FAILED  %s\n        exit status %s, output: %s\n        calls: %s\n' \
      "$what" "$status" "$output" "$(cat "$work/calls")"
    failures=$((failures + 1))
  fi
}
says() { [[ $output == *"$1"* ]]; }
exits() { [[ $status -eq $1 ]]; }
calls() { grep -Fq -- "$1" "$work/calls"; }
calls_nothing() { [[ ! -s $work/calls ]]; }

mapfile -t all < <(bash "$root/scripts/dependencies.sh" --list)

system complete 0 "${all[@]}"
run
expect "nothing is called when nothing is missing" calls_nothing
expect "and the script says so" says "all ${#all[@]} packages are installed"

system two_missing 0 "${all[@]:2}"
run
expect "package lists are updated before an installation" calls " update"
expect "what is missing is installed, and nothing else" \
  grep -q -- "--no-install-recommends ${all[0]} ${all[1]}\$" "$work/calls"
expect "and it ends well" exits 0

system user_without_sudo 1000 "${all[@]:1}"
run
expect "a user without sudo is refused" exits 1
expect "and told the command for root" says "As root: apt-get install ${all[0]}"
expect "and apt is left alone" calls_nothing

system user_with_sudo 1000 "${all[@]:1}"
with_sudo
run
expect "a user with sudo installs through it, without waiting for a password" calls "sudo -n"
expect "and apt-get is called" calls "${all[0]}"

system failing_update 0 "${all[@]:1}"
printf '#!/bin/sh\ncase "$*" in *update*) exit 100 ;; esac\necho "apt-get $*" >>"%s/calls"\n' "$work" >"$bin/apt-get"
run
expect "a broken source list does not stop the installation" calls "install"
expect "and it ends well" exits 0

system failing_install 0 "${all[@]:1}"
printf '#!/bin/sh\ncase "$*" in *install*) exit 100 ;; esac\n' >"$bin/apt-get"
run
expect "a failing installation fails the script" exits 1
expect "and names what could not be installed" says "could not install: ${all[0]}"

system other 0
rm "$bin/apt-get"
run
expect "a system without apt-get is refused" exits 1
expect "and told what to install" says "${all[0]} ${all[1]}"
expect "and how to go on" says "MEVAL_DEPENDENCIES=skip"
status=0
output=$(PATH=$bin MEVAL_DEPENDENCIES=skip bash "$root/scripts/dependencies.sh" 2>&1) || status=$?
expect "MEVAL_DEPENDENCIES=skip is believed" exits 0

system unknown_group 0
run tests
expect "an unknown group is a usage error" exits 2
expect "that names the group" says 'unknown argument "tests"'

# cmake/Dependencies.cmake names the Debian package of whatever it looks for: the list has them all.
status=0 output=''
while read -r package; do
  expect "the list has $package" grep -Fqx -- "$package" <(printf '%s\n' "${all[@]}")
done < <(grep -o 'lib[a-z0-9-]*-dev\|nlohmann-json3-dev' "$root/cmake/Dependencies.cmake" | sort -u)

for script in quickstart test dependencies.sh; do
  status=0
  output=$(bash "$root/scripts/$script" --help 2>&1 </dev/null) || status=$?
  expect "scripts/$script --help begins with an example" [ "${output%%:*}" = Example ]
done
status=0
output=$(bash "$root/scripts/quickstart" now 2>&1 </dev/null) || status=$?
expect "quickstart refuses arguments" exits 2

if [[ $failures -gt 0 ]]; then
  printf '%d cases failed\n' "$failures"
  exit 1
fi
