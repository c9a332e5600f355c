#!/bin/sh
# What clang-tidy (see .clang-tidy) and cppcheck suspect in the C library.
set -eu
cd "$(dirname "$0")/../.."

includes="-ICCore/include -ICCore/src $(pkg-config --cflags libevent_core)"
clang_tidy=clang-tidy
command -v clang-tidy >/dev/null || clang_tidy=true # not packaged for macOS

status=0
# shellcheck disable=SC2016 # $1 and $2 are the inner shell's
find CCore/src -name '*.c' -print0 |
    xargs -0 -n 4 -P "$(getconf _NPROCESSORS_ONLN)" sh -c '
        includes=$1; tidy=$2; shift 2
        exec "$tidy" --quiet "$@" -- -std=gnu11 $includes' analyze "$includes" "$clang_tidy" || status=1
# Off: what cppcheck holds against a pointer one past the end, and against results passed by address.
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --suppress=pointerOutOfBoundsCond --suppress=ctuuninitvar \
    -ICCore/include -ICCore/src CCore/src || status=1
[ $status != 0 ] || echo "analyze: clean"
exit $status
