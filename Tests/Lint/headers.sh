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

# And the one macro that makes a value of its own serves both languages.
for language in "${CC:-cc} -x c -std=c11" "${CXX:-c++} -x c++ -std=c++17"; do
    # shellcheck disable=SC2086 # a command with its flags
    printf '#include <martlet.h>\nmt_slice name(void);\nmt_slice name(void) { return MT_SLICE("name"); }\n' |
        $language -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I. -
done
echo "headers: each compiles alone as C11 and C++17"
