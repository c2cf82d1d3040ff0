#!/usr/bin/env python3
"""Compares generated runs with each other and scores what `whyslow compare` claims against the truth.

    score_compare.py [--scenarios NAME,...] [--seeds N] [--reruns N] [--different N] [--jobs N] [--keep DIR]

Three kinds of pairs:
- rerun: the same job on the same machine again, with other noise. Whatever is called a change is invented.
- seeds: two seeds of one scenario. These are other machines and jobs, so some things do differ: a claim about lost GPU time or a
  cause is invented if the truth of the two runs does not differ in it by two points in that direction, and "slower" or "faster" if neither
  the truth of the lost time nor the time of a step in the training logs says so.
- different: two scenarios. A cause whose true share differs by 10 points or more should be named, in the right direction.
"""
import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
WHYSLOW, GENERATE = os.path.join(BUILD, "whyslow"), os.path.join(BUILD, "generate")
INVENTED_BELOW, NAMED_FROM, STEP_BELOW = 0.02, 0.10, 0.02
HEALTHY = ("compute-bound", "job-idle", "no-data")


def make_run(where, scenario, seed, rerun=0):
    logs, truth = os.path.join(where, "%s-%d-%d" % (scenario, seed, rerun)), os.path.join(where, "truth-%s-%d-%d.json" % (scenario, seed, rerun))
    if not os.path.exists(truth):
        subprocess.run([GENERATE, scenario, str(seed), logs, "-", str(rerun)], check=True, stdin=subprocess.DEVNULL)
        os.replace(os.path.join(logs, "truth.json"), truth)
        with open(truth, encoding="utf-8") as f:
            run = json.load(f)["run"]
        for folder, _, names in os.walk(logs):
            for name in names:
                os.utime(os.path.join(folder, name), (run["t0"] + run["seconds"],) * 2)
    with open(truth, encoding="utf-8") as f:
        return logs, json.load(f)


def shares(truth):
    """True lost shares of the time with a job, by cause and in total."""
    lost = truth["lost_gpu_hours"]
    hours = lost["gpu_hours"] - lost["idle"]
    by = collections.Counter({k: v / hours for k, v in lost["by_cause"].items() if k not in HEALTHY})
    by["all"] = lost["total"] / hours
    return by


def step_seconds(logs):
    done = subprocess.run([WHYSLOW, "inspect", "--json", logs], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    for source in json.loads(done.stdout or b"{}").get("files", []):
        for series in source.get("series") or []:
            if series["quantity"] == "step_time":
                return series["mean"]
    return None


def compare(where, a, b):
    out = tempfile.mkdtemp(dir=where)
    done = subprocess.run([WHYSLOW, "compare", a, b, "-o", out, "-f", "json", "--quiet"], capture_output=True, stdin=subprocess.DEVNULL, timeout=300, check=False)
    if done.returncode != 0:
        raise SystemExit("%s %s: exit %d %s" % (a, b, done.returncode, done.stderr.decode(errors="replace")))
    path = os.path.join(out, "compare.json")
    with open(path, encoding="utf-8") as f:
        run = json.load(f)["runs"][0]
    os.remove(path)
    os.rmdir(out)
    return run


def claims(run):
    return [c for c in run["causes"] + [run["total"]] if c["change"] not in ("none", "untold")]


def invented(kind, run, a, b):
    """The claims of a comparison that the truth does not bear out, in words."""
    false = []
    before, after = shares(a[1]), shares(b[1])
    for c in claims(run):
        true = after[c["cause"]] - before[c["cause"]]
        if kind == "rerun" or abs(true) < INVENTED_BELOW or (true > 0) != (c["delta"] > 0):
            false.append("%s %s %+.0f points, in truth %+.0f" % (c["cause"], c["change"], 100 * c["delta"], 100 * true))
    change = run["change"]
    if change["kind"] in ("slower", "faster") and run["total"]["change"] == "none":
        x, y = step_seconds(a[0]), step_seconds(b[0])
        if kind == "rerun" or not x or not y or abs(y / x - 1) < STEP_BELOW or (y > x) != (change["kind"] == "slower"):
            false.append("%s by %.0f %%, steps %s and %s" % (change["kind"], 100 * change["slower"], x, y))
    if kind == "rerun":
        false += ["%s %s %g -> %g" % (q["entity"], q["quantity"], q["baseline"], q["run"]) for q in run["quantities"] if q["material"]]
    return false


def named(run, a, b):
    """Of the true changes of causes: how many there are, how many are named, which are not."""
    before, after = shares(a[1]), shares(b[1])
    said = {c["cause"]: c["delta"] for c in claims(run)}
    true = {k: after[k] - before[k] for k in set(before) | set(after) if k != "all" and abs(after[k] - before[k]) >= NAMED_FROM}
    missed = [k for k, v in true.items() if k not in said or (said[k] > 0) != (v > 0)]
    return len(true), len(true) - len(missed), missed


def choose(scenarios, options):
    pairs = [("rerun", (s, seed, 0), (s, seed, rerun)) for s in scenarios for seed in range(1, options.reruns + 1) for rerun in (1,)]
    for s in scenarios:
        pairs += [("seeds", (s, x, 0), (s, y, 0)) for x, y in itertools.combinations(range(1, options.seeds + 1), 2)]
    different = [("different", (x, 1, 0), (y, 2, 0)) for x, y in itertools.permutations(scenarios, 2)]
    return pairs + random.Random(1).sample(different, min(options.different, len(different)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios")
    for name, standard in (("--seeds", 3), ("--reruns", 2), ("--different", 100), ("--jobs", 2)):
        parser.add_argument(name, type=int, default=standard)
    parser.add_argument("--keep")
    options = parser.parse_args()
    listed = subprocess.run([GENERATE, "--list"], capture_output=True, text=True, check=True).stdout
    scenarios = options.scenarios.split(",") if options.scenarios else [line.split()[0] for line in listed.splitlines()]
    with tempfile.TemporaryDirectory() as temporary:
        where = options.keep or temporary
        os.makedirs(where, exist_ok=True)
        pairs = choose(scenarios, options)
        runs = sorted({r for _, x, y in pairs for r in (x, y)})
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            made = dict(zip(runs, pool.map(lambda r: make_run(where, *r), runs)))
            results = list(pool.map(lambda p: compare(where, made[p[1]][0], made[p[2]][0]), pairs))
        report(pairs, made, results)
    return 0


def report(pairs, made, results):
    count, false, moved, true, found = (collections.Counter() for _ in range(5))
    for (kind, x, y), run in zip(pairs, results):
        count[kind] += 1
        wrong = invented(kind, run, made[x], made[y])
        false[kind] += bool(wrong)
        moved[kind] += any(q["material"] for q in run["quantities"])
        all_true, hit, missed = named(run, made[x], made[y])
        true[kind] += all_true
        found[kind] += hit
        for text in wrong:
            print("INVENTED %s %s-%d %s-%d: %s" % (kind, x[0], x[1], y[0], y[1], text))
        if kind == "different" and missed:
            print("missed   %s-%d %s-%d: %s" % (x[0], x[1], y[0], y[1], ", ".join(sorted(missed))))
    for kind in count:
        print("%-9s %4d pairs, %d with an invented change (%.1f %%), %d with a changed quantity; true changes of causes: %d of %d named"
              % (kind, count[kind], false[kind], 100 * false[kind] / count[kind], moved[kind], found[kind], true[kind]))


if __name__ == "__main__":
    sys.exit(main())
