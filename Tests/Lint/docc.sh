#!/bin/sh
# Writes the Swift library's guide and reference into a folder: docc.sh FOLDER. Whatever is amiss is an error.
set -eu
cd "$(dirname "$0")/../.."
folder=$1
symbols=$folder.symbols

swift build --target Martlet
built=$(swift build --show-bin-path)
triple=$(swiftc -print-target-info | sed -n 's/^ *"triple": "\(.*\)",.*/\1/p' | head -n 1)
sdk=
[ "$(uname)" != Darwin ] || sdk="-sdk $(xcrun --show-sdk-path)"

rm -rf "$symbols" "$folder"
mkdir -p "$symbols"
# shellcheck disable=SC2086 # nothing, or a flag with its word
swift symbolgraph-extract -module-name Martlet -target "$triple" $sdk -I "$built/Modules" \
    -Xcc "-fmodule-map-file=$built/CCore.build/module.modulemap" \
    -minimum-access-level public -skip-synthesized-members -output-dir "$symbols"

# Parameters that explain themselves have no line of their own.
docc=$(command -v docc || xcrun --find docc)
"$docc" convert Sources/Martlet/Martlet.docc --additional-symbol-graph-dir "$symbols" --output-path "$folder" \
    --fallback-display-name Martlet --fallback-bundle-identifier martlet.Martlet \
    --warnings-as-errors --disable-parameters-and-returns-validation
echo "docs: $folder; to read it: python3 -m http.server -d $folder, then /documentation/martlet"
