#!/usr/bin/env bash
# Checks the table in docs/architecture.md: which folder may include which, that a folder's subfolders
# stay private to it, and that no public header drags in a third-party one.
set -euo pipefail
cd "$(dirname "$0")/.."
fail=0

# check FOLDER "allowed project folders" "allowed third-party include prefixes"
check() {
  local folder=$1 allowed=$2 third=$3 file include root
  while IFS= read -r file; do
    while IFS= read -r include; do
      root=${include%%/*}
      if [[ " kernels engine metrics tasks reports sandbox evals bench tests " == *" $root "* ]]; then
        if [[ " $folder $allowed " != *" $root "* ]]; then
          echo "layers: $file includes \"$include\": $folder may include only: $folder $allowed"; fail=1
        elif [[ $root != "$folder" && $include == */*/* ]]; then
          echo "layers: $file includes \"$include\": subfolders of $root are private to it"; fail=1
        fi
      elif [[ "$include" =~ ^(nlohmann|re2|gmp|seccomp|cld2|yaml-cpp|sentencepiece|unicode|openssl|kainjow|CLI|fmt|dnnl|oneapi|gtest|gmock|benchmark|cuda|cublas) ]]; then
        if ! [[ "$include" =~ ^($third) ]]; then
          echo "layers: $file includes <$include>: not a library of $folder ($third)"; fail=1
        elif [[ $file =~ ^$folder/[^/]+\.h$ && $folder != evals && $folder != bench ]]; then
          echo "layers: $file is a public header and includes <$include>"; fail=1
        fi
      fi
    done < <(sed -nE 's/^ *# *include *[<"]([^>"]+)[>"].*/\1/p' "$file")
  done < <(git ls-files -co --exclude-standard "$folder/*.h" "$folder/*.cc" "$folder/*.cu" "$folder/*.cuh")
}

check kernels "" "dnnl|oneapi|cuda|cublas"
check engine "kernels" "sentencepiece|nlohmann"
check metrics "" "re2|unicode|gmp|cld2|nlohmann"
check tasks "metrics" "nlohmann|openssl|yaml-cpp"
check reports "" "nlohmann|openssl|kainjow"
check sandbox "" "seccomp"
check evals "kernels engine metrics tasks reports sandbox" "nlohmann|CLI|fmt"
check bench "kernels engine metrics tasks reports sandbox evals" "benchmark"
exit $fail
