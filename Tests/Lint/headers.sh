#!/bin/sh
# Each public header compiles alone, as C11 and as C++17, without a word from the compiler.
set -eu
cd "$(dirname "$0")/../../CCore/include"

for header in martlet.h martlet/*.h; do
    echo "#include <$header>" | ${CC:-cc} -x c -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Werror \
        -fsyntax-only -I. -
    echo "#include <$header>" | ${CXX:-c++} -x c++ -std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Werror \
        -fsyntax-only -I. -
done
echo "headers: each compiles alone as C11 and C++17"
