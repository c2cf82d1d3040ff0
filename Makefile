# whyslow: why was the training run slow, how sure are we, what did it cost?
#
#   make           build/whyslow
#   make demo      build, analyse a shipped sample, say where the report lies
#   make check     all tests
#   make help      every target
#
# One file, not recursive but for flavours. Objects lie in $(BUILD)/obj; each room
# of the source tree (core parsers analyzer reports cli) becomes one static library.

VERSION  := 0.1.0
BUILD    ?= build
ifeq ($(origin CC),default)
CC       := gcc
endif
prefix   ?= /usr/local
DESTDIR  ?=
JOBS     ?= $(shell nproc 2>/dev/null || echo 2)
SECONDS  ?= 60
# The Python that the distribution's packages belong to, wherever another one shadows it.
PYTHON   ?= $(firstword $(wildcard /usr/bin/python3) python3)
PACKAGES := libpcre2-8 gsl pangocairo cairo libarchive jansson expat inih libcrypto sqlite3

ROOMS := core parsers analyzer reports cli

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
            -Wcast-qual -Wundef -Wformat=2 -Wvla -Wold-style-definition
HARDENED := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS   ?= -O2 -g
SANITIZE ?=
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -I. $(WARNINGS) $(if $(SANITIZE),,$(HARDENED)) $(CFLAGS) $(SANITIZE) \
              -DWHYSLOW_VERSION='"$(VERSION)"' -DWHYSLOW_LOCALEDIR='"$(prefix)/share/locale"' $(PACKAGE_CFLAGS)
ALL_LDFLAGS = $(if $(SANITIZE),,-pie -Wl,-z,relro,-z,now) $(LDFLAGS) $(SANITIZE)
LIBS        = $(PACKAGE_LIBS) -lcsv -lxlsxwriter -lm

sources  = $(sort $(wildcard $(1)/*.c))
objects  = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
libs     = $(foreach room,$(1),$(BUILD)/lib$(room).a)
MAIN     := cli/main.c
CLI_SRC  := $(filter-out $(MAIN),$(call sources,cli))
ALL_SRC  := $(foreach room,$(ROOMS),$(call sources,$(room)))
GEN_SRC  := $(call sources,samples/generator)
YARD_SRC := $(call sources,tests/yardstick)
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
# What several unit tests share: a diagnosis built by hand, and such.
UNIT_AID := $(sort $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(UNIT_SRC))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
# Tests of the whole program: they end with the line `N passed, N failed`.
SCRIPTS  := $(sort $(wildcard tests/check_*.py tests/check_*.sh tests/run_cases.py tests/corpus_inspect.py))

# Catalogues lie in the build tree as they will when installed; the program looks beside itself first.
LANGUAGES  := $(patsubst po/%.po,%,$(wildcard po/*.po))
CATALOGUES  = $(LANGUAGES:%=$(BUILD)/locale/%/LC_MESSAGES/whyslow.mo)

# A sub-make reads again what pkg-config says, so it sees the packages that were just installed.
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all
all: $(BUILD)/whyslow $(CATALOGUES) ## build/whyslow (the default)

$(BUILD)/whyslow: $(call objects,$(MAIN)) $(call libs,cli reports analyzer parsers core)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Where a package is missing, its name is more useful than the compiler's complaint.
$(BUILD)/obj/%.o: %.c | $(BUILD)/packages
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/packages:
	@mkdir -p $(@D)
	@PYTHON=$(PYTHON) tests/packages.sh --name build && touch $@

define room_library
$(BUILD)/lib$(1).a: $(call objects,$(if $(filter cli,$(1)),$(CLI_SRC),$(call sources,$(1))))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_library,$(room))))

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(ALL_SRC) $(UNIT_SRC) $(UNIT_AID) $(GEN_SRC) $(YARD_SRC) $(FUZZ_SRC))

# ── languages ──────────────────────────────────────────────────────────────

$(BUILD)/locale/%/LC_MESSAGES/whyslow.mo: po/%.po | $(BUILD)/packages
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

.PHONY: pot po mo
mo: $(CATALOGUES) ## the catalogues of po/, compiled
pot: $(BUILD)/whyslow.pot ## build/whyslow.pot: every sentence that people read
$(BUILD)/whyslow.pot: $(ALL_SRC)
	@mkdir -p $(@D)
	xgettext --from-code=UTF-8 --language=C --keyword --keyword=tr --keyword=N_ --add-comments=translators: \
	    --add-location=file --sort-by-file --no-wrap --package-name=whyslow --copyright-holder="the authors of whyslow" -o $@ $^
po: pot ## brings new sentences into po/*.po, where they wait for their translation
	@for language in $(LANGUAGES); do msgmerge --quiet --update --backup=none --no-wrap --no-fuzzy-matching \
	    --add-location=file --sort-by-file po/$$language.po $(BUILD)/whyslow.pot && \
	    sed -i '/^"POT-Creation-Date/d' po/$$language.po; done

.PHONY: deps
deps: ## install what demo and check need (apt), or name it
	@PYTHON=$(PYTHON) tests/packages.sh build test

.PHONY: demo
demo: ## build, analyse samples/sata-ssd, say where the report lies
	@PYTHON=$(PYTHON) tests/packages.sh build
	@$(SUBMAKE) -s all
	@echo '$$ $(BUILD)/whyslow analyze samples/sata-ssd'
	@$(BUILD)/whyslow analyze samples/sata-ssd -o whyslow-report
	@echo
	@echo "The report: $(CURDIR)/whyslow-report/report.pdf (and .md .xlsx .json, timeline.png)"

# ── tests ──────────────────────────────────────────────────────────────────

# A unit test is one file tests/unit/test_NAME.c with its own main (cmocka).
$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libunit.a $(call libs,cli reports analyzer parsers core)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(BUILD)/libunit.a: $(call objects,$(UNIT_AID))
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

.PHONY: unit
unit: $(UNIT_BIN) ## the unit tests alone
	@tests/run_checks.sh $(UNIT_BIN)

.PHONY: check
check: ## all tests, after installing what they need
	@PYTHON=$(PYTHON) tests/packages.sh build test
	@$(SUBMAKE) check-ready

.PHONY: check-build
check-build: $(BUILD)/whyslow $(CATALOGUES) $(UNIT_BIN) $(BUILD)/fuzz/fuzz_parser $(if $(GEN_SRC),$(BUILD)/generate) $(if $(YARD_SRC),$(BUILD)/yardstick)

.PHONY: check-ready
check-ready: check-build
	@BUILD=$(BUILD) PYTHON=$(PYTHON) CC=$(CC) MAKE=$(MAKE) tests/run_checks.sh $(UNIT_BIN) -- $(SCRIPTS)

# The sanitizers abort on the first finding; leaks count.
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
.PHONY: check-asan
check-asan: ## all tests under the address and undefined-behaviour sanitizers
	@PYTHON=$(PYTHON) tests/packages.sh build test
	@LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 \
	    $(SUBMAKE) check-ready BUILD=$(BUILD)/asan CFLAGS="-O1 -g" SANITIZE="$(ASAN)"

.PHONY: check-archive
check-archive: all generate ## batch and merge over RUNS=1000 generated runs, killed, in shards, timed
	@BUILD=$(BUILD) RUNS=$(or $(RUNS),1000) $(PYTHON) tests/check_batch.py

.PHONY: check-slurm
check-slurm: all generate ## the job scripts of samples/slurm in a Slurm of one node, started for it
	-@PYTHON=$(PYTHON) tests/packages.sh slurm
	@BUILD=$(BUILD) tests/slurm_one_node.sh

.PHONY: check-layers
check-layers: ## the rooms include only what they may, and nothing in a cycle
	@$(PYTHON) tests/layers.py .

.PHONY: check-install
check-install: all ## install, run, uninstall: nothing may be left
	@BUILD=$(BUILD) MAKE=$(MAKE) tests/check_install.sh

# Fuzzing. One target reads with any parser: PARSER=NAME in the environment chooses. Seeds and found inputs lie in
# tests/fuzz/corpus/NAME. `make check` runs them with mutations (driver.c); `make fuzz` lets libFuzzer work (clang).
FUZZ_DRIVER = $(BUILD)/obj/tests/fuzz/driver.o
FUZZ_TARGET = $(call objects,tests/fuzz/fuzz_parser.c tests/fuzz/fuzz_blocks.c tests/fuzz/fuzz_files.c tests/fuzz/promises.c)
$(BUILD)/fuzz/fuzz_parser: $(FUZZ_TARGET) $(FUZZ_DRIVER) $(call libs,parsers core)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(FUZZ_LINK) -o $@ $^ $(LIBS)

.PHONY: fuzz-build fuzz fuzz-replay
fuzz-build: $(BUILD)/fuzz/fuzz_parser
# One flavour follows compares and finds new paths (SECONDS); the other counts edges only, is several times as fast and
# goes on where it was stopped until each parser has had RUNS inputs.
FUZZ_COVERAGE = $(if $(RUNS),-fsanitize-coverage=inline-8bit-counters$(COMMA)pc-table,-fsanitize=fuzzer-no-link)
FUZZ_BUILD = $(BUILD)/libfuzzer$(if $(RUNS),-runs)
COMMA := ,
fuzz: ## libFuzzer on every parser for SECONDS=60 each, or RUNS=10000000 inputs, or on PARSER alone (clang)
	@$(SUBMAKE) fuzz-build BUILD=$(FUZZ_BUILD) CC=clang CFLAGS="-O2 -g -ftrivial-auto-var-init=pattern" SANITIZE="$(ASAN) $(FUZZ_COVERAGE)" \
	    FUZZ_LINK="-fsanitize=fuzzer -Wl,--wrap=pcre2_compile_8,--wrap=pcre2_code_free_8" \
	    FUZZ_DRIVER=$(FUZZ_BUILD)/obj/tests/fuzz/pattern_cache.o
	@BUILD=$(FUZZ_BUILD) SECONDS_EACH=$(or $(SECONDS),60) RUNS=$(RUNS) tests/fuzz/fuzz.sh $(PARSER)
fuzz-replay: ## seeds, found inputs and mutations of them, under the sanitizers
	@$(SUBMAKE) fuzz-build BUILD=$(BUILD)/asan CFLAGS="-O1 -g" SANITIZE="$(ASAN)"
	@BUILD=$(BUILD)/asan MUTATIONS=$(or $(MUTATIONS),80) tests/check_fuzz.sh

.PHONY: readme
readme: all ## write the README's examples and its picture anew
	@BUILD=$(BUILD) $(PYTHON) tests/check_readme.py --update

.PHONY: coverage
coverage: ## which lines the tests reach (gcov)
	@$(SUBMAKE) check-ready BUILD=$(BUILD)/coverage CC=gcc CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage
	@for room in $(ROOMS); do for source in $$room/*.c; do \
	    gcov -n -o $(BUILD)/coverage/obj/$$room $$source 2>/dev/null | grep -A1 "^File '$$source'" | tr '\n' ' ' | \
	    sed -n "s|^File '\(.*\)' Lines executed:\([0-9.]*\)% of \([0-9]*\).*|\2 \3 \1|p"; done; done | \
	    sort -n | awk '{ hit += $$1 / 100 * $$2; all += $$2; printf "%6.1f %%  %5d lines  %s\n", $$1, $$2, $$3 } \
	    END { printf "%6.1f %% of %d lines\n", 100 * hit / all, all }'

# ── generated runs, samples, yardsticks ────────────────────────────────────

# The labelled generator: a model of the machine that writes real log formats, with the truth beside them.
$(BUILD)/generate: $(call objects,$(GEN_SRC))
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

.PHONY: generate
generate: $(BUILD)/generate ## build/generate: runs with a known truth

.PHONY: score
score: all generate ## generated runs of every cause, analysed and scored (SEEDS=5)
	@BUILD=$(BUILD) $(PYTHON) tests/score_generated.py --seeds $(or $(SEEDS),5)
	@BUILD=$(BUILD) $(PYTHON) tests/score_missing.py --seeds $(or $(SEEDS),5)
	@BUILD=$(BUILD) $(PYTHON) tests/score_compare.py --seeds $(or $(SEEDS),3)

.PHONY: samples
samples: generate ## write samples/*/ anew (same bytes as committed)
	@BUILD=$(BUILD) samples/make.sh

$(BUILD)/yardstick: $(call objects,$(YARD_SRC)) $(call libs,analyzer core)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: yardsticks
yardsticks: $(BUILD)/yardstick ## build/yardstick: the shipped detectors on plain CSV

# ── keeping the house in order ─────────────────────────────────────────────

C_FILES = $(sort $(foreach dir,$(ROOMS) samples/generator tests/unit tests/fuzz tests/yardstick,$(wildcard $(dir)/*.[ch])))

.PHONY: format check-format
format: ## clang-format over all C files
	@clang-format -i $(C_FILES)
check-format: ## fails where `make format` would change something
	@clang-format --dry-run --Werror $(C_FILES) && echo "format: $(words $(C_FILES)) files in shape"

.PHONY: lint
lint: ## clang-tidy, cppcheck and shellcheck
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/lint.sh "$(filter -I% -D_GNU_SOURCE -std=%,$(ALL_CFLAGS)) -DWHYSLOW_VERSION=\"x\" -DWHYSLOW_LOCALEDIR=\"x\""

.PHONY: ci
ci: ## all that CI runs: check, and every gate
	@.ci/run

# ── install ────────────────────────────────────────────────────────────────

BINDIR := $(DESTDIR)$(prefix)/bin
MANDIR := $(DESTDIR)$(prefix)/share/man/man1
OWNDIR := $(DESTDIR)$(prefix)/share/whyslow
MODIR  := $(DESTDIR)$(prefix)/share/locale

$(BUILD)/whyslow.1: $(BUILD)/whyslow
	@LC_ALL=C $(BUILD)/whyslow --help-man >$@

.PHONY: man
man: $(BUILD)/whyslow.1 ## the manual page, its options out of the program's own table

.PHONY: install uninstall
install: all man ## into $(prefix), under DESTDIR
	install -d $(BINDIR) $(MANDIR) $(OWNDIR)
	install -m 755 $(BUILD)/whyslow $(BINDIR)/whyslow
	install -m 644 $(BUILD)/whyslow.1 $(MANDIR)/whyslow.1
	install -m 644 reports/report.schema.json reports/compare.schema.json reports/fleet.schema.json $(OWNDIR)
	for language in $(LANGUAGES); do install -d $(MODIR)/$$language/LC_MESSAGES && \
	    install -m 644 $(BUILD)/locale/$$language/LC_MESSAGES/whyslow.mo $(MODIR)/$$language/LC_MESSAGES/whyslow.mo; done
uninstall: ## removes what install put there
	rm -f $(BINDIR)/whyslow $(MANDIR)/whyslow.1 $(OWNDIR)/report.schema.json $(OWNDIR)/compare.schema.json $(OWNDIR)/fleet.schema.json $(LANGUAGES:%=$(MODIR)/%/LC_MESSAGES/whyslow.mo)
	-rmdir $(OWNDIR)

.PHONY: dist
dist: ## whyslow-VERSION.tar.gz of what is committed
	@git archive --format=tar.gz --prefix=whyslow-$(VERSION)/ -o whyslow-$(VERSION).tar.gz HEAD
	@echo whyslow-$(VERSION).tar.gz

.PHONY: clean
clean: ## removes $(BUILD) and the demo's report
	rm -rf $(BUILD) whyslow-report

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile | sed 's/\$$(prefix)/prefix/; s/\$$(BUILD)/build/'
	@echo "  Variables: CC CFLAGS BUILD JOBS prefix DESTDIR SECONDS SEEDS PYTHON"
