# whyslow: why was the training run slow, how sure are we, what did it cost?
#
#   make           build/whyslow
#   make demo      build, analyse a shipped sample, say where the report lies
#   make check     all tests
#   make help      every target
#
# One file, not recursive. Objects lie in $(BUILD)/obj; each room of the source tree
# (core parsers analyzer reports cli) becomes one static library.

VERSION  := 0.1.0
BUILD    ?= build
CC       ?= gcc
prefix   ?= /usr/local
DESTDIR  ?=
PACKAGES := libpcre2-8 gsl pangocairo cairo libarchive jansson expat inih libcrypto

ROOMS := core parsers analyzer reports cli

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
            -Wcast-qual -Wundef -Wformat=2 -Wvla -Wold-style-definition
HARDENED := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS   ?= -O2 -g
SANITIZE ?=
ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -I. $(WARNINGS) $(if $(SANITIZE),,$(HARDENED)) $(CFLAGS) $(SANITIZE) \
              -DWHYSLOW_VERSION='"$(VERSION)"' -DWHYSLOW_LOCALEDIR='"$(prefix)/share/locale"' \
              $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
ALL_LDFLAGS = $(if $(SANITIZE),,-pie -Wl,-z,relro,-z,now) $(LDFLAGS) $(SANITIZE)
LIBS        = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcsv -lxlsxwriter -lm

sources  = $(sort $(wildcard $(1)/*.c))
objects  = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
libs     = $(foreach room,$(1),$(BUILD)/lib$(room).a)
MAIN     := cli/main.c
CLI_SRC  := $(filter-out $(MAIN),$(call sources,cli))
ALL_SRC  := $(foreach room,$(ROOMS),$(call sources,$(room)))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(UNIT_SRC))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: $(BUILD)/whyslow

$(BUILD)/whyslow: $(call objects,$(MAIN)) $(call libs,cli reports analyzer parsers core)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define room_library
$(BUILD)/lib$(1).a: $(call objects,$(if $(filter cli,$(1)),$(CLI_SRC),$(call sources,$(1))))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_library,$(room))))

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(ALL_SRC) $(UNIT_SRC))

# ── tests ──────────────────────────────────────────────────────────────────

# A unit test is one file tests/unit/test_NAME.c with its own main (cmocka).
$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(call libs,cli reports analyzer parsers core)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

.PHONY: unit
unit: $(UNIT_BIN)
	@set -e; for test in $(UNIT_BIN); do echo "== $$test"; $$test; done
