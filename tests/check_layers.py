#!/usr/bin/env python3
"""The tree obeys its layers, and layers.py would say so if it did not: each violation is planted in a copy."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOMS = ("core", "parsers", "analyzer", "reports", "cli", "samples/generator")
TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.py")

# What is planted (file, line added to it or made of it), and a word of the complaint.
PLANTED = [
    ("core sees a parser", {"core/arena.c": '#include "parsers/lines.h"'}, "core may include only"),
    ("a parser sees the analyzer", {"parsers/parsers.c": '#include "analyzer/analyze.h"'}, "parsers may include only"),
    ("the analyzer sees a parser", {"analyzer/planted.c": '#include "parsers/parser.h"'}, "analyzer may include only"),
    ("reports see more than the diagnosis", {"reports/planted.c": '#include "analyzer/rules.h"'}, "reports may include only"),
    ("a header includes itself by way of another", {"core/planted_a.h": '#include "core/planted_b.h"', "core/planted_b.h": '#include "core/planted_a.h"'}, "cycle"),
    ("GSL in a cause", {"analyzer/planted_cause.c": "#include <gsl/gsl_math.h>"}, "GSL only"),
    ("cairo in the command line", {"cli/planted_cli.c": "#include <cairo.h>"}, "cairo and pango only"),
    ("libarchive in a format", {"parsers/planted_format.c": "#include <archive.h>"}, "libarchive only"),
    ("two files of one name", {"reports/lines.c": "int planted;"}, "there is already"),
    ("an include that is not from the root", {"core/planted_c.c": '#include "arena.h"'}, "from the root"),
    ("an include of nothing", {"core/planted_d.c": '#include "core/not_there.h"'}, "must exist"),
]


def run(root):
    done = subprocess.run([sys.executable, TOOL, root], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def copy_tree(where):
    for room in ROOMS:
        if os.path.isdir(room):
            shutil.copytree(room, os.path.join(where, room))


def main():
    passed = failed = 0

    def report(name, good, detail):
        nonlocal passed, failed
        passed, failed = passed + good, failed + (not good)
        if not good:
            print("FAILED %s\n%s" % (name, detail))

    status, output = run(".")
    report("the tree as it is", status == 0, output)
    for name, files, word in PLANTED:
        with tempfile.TemporaryDirectory() as where:
            copy_tree(where)
            for path, text in files.items():
                with open(os.path.join(where, path), "a", encoding="utf-8") as f:
                    f.write("\n" + text + "\n")
            status, output = run(where)
            report(name, status == 1 and word in output, "exit status %d, expected 1 and '%s' in:\n%s" % (status, word, output))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
