#!/bin/sh
# lto.sh CC...: with which flags the compiler joins objects of link-time optimisation into one object
# of machine code; nothing and 1 where it cannot. GNU's compiler says so itself, clang needs a linker
# that knows its objects: LLVM's, or the system's own on macOS and FreeBSD.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
echo 'int part(void); int whole(void); int whole(void) { return part() + 1; }' >whole.c
echo 'int part(void); int part(void) { return 1; }' >part.c
echo 'int whole(void); int main(void) { return whole() - 2; }' >main.c

joins() {
    rm -f ./*.o
    "$@" -O2 -flto=auto -c whole.c part.c && "$@" -O2 -flto=auto $flags -nostdlib -r -o joined.o whole.o part.o &&
        "$@" -fno-lto main.c joined.o -o main && ./main
}

for flags in -flinker-output=nolto-rel -fuse-ld=lld ''; do
    if joins "$@" >/dev/null 2>&1; then
        echo "-flto=auto $flags"
        exit 0
    fi
done
exit 1
