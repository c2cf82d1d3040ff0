#!/usr/bin/env python3
"""Generated runs from which some logs are taken away: is anybody accused who is innocent?

    score_missing.py [--scenarios NAME,...] [--seeds N] [--first SEED] [--each N] [--jobs N]

Of every run, --each random proper subsets of its logs are analysed. A verdict is right if the truth accepts it, open if it is
"unknown" or "job-idle", healthy if it is "compute-bound" (the GPU log alone cannot show every loss), and an accusation otherwise;
a right cause with a wrong entity is one, too. Exit status 1 if there was one. Runs over several nodes are left out: what one node
can know of another is not what their truth says.
"""
import argparse
import collections
import concurrent.futures
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile

import score_generated as score


def subsets(made, seed, count):
    files = sorted(os.path.relpath(os.path.join(d, f), made) for d, _, names in os.walk(made) for f in names)
    every = [kept for size in range(1, len(files)) for kept in itertools.combinations(files, size)]
    random.Random(seed).shuffle(every)
    return every[:count]


def judge(truth, verdict):
    cause, entity = verdict["cause"], verdict["entity"]
    if cause in ("unknown", "job-idle") and not (cause in truth["accepted"] and cause == "job-idle"):
        return "open"
    if cause in truth["accepted"]:
        return "right" if not truth["entities"] or not entity or entity in truth["entities"] else "accused"
    return "healthy" if cause == "compute-bound" else "accused"


def one(scenario, seed, count):
    counts, told = collections.Counter(), []
    with tempfile.TemporaryDirectory() as where:
        truth, made = score.make_run(scenario, seed, where)
        if truth is None:
            return collections.Counter(failed=1), ["%s %d: %s" % (scenario, seed, made)]
        for number, kept in enumerate(subsets(made, seed, count)):
            logs = os.path.join(where, "kept%d" % number)
            for name in kept:
                os.makedirs(os.path.dirname(os.path.join(logs, name)), exist_ok=True)
                shutil.copy2(os.path.join(made, name), os.path.join(logs, name))
            report, trouble, _ = score.analyse(logs, os.path.join(where, "report%d" % number), 60)
            if trouble.startswith("exit 3"):
                counts["nothing"] += 1
                continue
            result = "failed" if report is None or trouble else judge(truth, report["verdict"])
            counts[result] += 1
            if result in ("failed", "accused"):
                what = trouble or "%(cause)s on %(entity)s, %(confidence).2f" % report["verdict"]
                told.append("%s %d, only %s: %s" % (scenario, seed, " ".join(kept), what))
    return counts, told


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scenarios")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    listed = subprocess.run([os.path.join(score.BUILD, "generate"), "--list"], capture_output=True, text=True, check=True).stdout
    scenarios = options.scenarios.split(",") if options.scenarios else [
        line.split()[0] for line in listed.splitlines() if not line.startswith("nodes-")]
    total = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(one, s, options.first + i, options.each) for s in scenarios for i in range(options.seeds)]
        for run in runs:
            counts, told = run.result()
            total += counts
            for line in told:
                print(line)
    print(", ".join("%d %s" % (total[k], k) for k in ("right", "open", "healthy", "nothing", "accused", "failed")))
    return 1 if total["accused"] or total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
