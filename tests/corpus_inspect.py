#!/usr/bin/env python3
"""Real logs against what is known of them.

corpus_inspect.py [BUILD] [--all] [FOLDER...]

Runs `inspect --json` over every file of ../shared/corpus/FOLDER and compares the result with the folder's INDEX.tsv.
Prints a table (files, exact, explained, refused with a reason, wrong) and every difference. A difference that is right
stands in tests/corpus_explained.tsv (folder/file, field, why). Where ../shared does not exist it says so and passes.
--all lists the explained and the refused ones, too.
"""
import csv
import json
import math
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.path.join(os.path.dirname(ROOT), "shared", "corpus")
EXPLAINED = os.path.join(ROOT, "tests", "corpus_explained.tsv")


def read_tsv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def explained_list():
    table = {}
    if os.path.exists(EXPLAINED):
        for row in read_tsv(EXPLAINED):
            table[(row["file"], row["field"])] = row["why"]
    return table


def inspect(program, paths):
    result = subprocess.run([program, "inspect", "--json", "--quiet", *paths], capture_output=True, timeout=300)
    if result.returncode not in (0, 3):
        sys.exit(f"inspect died with status {result.returncode}: {result.stderr.decode(errors='replace')[-2000:]}")
    files = {}
    for file in json.loads(result.stdout)["files"]:
        files.setdefault(file["path"], file)  # a file into which two tools wrote comes twice, the first tool first
    return files


def number(text):
    match = re.match(r"-?\d+(\.\d+)?", text.strip())
    return float(match.group()) if match else None


def near(a, b, tolerance):
    return a is not None and b is not None and abs(a - b) <= tolerance


def entities(file, kind):
    return {series["entity"] for series in file["series"] if series.get("kind") == kind}


def same_time(stated, got):
    """The index prints local civil time; a zone behind our time does not matter."""
    if not got:
        return False
    plain = re.sub(r"(Z|[+-]\d\d:\d\d)$", "", got).replace("T", " ")
    stated = stated.replace("T", " ").rstrip("Z")
    stated = re.sub(r" UTC.*$", "", stated)
    pad = lambda text: text if "." in text else text + ".000"
    return pad(plain)[:23] == pad(stated)[:23]


def check_utilisation(text, file):
    series = {s["entity"]: s for s in file["series"] if s["quantity"] == "utilization.gpu"}
    parts = [part.strip() for part in text.split(";") if part.strip()]
    wrong = []
    for position, part in enumerate(parts):
        match = re.match(r"(pos|index=)(\d+) mean ([\d.]+) max ([\d.]+)", part)
        other = re.match(r"(uuid|pci\.bus_id)=\S+ mean ([\d.]+) max ([\d.]+)", part)
        if match:
            entity, mean, top = "gpu" + match.group(2), float(match.group(3)), float(match.group(4))
        elif other:
            entity, mean, top = f"gpu{position}", float(other.group(2)), float(other.group(3))
        else:
            continue
        got = series.get(entity)
        if got is None:
            wrong.append(f"no utilization.gpu of {entity}")
        elif not near(got["mean"], mean, 0.0051) or not near(got["max"], top, 0.001):
            wrong.append(f"{entity} mean {got['mean']} max {got['max']}, not {mean} {top}")
    return wrong


def check_nvidia(row, file):
    differences = {}
    rows, gpus = number(row["rows"]), number(row["gpus"])
    is_gpu = gpus is not None and gpus > 0
    if is_gpu and rows is not None and file["samples"] != rows:
        differences["rows"] = f"{file['samples']}, not {int(rows)}"
    if is_gpu and len(entities(file, "gpu")) != gpus:
        differences["gpus"] = f"{sorted(entities(file, 'gpu'))[:10]}, not {int(gpus)}"
    interval = number(row["interval_s"])
    if is_gpu and interval is not None and row["first"] and re.match(r"[\d.]+( \(mean.*)?$", row["interval_s"]):
        cadence = file["cadence_seconds"]
        if not near(cadence, interval, max(0.0051, 0.01 * interval)):
            differences["interval"] = f"{cadence}, not {interval}"
    for key in ("first", "last"):
        if re.match(r"\d{4}-\d\d-\d\d", row[key] or "") and not same_time(row[key], file[key]):
            differences[key] = f"{file[key]}, not {row[key]}"
    wrong = check_utilisation(row["utilisation"] or "", file)
    if wrong:
        differences["utilisation"] = "; ".join(wrong)
    return differences


def check_reports(row, file):
    differences = {}
    count = number(row["n_reports"])
    if count is not None and file["reports"] != count:
        differences["reports"] = f"{file['reports']}, not {int(count)}"
    devices = row["devices"]
    if devices not in ("", "-") and not devices.startswith("CPU"):
        wanted, got = set(devices.split(",")), entities(file, "disk")
        if wanted != got:
            differences["devices"] = f"missing {sorted(wanted - got)}, too many {sorted(got - wanted)}"
    return differences


def check_public(row, file):
    return check_reports(row, file)


def check_nothing(row, file):
    return {}


FOLDERS = {
    "nvidia-smi": check_nvidia,
    "iostat": check_reports,
    "iostat-public": check_public,
    "smartctl": check_nothing,
    "hdparm": check_nothing,
    "kernel-log": check_nothing,
}


def reason(file):
    problems = [p for p in file["problems"] if p["severity"] == "critical"] or file["problems"]
    return problems[-1]["message"] if problems else "NO REASON GIVEN"


def is_foreign(folder, row):
    """Files of which the index says that they are no log of a kind to be read."""
    return folder == "iostat-public" and row["kind"] == "other"


def judge(folder, row, file, explained, seen):
    """One of exact, explained, refused, wrong; and lines that say why."""
    name = f"{folder}/{row['file']}"
    lines = []

    def explain(field, text):
        why = explained.get((name, field))
        if why is not None:
            seen.add((name, field))
        lines.append(f"{name}: {field}: {text}" + (f"   [{why}]" if why else ""))
        return why is not None

    if file is None:
        return ("explained" if explain("missing", "not among the inspected files") else "wrong"), lines
    unread = file["format"] is None or file["refused"]
    if is_foreign(folder, row):
        if unread:
            lines.append(f"{name}: refused: {reason(file)}")
            return "refused", lines
        return ("explained" if explain("foreign", f"read as {file['format']}") else "wrong"), lines
    if file["format"] is None:
        return ("refused" if explain("unrecognised", reason(file)) else "wrong"), lines
    if file["refused"]:
        good = file["problems"] and explain("refused", reason(file))
        return ("refused" if good else "wrong"), lines
    differences = FOLDERS[folder](row, file)
    if not differences:
        return "exact", lines
    good = [explain(field, text) for field, text in differences.items()]
    return ("explained" if all(good) else "wrong"), lines


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    show_all = "--all" in sys.argv
    folders = [word for word in words if word in FOLDERS]
    builds = [word for word in words if word not in FOLDERS]
    build = builds[0] if builds else os.environ.get("BUILD", "build")
    if not os.path.isdir(CORPUS):
        print("SKIPPED: there is no ../shared/corpus here: real logs were not read")
        print("0 passed, 0 failed")
        return 0
    program = os.path.abspath(os.path.join(ROOT, build, "whyslow"))
    explained, seen = explained_list(), set()
    total = {"files": 0, "exact": 0, "explained": 0, "refused": 0, "wrong": 0}
    table, listed = [], []
    for folder in folders or FOLDERS:
        place = os.path.join(CORPUS, folder)
        rows = read_tsv(os.path.join(place, "INDEX.tsv"))
        paths = [os.path.join(place, row["file"]) for row in rows]
        files = inspect(program, [path for path in paths if os.path.exists(path)])
        counts = dict.fromkeys(total, 0)
        for row, path in zip(rows, paths):
            if not os.path.exists(path):
                continue
            verdict, lines = judge(folder, row, files.get(path), explained, seen)
            counts["files"] += 1
            counts[verdict] += 1
            if verdict == "wrong" or show_all:
                listed += [f"{verdict}: {line}" for line in lines]
        table.append((folder, counts))
        for key in total:
            total[key] += counts[key]
    print("\n".join(listed))
    print(f"{'folder':<15}" + "".join(f"{key:>11}" for key in total))
    for folder, counts in table + [("all", total)]:
        print(f"{folder:<15}" + "".join(f"{counts[key]:>11}" for key in total))
    stale = [key for key in explained if key not in seen and (not folders or key[0].split("/")[0] in folders)]
    for key in stale:
        print(f"stale: {key[0]} {key[1]} is explained but does not differ")
    failed = total["wrong"] + len(stale)
    print(f"{total['files'] - total['wrong']} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
