#!/usr/bin/env bash
# Compares what ptxas said of every kernel of a build (registers, static shared memory, stack, spills)
# with the committed table kernels/cuda/resources.txt. With --update, writes the table instead.
# Usage: scripts/check_cuda_resources.sh BUILD_DIRECTORY [--update]
# Exit code 77 (skipped) where the build is by another nvcc than the table.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=$1
table=$root/kernels/cuda/resources.txt
mapfile -t logs < <(find "$build/kernels" -name '*.cu.o.ptxas' | sort)
if [[ ${#logs[@]} -eq 0 ]]; then
  echo "no *.ptxas under $build/kernels: build meval_kernels_cuda with nvcc first"; exit 1
fi
version=$(sed -nE 's/^set\(CMAKE_CUDA_COMPILER_VERSION "(.*)"\)$/\1/p' "$build"/CMakeFiles/*/CMakeCUDACompiler.cmake)

rows() {
  echo "# Kernels of kernels/cuda by nvcc $version: written by scripts/check_cuda_resources.sh --update."
  echo "# kernel | architecture | registers | bytes of static shared memory | bytes of stack | bytes spilled"
  cat "${logs[@]}" | awk '
    /Compiling entry function/ { split($0, part, "\047"); name = part[2]; arch = part[4] }
    /bytes stack frame/ { stack = $1; spilled = $5 + $9 }
    /Used [0-9]+ registers/ {
      match($0, /Used [0-9]+/); registers = substr($0, RSTART + 5, RLENGTH - 5)
      shared = match($0, /[0-9]+ bytes smem/) ? substr($0, RSTART, RLENGTH - 11) : 0
      print name " | " arch " | " registers " | " shared " | " stack " | " spilled
    }' | c++filt | sed -E 's/^void //; s/meval::cuda:://g; s/\(anonymous namespace\):://g; s/\([^|]*\) \|/ |/' |
    LC_ALL=C sort
}

if [[ ${2:-} == --update ]]; then
  rows >"$table"; exit 0
fi
if ! grep -q "by nvcc $version:" "$table"; then
  echo "$table is of another nvcc than $version: registers are not compared"; exit 77
fi
diff -u "$table" <(rows) || {
  echo "kernels take other resources than $table says: look why, then run"
  echo "  scripts/check_cuda_resources.sh $build --update"
  exit 1
}
