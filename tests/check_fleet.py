#!/usr/bin/env python3
"""The summary of a made-up fleet: fits its schema, its sums are those of its rows to the last digit, and no name of a
run, host or disk becomes a formula or markup."""
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from decimal import ROUND_HALF_UP, Decimal

BUILD = os.environ.get("BUILD", "build")
WRITER = os.path.abspath(os.path.join(BUILD, "tests", "test_fleet_writers"))
SCHEMA = "reports/fleet.schema.json"
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, str(detail)[:600]))


def module(name):
    try:
        return __import__(name)
    except ImportError:
        print("NOTE: python3-%s is not installed: what it would show was not checked" % name)
        return None


def load(folder):
    with open(os.path.join(folder, "fleet.json"), encoding="utf-8") as f:
        return json.load(f, parse_float=Decimal)


def check_schema(name, folder):
    jsonschema = module("jsonschema")
    if jsonschema is None:
        return
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    with open(os.path.join(folder, "fleet.json"), encoding="utf-8") as f:
        fleet = json.load(f)
    jsonschema.Draft7Validator.check_schema(schema)
    faults = ["%s: %s" % ("/".join(map(str, e.path)), e.message) for e in jsonschema.Draft7Validator(schema).iter_errors(fleet)]
    expect(name + " fits the schema", not faults, faults[:3])
    broken = dict(fleet, schema="whyslow.fleet/2")
    expect(name + ": the schema refuses another version", not jsonschema.Draft7Validator(schema).is_valid(broken))


def rounded(values):
    return sum(map(Decimal, values), Decimal(0)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def check_sums(name, fleet):
    runs = [r for r in fleet["runs"] if r["status"] == "analysed"]
    total = rounded(r["lost_gpu_hours"]["total"] for r in runs)
    expect(name + ": the total is the sum of the runs", Decimal(fleet["total"]["lost_gpu_hours"]) == total, (fleet["total"], total))
    expect(name + ": so are the GPU-hours", Decimal(fleet["total"]["gpu_hours"]) == rounded(r["gpu_hours"] for r in runs))
    for row in fleet["by_cause"]:
        own = rounded(r["lost_gpu_hours"]["by_cause"].get(row["cause"], 0) for r in runs)
        expect(name + ": the sum of " + row["cause"], Decimal(row["lost_gpu_hours"]) == own, (row, own))
    for row in fleet["by_host"]:
        own = rounded(r["lost_gpu_hours"]["total"] for r in runs if r["host"] == row["host"])
        expect(name + ": the sum of a host", Decimal(row["lost_gpu_hours"]) == own, (row, own))
    expect(name + ": every run has its row", len(fleet["runs"]) == fleet["total"]["found"] == sum(fleet["total"]["status"].values()))


def check_workbook(name, folder, fleet):
    openpyxl = module("openpyxl")
    if openpyxl is None:
        return
    warnings.simplefilter("ignore")
    book = openpyxl.load_workbook(os.path.join(folder, "fleet.xlsx"))
    wanted = ["Summary", "Runs", "By cause", "By host", "By disk", "By GPU", "Worst", "Trends", "Recurring", "Looks like", "Unknown", "Not analysed"]
    expect(name + ": the sheets", book.sheetnames == wanted, book.sheetnames)
    formulas = [c.coordinate for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    expect(name + ": no formula", not formulas, formulas[:5])
    runs = book["Runs"]
    expect(name + ": a row a run", runs.max_row == 2 + len(fleet["runs"]), runs.max_row)
    head = [c.value for c in runs[2]]
    lost = [row[head.index("Lost GPU-hours")].value for row in runs.iter_rows(min_row=3)]
    total = sum(Decimal(repr(v)) for v in lost if v is not None)
    expect(name + ": the column of losses adds up", rounded([total]) == Decimal(fleet["total"]["lost_gpu_hours"]), total)
    begins = [row[head.index("Begin")] for row in runs.iter_rows(min_row=3)]
    expect(name + ": real dates", any(c.is_date for c in begins) and not any(c.data_type == "s" for c in begins))
    expect(name + ": panes are frozen, rows can be filtered", runs.freeze_panes == "B3" and len(runs.tables) == 1)


def check_markdown(name, folder):
    with open(os.path.join(folder, "fleet.md"), encoding="utf-8") as f:
        text = f.read()
    expect(name + ": fits into a ticket", len(text.encode()) < 65536)
    expect(name + ": no foreign tag", "<b>" not in text and "](y)" not in text.replace("\\](y)", "").replace("\\]\\(y", ""))
    widths = [len(line.replace("\\|", "").split("|")) for line in text.split("\n") if line.startswith("|")]
    blocks, last = [], None
    for line in text.split("\n"):
        if line.startswith("|"):
            if last is None:
                last = line.replace("\\|", "").count("|")
            blocks.append(line.replace("\\|", "").count("|") == last)
        else:
            last = None
    expect(name + ": tables keep their columns", widths and all(blocks), blocks.count(False))


def write(folder, count, kind):
    began = time.monotonic()
    done = subprocess.run([WRITER, folder, str(count), kind], capture_output=True, text=True, timeout=120)
    expect("%d runs (%s) are written" % (count, kind), done.returncode == 0, done.stderr)
    return time.monotonic() - began


def main():
    with tempfile.TemporaryDirectory(prefix="whyslow-fleet-") as place:
        for count, kind in ((0, "plain"), (1, "plain"), (200, "plain"), (200, "hostile")):
            name = "%d runs (%s)" % (count, kind)
            folder = os.path.join(place, name)
            write(folder, count, kind)
            fleet = load(folder)
            check_schema(name, folder)
            check_sums(name, fleet)
            check_markdown(name, folder)
            if count > 1:
                check_workbook(name, folder, fleet)
        folder = os.path.join(place, "many")
        seconds = write(folder, 5000, "plain")
        sizes = {n: os.path.getsize(os.path.join(folder, n)) for n in os.listdir(folder)}
        expect("5,000 runs: no file over 5 MB", max(sizes.values()) < 5 << 20, sizes)
        # Two seconds on an idle machine; tests run on busy ones, with sanitizers, too.
        expect("5,000 runs: in no time", seconds < 30, seconds)
        check_sums("5,000 runs", load(folder))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
