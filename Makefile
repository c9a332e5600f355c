# Martlet: what there is to do. `make` alone lists it.

PREFIX ?= /usr/local
DESTDIR ?=
ARGS ?=
VARIANT ?= plain
ONLY ?=
# Seconds for each fuzz target.
T ?= 20
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)

NEED := .ci/setup
TEST := python3 Tests/run.py
C := $(MAKE) --no-print-directory -j$(JOBS) -f CCore/Makefile ONLY=$(ONLY)
LIB := .build-c/release
COVERAGE := .build-c/coverage
VERSION = $(shell sed -n 's/^.define MT_VERSION_[A-Z]* //p' CCore/include/martlet/abi.h | paste -s -d . -)
# Where install puts things, and how it tells them.
DEST = $(DESTDIR)$(PREFIX)
CXX_HEADERS := $(wildcard CCore/bindings/cpp/martlet.hpp CCore/bindings/cpp/include/martlet.hpp)
FILL_IN = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|'
# ENGINE=swift runs a part of the tests on the all-Swift engine.
ENGINE ?= c
ifeq ($(ENGINE),swift)
ENGINE_TRAITS := --disable-default-traits
ENGINE_FLAGS := $(ENGINE_TRAITS) --scratch-path .build-pure
export PART_SUFFIX := -pure
endif
BIN = swift build -c release $(ENGINE_FLAGS)
DEMO ?= $(shell $(BIN) --show-bin-path)/Demo

# swiftc knows no undefined-behaviour sanitizer on Linux; the C target gets the one that needs no runtime.
SWIFT_ASAN := --sanitize=address --scratch-path .build-asan$(PART_SUFFIX) $(ENGINE_TRAITS) -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined
SWIFT_TSAN := --sanitize=thread --scratch-path .build-tsan$(PART_SUFFIX) $(ENGINE_TRAITS)
# The parts that meet the demo from outside, with one that is watched, and therefore slower and larger.
WATCHED := MARTLET_SANITIZED=1 MARTLET_SLOWNESS=10 sh -c \
	'for part in conformance smuggling abuse; do $(TEST) $$part "$$0" || exit 1; done'

# The parts of `make test`. Each leaves its totals; what leaves none has failed.
PARTS := c embedding swift wire conformance smuggling abuse costs bench fuzz
# Those that run on the all-Swift engine too.
PURE_PARTS := swift wire conformance smuggling abuse costs

.DEFAULT_GOAL := help
.PHONY: help setup run build debug demo test test-c test-fuzz test-embedding test-swift test-wire test-conformance \
	test-smuggling test-abuse test-costs test-bench test-differential conformance fuzz fuzz-merge load soak \
	leaks asan ubsan tsan valgrind coverage lib bench bench-quick bench-micro bench-instructions bench-python bench-boundary arena pgo install uninstall check-abi \
	docs docs-c docs-swift format lint analyze info clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing, for every other target
	@$(NEED) c swift test lint

run: ## build the demo application and serve on port 8080 (ARGS="--help" lists its flags)
	@$(NEED) $(if $(ENGINE_TRAITS),,c) swift
	swift run -c release $(ENGINE_FLAGS) Demo $(ARGS)

build: ## build everything, optimised
	@$(NEED) c swift
	swift build -c release

debug: ## run the demo application under AddressSanitizer
	@$(NEED) c swift
	swift run $(SWIFT_ASAN) Demo $(ARGS)

test: ## run all tests, those of the server on both engines; the last line is the total
	@$(NEED) c swift test
	@rm -rf .build-totals
	@for part in $(PARTS); do $(MAKE) --no-print-directory test-$$part || true; done
	@for part in $(PURE_PARTS); do $(MAKE) --no-print-directory test-$$part ENGINE=swift || true; done
	@$(MAKE) --no-print-directory test-differential || true
	@$(TEST) totals $(PARTS) $(PURE_PARTS:%=%-pure) differential

test-c: ## run the C unit tests (VARIANT=asan, ubsan, tsan; ONLY=http: those below that folder)
	@$(NEED) c test
	@$(C) VARIANT=$(VARIANT) tests
	@$(TEST) c $$($(C) VARIANT=$(VARIANT) list-tests)

test-embedding: lib ## install the C library aside; try it, and its bindings in C, C++, Python, Rust and Go
	@$(NEED) c test embedding
	@$(TEST) embedding

test-swift: ## run the Swift tests
	@$(NEED) c swift test
	@$(TEST) swift $(ENGINE_FLAGS)

demo:
	@$(NEED) c swift test
	@$(BIN) --product Demo

test-wire: demo ## start the demo application and speak raw bytes, curl, ab and wrk to it
	@$(BIN) --product Hello
	@$(TEST) wire $(DEMO) $(WIRE)

test-conformance: demo ## hold the demo application against RFC 9112 and 9110, case by case; prints a table
	@$(TEST) conformance $(DEMO) $(ARGS)

conformance: demo ## the same, with nginx and h2o in the same run; writes the tables into Tests/Conformance/README.md
	@$(NEED) conformance
	@$(TEST) conformance $(DEMO) nginx h2o --write

test-smuggling: demo ## send ambiguous messages to the demo application, alone and behind nginx, HAProxy and Apache httpd
	@$(NEED) fronts
	@$(TEST) smuggling $(DEMO) $(SMUGGLING)

test-abuse: demo ## abuse the demo application, and see that it stays small and answers others
	@$(NEED) abuse
	@$(TEST) abuse $(DEMO) $(ABUSE)

test-costs: lib demo ## count what a request costs in heap allocations and system calls; Linux only
	@$(NEED) costs
	@$(TEST) costs $(DEMO)

test-differential: demo ## send the same octets to both engines, and compare what they answer
	@swift build -c release --disable-default-traits --scratch-path .build-pure --product Demo
	@$(TEST) differential $(DEMO) \
		$$(swift build -c release --disable-default-traits --scratch-path .build-pure --show-bin-path)/Demo

test-bench: demo ## try what measures: counting, reading, drawing, and that the READMEs show the results; Linux only
	@$(TEST) bench $(DEMO)

test-fuzz: ## fuzz each target for T seconds (20)
	@$(NEED) c test fuzz
	@$(C) VARIANT=fuzz fuzzers
	@$(TEST) fuzz $(T) $$($(C) VARIANT=fuzz list-fuzz)

fuzz: test-fuzz ## the same: make fuzz T=600

fuzz-merge: ## fold what the fuzz targets found into the committed corpora, and take out what adds nothing
	@$(NEED) c test fuzz
	@$(C) VARIANT=fuzz fuzzers
	@python3 Tests/CCore/fuzz/fuzz.py merge $$($(C) VARIANT=fuzz list-fuzz)

load: ## hold the load generators to the demo application for longer than the tests do
	@WIRE_FULL=1 $(MAKE) --no-print-directory test-wire WIRE=test_load.py

soak: ## run the long forms of the tests, which take minutes
	@MARTLET_SOAK=1 $(MAKE) --no-print-directory test-abuse
	@MARTLET_SOAK=1 $(MAKE) --no-print-directory test-c

leaks: ## look for leaks behind 10,000 connections to a C program, with LeakSanitizer and with valgrind
	@$(NEED) c test
	@$(C) VARIANT=asan host
	@$(TEST) leaks .build-c/asan/Tests/Embedding/host
	@$(C) VARIANT=plain host
	@$(TEST) leaks --under-valgrind .build-c/plain/Tests/Embedding/host

asan: ## run the C and Swift tests under AddressSanitizer and UndefinedBehaviorSanitizer, and the demo for the others
	@$(NEED) c swift test fronts abuse
	@$(MAKE) --no-print-directory test-c VARIANT=asan
	@$(TEST) swift $(SWIFT_ASAN)
	@swift build $(SWIFT_ASAN) --product Demo
	@$(WATCHED) .build-asan$(PART_SUFFIX)/debug/Demo

ubsan: ## run the C tests under UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory test-c VARIANT=ubsan

tsan: ## run the C and Swift tests under ThreadSanitizer, and the demo for the others
	@$(NEED) c swift test fronts abuse
	@$(MAKE) --no-print-directory test-c VARIANT=tsan
	@$(TEST) swift $(SWIFT_TSAN)
	@swift build $(SWIFT_TSAN) --product Demo
	@$(WATCHED) .build-tsan$(PART_SUFFIX)/debug/Demo

valgrind: ## run the C tests under valgrind
	@$(NEED) c test
	@$(C) VARIANT=plain tests
	@$(TEST) c --under-valgrind $$($(C) VARIANT=plain list-tests)

coverage: ## run the C tests, and show which lines of the C library they run; fails below 90 % of a folder's
	@$(NEED) c test cover
	@rm -rf $(COVERAGE)/profiles
	@$(C) VARIANT=coverage tests lib
	@LLVM_PROFILE_FILE=$(CURDIR)/$(COVERAGE)/profiles/%p $(TEST) c $$($(C) VARIANT=coverage list-tests)
	@python3 Tests/Lint/coverage.py $(COVERAGE)

lib: ## build the C library alone, shared and static, without Swift
	@$(NEED) c
	@$(C) VARIANT=release lib
	@ls $(LIB)/libmartlet.*

bench: ## measure Martlet beside other servers, ten minutes; writes the tables and charts that the READMEs show
	@$(NEED) c swift bench
	python3 bench/bench.py --write $(ARGS)

bench-quick: ## the same against the floor, nginx and h2o, two minutes; writes nothing
	@$(NEED) c swift bench
	python3 bench/bench.py --quick $(ARGS)

bench-micro: lib ## time Martlet's parts by themselves, the parser beside others (ARGS=--write: into the README)
	@$(NEED) c micro
	@python3 bench/micro/micro.py $(ARGS)

bench-instructions: ## count instructions and system calls a request, with callgrind and strace (ARGS=--write)
	@$(NEED) c swift micro
	@python3 bench/micro/instructions.py $(ARGS)

bench-python: ## measure Martlet for Python beside gunicorn, uvicorn and granian, 8 minutes (ARGS=--quick, --write)
	@$(NEED) c python-bench
	@python3 bench/python/python_bench.py $(ARGS)

bench-boundary: ## measure what a handler's call costs in C, C++, Swift, Rust, Go and Python (ARGS=--quick, --write)
	@$(NEED) c swift python-bench boundary
	@python3 bench/boundary/boundary.py $(ARGS)

arena: ## check HttpArena's routes on Martlet and Hummingbird, then load them, 4 minutes (ARENA_DATA=folder)
	@$(NEED) c swift arena
	@python3 bench/arena/arena.py --write $(ARGS)

pgo: ## build the C library by what load shows of it (clang), and measure what that gains over `make lib`
	@$(NEED) c swift
	@python3 bench/pgo/pgo.py $(ARGS)

install: lib ## install the C library below PREFIX (default /usr/local), or below DESTDIR and PREFIX
	@install -d "$(DEST)/include/martlet" "$(DEST)/lib/pkgconfig" "$(DEST)/lib/cmake/martlet"
	install -m 644 CCore/include/martlet.h $(CXX_HEADERS) "$(DEST)/include"
	install -m 644 CCore/include/martlet/*.h "$(DEST)/include/martlet"
	@for file in $(LIB)/libmartlet.*; do \
		case $$file in *.a) mode=644 ;; *) mode=755 ;; esac; \
		if [ -h $$file ]; then cp -Pf $$file "$(DEST)/lib"; else install -m $$mode $$file "$(DEST)/lib"; fi || exit; \
		echo "$(DEST)/lib/$${file##*/}"; done
	install -m 644 CCore/cmake/martlet-config.cmake "$(DEST)/lib/cmake/martlet"
	@$(FILL_IN) CCore/cmake/martlet-config-version.cmake.in >"$(DEST)/lib/cmake/martlet/martlet-config-version.cmake"
	@$(FILL_IN) CCore/martlet.pc.in >"$(DEST)/lib/pkgconfig/martlet.pc"
	@chmod 644 "$(DEST)/lib/pkgconfig/martlet.pc" "$(DEST)/lib/cmake/martlet/martlet-config-version.cmake"

uninstall: ## remove what install put there
	rm -f "$(DEST)"/lib/libmartlet.* "$(DEST)/lib/pkgconfig/martlet.pc" "$(DEST)/include/martlet.h" "$(DEST)/include/martlet.hpp"
	rm -rf "$(DEST)/include/martlet" "$(DEST)/lib/cmake/martlet"

check-abi: lib ## compare exported symbols and struct layout with the recorded ones
	@python3 Tests/Lint/abi.py $(LIB)

docs: docs-c docs-swift ## write guides and references: .build-docs/c/index.html, and .build-docs/swift, to be served

docs-c: ## of docs, the one of the C library (doxygen)
	@$(NEED) docs
	@mkdir -p .build-docs
	@MARTLET_VERSION=$(VERSION) doxygen CCore/docs/Doxyfile
	@python3 Tests/Lint/reference.py .build-docs/c.tag

docs-swift: ## of docs, the one of the Swift library (DocC)
	@$(NEED) c swift
	@sh Tests/Lint/docc.sh .build-docs/swift

format: ## lay out C and Swift sources
	@$(NEED) c swift test lint
	@sh Tests/Lint/layout.sh --apply

lint: ## check layers, documentation, the README, the C reference, layout, ABI, warnings of clang and gcc, clang-tidy, cppcheck
	@$(NEED) c swift test lint docs
	@python3 Tests/Lint/check.py
	@sh Tests/Lint/layout.sh
	@sh Tests/Lint/headers.sh
	@$(C) VARIANT=gcc objects
	@$(C) VARIANT=clang objects
	@python3 Tests/Lint/analyze.py
	@$(MAKE) --no-print-directory check-abi
	@$(MAKE) --no-print-directory docs-c
	@echo "lint: clean"

analyze: ## of lint, clang-tidy and cppcheck alone
	@$(NEED) c swift test lint
	@python3 Tests/Lint/analyze.py

info: ## versions of the tools in use
	@$(NEED) c
	@echo "martlet   $(VERSION)"
	@echo "libevent  $$(pkg-config --modversion libevent_core)"
	@for tool in cc clang gcc swift clang-format wrk; do \
		command -v $$tool >/dev/null && echo "$$tool: $$($$tool --version 2>&1 | head -n 1)" || echo "$$tool: none"; done
	@uname -srm

clean: ## remove everything that was built
	rm -rf .build .build-*
