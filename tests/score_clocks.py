#!/usr/bin/env python3
"""Pairs of a GPU log and a disk log with clock faults: which offsets does whyslow accept, and are they right?

    score_clocks.py [--pairs N] [--first SEED] [--jobs N] [--verbose]

A third of the pairs belong together, with a wrong zone or a skew; a third belong together but repeat themselves evenly, so that
a shift by a whole period fits as well; a third are of unrelated runs that merely share the time of day. An offset is accepted
when the report calls it established by estimation. Exit status 1 if a wrong one was.
"""
import argparse
import concurrent.futures
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import score_generated as scored  # noqa: E402

import json  # noqa: E402
import subprocess  # noqa: E402

RELATED = ("clock-zone", "clock-skew", "clock-untimed")
UNRELATED = ("sata-ssd-slow", "mixed-idle-read", "checkpoint-sync", "epoch-gap", "healthy", "hdd-random")


def generate(scenario, seed, where, start=None):
    command = [os.path.join(scored.BUILD, "generate"), scenario, str(seed), where] + ([str(start)] if start else [])
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    with open(os.path.join(where, "truth.json"), encoding="utf-8") as f:
        return json.load(f)


def clock_of(truth, kind):
    return next((c for c in truth["clocks"] if c["kind"] == kind), None)


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
    kinds = ("related", "alias", "unrelated")
    jobs = [(kinds[i % 3], chosen.first + i // 3) for i in range(chosen.pairs)]
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
