#!/usr/bin/env python3
"""Every surprise of the logs that is listed in tests/surprises/*.tsv has a proof, and the proof exists.

A list has two columns: the surprise in a sentence, and its proofs: `case:FOLDER` below tests/cases, `bad:FOLDER` below
tests/bad, `unit:FILE:FUNCTION`, a test that tests/unit/FILE.c runs.
"""
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parent


def is_proved(proof):
    kind, _, rest = proof.partition(":")
    if kind in ("case", "bad"):
        folder = TESTS / ("cases" if kind == "case" else "bad") / rest
        return bool(rest) and any(folder.glob("expect.*"))
    name, _, function = rest.partition(":")
    file = TESTS / "unit" / (name + ".c")
    if kind != "unit" or not file.is_file():
        return False
    return re.search(r"cmocka_unit_test\w*\(\s*%s\b" % re.escape(function), file.read_text(encoding="utf-8")) is not None


def main():
    passed = failed = 0
    for path in sorted((TESTS / "surprises").glob("*.tsv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        seen = set()
        for number, line in enumerate(lines[1:], 2):
            surprise, _, proofs = line.partition("\t")
            missing = [proof for proof in proofs.split() if not is_proved(proof)]
            wrong = "said twice" if surprise in seen else "no proof" if not proofs.split() else ""
            wrong = wrong or ("not there: " + " ".join(missing) if missing else "")
            seen.add(surprise)
            if wrong:
                failed += 1
                print(f"{path.name}:{number}: {surprise}: {wrong}")
            else:
                passed += 1
        print(f"{path.name}: {len(lines) - 1} surprises")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
