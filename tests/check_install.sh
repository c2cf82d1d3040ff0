#!/bin/sh
# check_install.sh: install into an empty directory, run what was installed, uninstall: no file may be left.
set -u
build=${BUILD:-build}
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
passed=0
failed=0

expect() { # NAME COMMAND...
    name=$1
    shift
    if "$@" >"$place/output" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name"
        sed 's/^/   /' "$place/output"
    fi
}

nothing_left() { left=$(find "$place/tree" ! -type d); [ -z "$left" ] || { echo "left: $left"; return 1; }; }
man_is_clean() {
    LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$place/tree/usr/share/man/man1/whyslow.1" 2>"$place/warnings" >/dev/null
    [ ! -s "$place/warnings" ] || { cat "$place/warnings"; return 1; }
}

speaks_chinese() { "$place/tree/usr/bin/whyslow" --lang zh_CN --help | grep -q "训练"; }

to_place() { "${MAKE:-make}" -s BUILD="$build" DESTDIR="$place/tree" prefix=/usr "$@"; }

expect "make install" to_place install
expect "the program runs" "$place/tree/usr/bin/whyslow" --version
expect "the installed program finds its languages" speaks_chinese
expect "the manual page names the program" grep -q WHYSLOW "$place/tree/usr/share/man/man1/whyslow.1"
if command -v man >/dev/null 2>&1; then expect "the manual page has no faults" man_is_clean; fi
expect "make uninstall" to_place uninstall
expect "nothing is left" nothing_left
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
