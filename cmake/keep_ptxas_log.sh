#!/bin/sh
# The launcher of nvcc: runs "$@" and keeps what ptxas says of each kernel in OBJECT.ptxas, where
# scripts/check_cuda_resources.sh reads it, instead of on the screen.
object=
previous=
for argument in "$@"; do
  [ "$previous" = -o ] && object=$argument
  previous=$argument
done
[ -n "$object" ] || exec "$@"
"$@" 2>"$object.ptxas"
status=$?
if [ $status -ne 0 ]; then
  cat "$object.ptxas" >&2
else
  grep -vE "^ptxas info|bytes stack frame" "$object.ptxas" >&2
fi
exit $status
