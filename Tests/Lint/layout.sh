#!/bin/sh
# The formatters' word on layout: checks it, or applies it (layout.sh --apply).
# shellcheck disable=SC2086 # the file names hold no spaces
set -eu
cd "$(dirname "$0")/../.."

c_files=$(find CCore Tests bench -name '*.[ch]')
swift_files=$(find Package.swift Sources Tests bench -name '*.swift')

if [ "${1:-}" = --apply ]; then
    clang-format -i $c_files
    swift format --in-place --parallel $swift_files
    exit
fi

broke() {
    echo "layout: $1 broke off:"
    echo "$2"
    exit 1
}

c_says=$(clang-format --dry-run $c_files 2>&1) || broke clang-format "$c_says"
swift_says=$(swift format lint --parallel $swift_files 2>&1) || broke "swift format" "$swift_says"

# One line for each file that the formatters would change, with the number of places.
findings=$(printf '%s\n' "$c_says" "$swift_says" |
    sed -n "s|^\(.*\):[0-9]*:[0-9]*: warning: .*|\1|p" | sed "s|^$PWD/||" | sort | uniq -c)
if [ -n "$findings" ]; then
    echo "$findings"
    echo "layout: differs at so many places in these files; 'make format' mends it"
    exit 1
fi
echo "layout: clean"
