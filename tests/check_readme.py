#!/usr/bin/env python3
"""Runs the README's examples: what stands under a `$` line must be what the command prints, and the picture what it draws.

    check_readme.py             compares
    check_readme.py --update    writes README.md and docs/overview.png anew (`make readme`); review the difference
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
PICTURE = "docs/overview.png"
PICTURE_MOST = 300_000
BLOCK = re.compile(r"^```console\n\$ (.*)\n((?:.*\n)*?)```$", re.M)


def run(command, out):
    words = command.split()
    if words[0] == "build/whyslow":
        words[0] = os.path.join(BUILD, "whyslow")
    if "analyze" in words and "-o" not in words:
        words += ["-o", out]
    env = dict(os.environ, LC_ALL="C.UTF-8", NO_COLOR="1", LANGUAGE="")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env)
    return done.returncode, done.stdout


def options_mentioned(text):
    return sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", " ".join(re.findall(r"`whyslow [^`]*`", text)))))


def main():
    update = "--update" in sys.argv
    passed = failed = 0
    with open("README.md", encoding="utf-8") as f:
        text = f.read()

    def expect(name, good, detail=""):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print("FAILED %s: %s" % (name, detail))

    with tempfile.TemporaryDirectory() as where:
        out = os.path.join(where, "report")
        for match in list(BLOCK.finditer(text)):
            command, shown = match.groups()
            status, printed = run(command, out)
            expect("`%s` works" % command, status == 0, "exit status %d" % status)
            if update:
                text = text.replace(match.group(0), "```console\n$ %s\n%s```" % (command, printed))
            else:
                expect("`%s` prints what the README shows" % command, printed == shown, "\n--- README\n%s--- now\n%s(make readme rewrites it)" % (shown, printed))
        drawn = os.path.join(out, "overview.png")
        if update:
            os.makedirs(os.path.dirname(PICTURE), exist_ok=True)
            shutil.copyfile(drawn, PICTURE)
            with open("README.md", "w", encoding="utf-8") as f:
                f.write(text)
            print("README.md and %s are written" % PICTURE)
            return 0
        # Fonts differ between machines, so the pixels may: that there is a picture of that kind is all that is asked.
        expect("the picture is drawn", os.path.exists(drawn))
        expect("the picture is shipped and small", os.path.exists(PICTURE) and 10_000 < os.path.getsize(PICTURE) < PICTURE_MOST)
    for path in re.findall(r"\]\(([^)#:]+)\)", text):
        expect("the link to %s leads somewhere" % path, os.path.exists(path))
    helped = run("build/whyslow --help", "")[1]
    for option in options_mentioned(text):
        expect("%s is an option" % option, option in helped)
    listed = subprocess.run([os.environ.get("MAKE", "make"), "-s", "help"], capture_output=True, text=True).stdout
    for target in sorted(set(re.findall(r"`make ([a-z][a-z-]+)`", text))):
        expect("make %s is a target" % target, re.search(r"^  %s\s" % target, listed, re.M), listed)
    for room in re.findall(r"^    ([a-z]+)/ ", text, re.M):
        expect("%s/ is there" % room, os.path.isdir(room))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
