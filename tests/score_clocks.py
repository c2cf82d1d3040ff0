#!/usr/bin/env python3
"""Pairs of a GPU log and a disk log with clock faults: which offsets does whyslow accept, and are they right?

    score_clocks.py [--pairs N] [--first SEED] [--jobs N] [--verbose]

A fifth of the pairs each: they belong together, with a wrong zone or a skew; they belong together but repeat themselves evenly,
so that a shift by a whole period fits as well; they are of unrelated runs that merely share the time of day; they belong together,
and the clock of the disk log was set in mid-run; it went back by the hour that ends daylight saving. An offset is accepted when
the report calls it established by estimation (for clocks that were set: established at all), and then every stamp that is placed
must be right. Exit status 1 if one was not.
"""
import argparse
import concurrent.futures
import datetime
import os
import random
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import score_generated as scored  # noqa: E402

import json  # noqa: E402
import subprocess  # noqa: E402

RELATED = ("clock-zone", "clock-skew", "clock-untimed")
SET = ("sata-ssd-slow", "mixed-idle-read", "hdd-random", "checkpoint-sync", "clock-skew")
UNRELATED = ("sata-ssd-slow", "mixed-idle-read", "checkpoint-sync", "epoch-gap", "healthy", "hdd-random")


def generate(scenario, seed, where, start=None):
    command = [os.path.join(scored.BUILD, "generate"), scenario, str(seed), where] + ([str(start)] if start else [])
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    with open(os.path.join(where, "truth.json"), encoding="utf-8") as f:
        return json.load(f)


def clock_of(truth, kind):
    return next((c for c in truth["clocks"] if c["kind"] == kind), None)


STAMP = re.compile(r"^(?:(\d\d/\d\d/(\d\d|\d{4})) (\d\d:\d\d:\d\d)( [AP]M)?|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([+-]\d{4})?)$")


def layout_of(match):
    if match.group(5):
        return "%Y-%m-%dT%H:%M:%S"
    return "%m/%d/" + ("%Y" if len(match.group(2)) == 4 else "%y") + (" %I:%M:%S %p" if match.group(4) else " %H:%M:%S")


def set_clock(path, share, by):
    """Moves the printed times from `share` of the stamps on. The stamps: line, seconds as printed, seconds as they were, UTC if
    a zone is printed. None if the log's stamps are not of a kind that is known here."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    found = [(i, m) for i, m in enumerate(map(STAMP.match, lines)) if m]
    stamps = []
    for order, (i, match) in enumerate(found):
        layout, zone = layout_of(match), match.group(6) or ""
        was = datetime.datetime.strptime(lines[i][: len(lines[i]) - len(zone)], layout)
        now = was + datetime.timedelta(seconds=by if order >= share * len(found) else 0)
        lines[i] = now.strftime(layout) + zone
        east = 60 * (int(zone[1:3]) * 60 + int(zone[3:])) * (-1 if zone[0] == "-" else 1) if zone else 0
        utc = [t.replace(tzinfo=datetime.timezone.utc).timestamp() - east for t in (now, was)]
        stamps.append((i + 1, utc[0], utc[1], bool(zone)))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines))
    return stamps if len(stamps) > 100 else None


def offset_at(claim, line):
    """What the report says of a line: seconds, None if it is not placed there."""
    segments = [s for s in claim.get("segments") or [] if s["line"] <= line]
    return segments[-1]["offset_seconds"] if segments else claim["offset_seconds"]


def judge_set(kind, seed):
    chance = random.Random(seed)
    by = -3600 if kind == "summer" else chance.choice((-1, -1, 1)) * chance.uniform(120, 5000) // 1
    with tempfile.TemporaryDirectory() as where:
        run = os.path.join(where, "run")
        truth = generate(SET[seed % len(SET)], seed, run)
        if not truth or not clock_of(truth, "iostat"):
            return kind, seed, "not drawn", ""
        disk = clock_of(truth, "iostat")
        stamps = set_clock(os.path.join(run, disk["source"]), chance.uniform(0.35, 0.65), by)
        if stamps is None or kind == "summer" and stamps[0][3]:
            return kind, seed, "not drawn", ""
        claim, gpu, trouble = together(os.path.join(where, "logs"), where, truth, truth, run, run)
        if claim is None:
            return kind, seed, "trouble", trouble
        if not claim["established"]:
            return kind, seed, "refused", "set by %+.0f s: %s" % (by, claim["note"])
        true = disk["offset_seconds"] - clock_of(truth, "gpu")["offset_seconds"]
        if stamps[0][3]:
            true = -clock_of(truth, "gpu")["offset_seconds"]  # what the report counts in are UTC times of the disk log
        base = (gpu or {}).get("offset_seconds") or 0
        errors = []
        for (_, now, was, _), (behind, *_) in zip(stamps, stamps[1:]):
            said = offset_at(claim, behind - 1)  # the rows of a report stand below its stamp
            if said is not None:
                errors.append((now - (said - base)) - (was - true))
        worst = max(errors, key=abs)
        right = abs(worst) <= max(scored.CLOCK_TOLERANCE, claim["uncertainty_seconds"]) and len(errors) == len(stamps) - 1
        return kind, seed, "right" if right else "WRONG", "set by %+.0f s, off by %+.1f s: %s" % (by, worst, claim["note"])


def together(logs, where, truth_gpu, truth_disk, gpu_from, disk_from):
    os.mkdir(logs)
    gpu, disk = clock_of(truth_gpu, "gpu")["source"], clock_of(truth_disk, "iostat")["source"]
    os.rename(os.path.join(gpu_from, gpu), os.path.join(logs, "gpu-" + gpu))
    os.rename(os.path.join(disk_from, disk), os.path.join(logs, "disk-" + disk))
    report, trouble, _ = scored.analyse(logs, os.path.join(where, "out"), 120)
    claims = {os.path.basename(c["source"]): c for c in (report or {}).get("clocks") or []}
    return claims.get("disk-" + disk), claims.get("gpu-" + gpu), trouble


def judge(job):
    kind, seed = job
    if kind in ("set", "summer"):
        return judge_set(kind, seed)
    with tempfile.TemporaryDirectory() as where:
        a, b = os.path.join(where, "a"), os.path.join(where, "b")
        if kind == "unrelated":
            first = generate(UNRELATED[seed % len(UNRELATED)], seed, a)
            second = first and generate(UNRELATED[(seed * 5 + 2) % len(UNRELATED)], seed + 5000, b, first["run"]["t0"])
        else:
            first = generate(RELATED[seed % len(RELATED)] if kind == "related" else "clock-alias", seed, a)
            second, b = first, a
        if not first or not second or not clock_of(second, "iostat"):
            return kind, seed, "not drawn", ""
        disk, gpu, trouble = together(os.path.join(where, "logs"), where, first, second, a, b)
        if disk is None:
            return kind, seed, "trouble", trouble
        if not disk.get("established") or disk.get("method") != "estimated":
            return kind, seed, "refused", disk.get("method")
        if kind == "unrelated":
            return kind, seed, "WRONG", "offset %s accepted between unrelated logs" % disk["offset_seconds"]
        truth = clock_of(first, "iostat")["offset_seconds"]
        if truth is None:
            return kind, seed, "placed", "an untimed log"
        true = truth - clock_of(first, "gpu")["offset_seconds"]
        said = disk["offset_seconds"] - ((gpu or {}).get("offset_seconds") or 0)
        return kind, seed, "right" if abs(said - true) <= scored.CLOCK_TOLERANCE else "WRONG", "said %.1f, true %.1f" % (said, true)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=60)
    options.add_argument("--first", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--verbose", action="store_true")
    chosen = options.parse_args()
    kinds = ("related", "alias", "unrelated", "set", "summer")
    jobs = [(kinds[i % len(kinds)], chosen.first + i // len(kinds)) for i in range(chosen.pairs)]
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        results = list(pool.map(judge, jobs))
    words = ("right", "placed", "refused", "WRONG", "trouble", "not drawn")
    print("%-12s" % "pairs" + "".join("%10s" % w for w in words))
    for kind in kinds:
        print("%-12s" % kind + "".join("%10d" % sum(r[0] == kind and r[2] == w for r in results) for w in words))
    for kind, seed, outcome, detail in results:
        if outcome in ("WRONG", "trouble") or chosen.verbose:
            print("%s %d: %s: %s" % (kind, seed, outcome, detail))
    wrong = sum(r[2] == "WRONG" for r in results)
    print("%d wrong offsets accepted out of %d pairs" % (wrong, len(results)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
