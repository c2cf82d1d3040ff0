#!/bin/sh
# packages.sh GROUP...: sees that what whyslow needs is there.
#
# Groups: build (compile and run), test (make check), develop (make ci),
# slurm (make check-slurm). Each
# need is probed, never assumed from a list of packages. What is missing is
# installed where apt-get and the rights to use it exist; else it is named for
# Debian, Fedora and Homebrew. `packages.sh --name GROUP...` only names.
# Exit status: 0 nothing is missing any more, 1 something is.
set -u

# GROUP PROBE Debian Fedora Homebrew.  PROBE: cmd:NAME | pc:MODULE | header:NAME | py:MODULE | font:FAMILY | glyphs:LANGUAGE
# "-" where the system brings it along.
needs() {
    cat <<'END'
build    cmd:make              make                 make                   make
build    cmd:gcc               gcc                  gcc                    gcc
build    header:stdio.h        libc6-dev            glibc-devel            -
build    cmd:pkg-config        pkg-config           pkgconf-pkg-config     pkgconf
build    pc:libpcre2-8         libpcre2-dev         pcre2-devel            pcre2
build    pc:gsl                libgsl-dev           gsl-devel              gsl
build    pc:cairo              libcairo2-dev        cairo-devel            cairo
build    pc:pangocairo         libpango1.0-dev      pango-devel            pango
build    pc:libarchive         libarchive-dev       libarchive-devel       libarchive
build    pc:jansson            libjansson-dev       jansson-devel          jansson
build    pc:expat              libexpat1-dev        expat-devel            expat
build    pc:inih               libinih-dev          inih-devel             inih
build    pc:libcrypto          libssl-dev           openssl-devel          openssl@3
build    pc:sqlite3            libsqlite3-dev       sqlite-devel           sqlite
build    header:csv.h          libcsv-dev           libcsv-devel           libcsv
build    header:xlsxwriter.h   libxlsxwriter-dev    libxlsxwriter-devel    libxlsxwriter
build    cmd:msgfmt           gettext              gettext                gettext
build    font:DejaVu-Sans      fonts-dejavu-core    dejavu-sans-fonts      font-dejavu
test     header:cmocka.h       libcmocka-dev        libcmocka-devel        cmocka
test     cmd:python3           python3              python3                python
test     py:jsonschema         python3-jsonschema   python3-jsonschema     python-jsonschema
test     py:openpyxl           python3-openpyxl     python3-openpyxl       python-openpyxl
test     cmd:pdftotext         poppler-utils        poppler-utils          poppler
test     cmd:qpdf              qpdf                 qpdf                   qpdf
test     glyphs:zh-cn         fonts-noto-cjk       google-noto-sans-cjk-fonts font-noto-sans-cjk-sc
test     cmd:xz                xz-utils             xz                     xz
test     cmd:zstd              zstd                 zstd                   zstd
test     cmd:zip               zip                  zip                    zip
develop  cmd:clang             clang                clang                  llvm
develop  cmd:clang-format      clang-format         clang-tools-extra      clang-format
develop  cmd:clang-tidy        clang-tidy           clang-tools-extra      llvm
develop  cmd:cppcheck          cppcheck             cppcheck               cppcheck
develop  cmd:shellcheck        shellcheck           ShellCheck             shellcheck
develop  cmd:man               man-db               man-db                 -
develop  py:prometheus_client  python3-prometheus-client python3-prometheus_client -
slurm    cmd:sbatch           slurm-wlm              slurm                  slurm
slurm    cmd:mungekey         munge                  munge                  munge
slurm    cmd:parallel         parallel               parallel               parallel
develop  cmd:promtool         prometheus             golang-github-prometheus prometheus
END
}

# A distribution's Python packages belong to /usr/bin/python3, wherever another one shadows it (the Makefile agrees).
python=${PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3

compiles() {
    probe=$(mktemp -d) || return 1
    printf '#include <stdio.h>\n#include <stddef.h>\n#include <stdarg.h>\n#include <setjmp.h>\n#include <stdint.h>\n#include <%s>\nint main(void) { return 0; }\n' "$1" >"$probe/a.c"
    "${CC:-gcc}" -o "$probe/a" "$probe/a.c" >/dev/null 2>&1
    found=$?
    rm -rf "$probe"
    return $found
}

is_there() {
    case $1 in
        cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
        pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
        header:*) compiles "${1#header:}" ;;
        py:*) "$python" -c "import ${1#py:}" >/dev/null 2>&1 ;;
        glyphs:*) [ -n "$(fc-list ":lang=${1#glyphs:}" 2>/dev/null | head -n 1)" ] ;;
        # Any font will do: without one, text in charts is empty boxes.
        font:*) [ -n "$(find /usr/share/fonts /usr/local/share/fonts /System/Library/Fonts "$HOME/.fonts" \
            -name '*.[to]t[fc]' 2>/dev/null | head -n 1)" ] ;;
    esac
}

# Prints the rows of the wanted groups whose probe fails.
missing() {
    needs | while read -r group probe debian fedora brew; do
        case " $groups " in *" $group "*) ;; *) continue ;; esac
        is_there "$probe" || echo "$probe $debian $fedora $brew"
    done
}

column() { echo "$1" | awk -v n="$2" '$n != "-" && !seen[$n]++ { printf "%s%s", sep, $n; sep = " " }'; }

name_them() {
    echo "whyslow needs what is not here: $(column "$1" 1)" >&2
    echo "  Debian, Ubuntu:  apt-get install $(column "$1" 2)" >&2
    echo "  Fedora:          dnf install $(column "$1" 3)" >&2
    echo "  Homebrew:        brew install $(column "$1" 4)" >&2
}

# Runs a command as root: directly, or by sudo. Without a terminal sudo must not ask.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
    else
        return 1
    fi
}

install_them() {
    command -v apt-get >/dev/null 2>&1 || return 1
    packages=$(column "$1" 2)
    echo "installing: $packages" >&2
    # A new machine knows of no package before an update; a failed update may still leave usable lists.
    as_root apt-get -q update </dev/null >&2
    # shellcheck disable=SC2086  # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $packages </dev/null >&2
}

may_install=yes
groups=
for word in "$@"; do
    case $word in
        --name) may_install=no ;;
        --list) needs; exit 0 ;;
        build | test | develop | slurm) groups="$groups $word" ;;
        *) echo "packages.sh: unknown group '$word'; known: build, test, develop, slurm" >&2; exit 2 ;;
    esac
done

rows=$(missing)
[ -z "$rows" ] && exit 0
if [ $may_install = yes ] && install_them "$rows"; then
    rows=$(missing)
    [ -z "$rows" ] && exit 0
fi
name_them "$rows"
exit 1
