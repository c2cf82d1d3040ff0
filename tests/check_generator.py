#!/usr/bin/env python3
"""The generator of labelled runs: every scenario draws, the same seed gives the same bytes, and the logs obey the laws of the model."""
import csv
import filecmp
import json
import os
import re
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
CAUSES = {"compute-bound", "storage-read", "storage-write", "disk-failing", "cpu-preprocessing", "input-elsewhere", "host-memory", "gpu-thermal", "gpu-power-cap",
          "gpu-clock-held", "pcie-degraded", "gpu-straggler", "communication-bound", "gpu-fault", "gpu-memory", "epoch-gap", "job-idle", "unknown"}
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, detail))


def generate(scenario, seed, where):
    return subprocess.run([os.path.join(BUILD, "generate"), scenario, str(seed), where], capture_output=True, text=True)


def check_truth(scenario, truth):
    hours = truth["lost_gpu_hours"]
    expect(scenario + ": the parts of the loss add up", abs(sum(hours["by_cause"].values()) - hours["total"]) < 0.002, hours)
    expect(scenario + ": no more is lost than there was", hours["total"] + hours["idle"] <= hours["gpu_hours"] * 1.001, hours)
    bins = truth["bins"]
    joined = all(a["end"] == b["start"] for a, b in zip(bins, bins[1:]))
    expect(scenario + ": bins cover the run", joined and bins[0]["start"] == 0 and bins[-1]["end"] == truth["run"]["seconds"] // 10 * 10, bins[-1])
    words = set(truth["accepted"]) | {c for b in bins for c in b["accept"]} | set(hours["by_cause"])
    expect(scenario + ": only causes of the vocabulary", words <= CAUSES, words - CAUSES)


def check_gpu_log(scenario, path):
    times, columns = [], None
    with open(path, encoding="utf-8") as f:
        for row in csv.reader(f, skipinitialspace=True):
            if columns is None:
                columns = row
                continue
            expected = len(row) == len(columns)
            if not expected:
                expect(scenario + ": rows are whole", False, row)
                return
            times.append(row[columns.index("timestamp")])
    ordered = all(a <= b for a, b in zip(times, times[1:]))
    expect(scenario + ": the GPU log runs forward", len(times) > 100 and ordered, path)


def check_little(scenario, path):
    """aqu-sz = rate x await, whatever the layout (what rounding allows)."""
    head, wrong, seen = None, 0, 0
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.split()
            if words and words[0].rstrip(":") == "Device":
                head = words
            elif head and re.match(r"(sd|nvme)", line) and len(words) == len(head):
                row = dict(zip(head[1:], map(float, words[1:])))
                queue = row.get("aqu-sz", row.get("avgqu-sz"))
                expected = (row["r/s"] * row["r_await"] + row["w/s"] * row["w_await"]) / 1000
                seen += 1
                wrong += abs(queue - expected) > 0.05 + 0.08 * max(queue, expected) or not 0 <= row["%util"] <= 100.05
    expect(scenario + ": queue = rate x latency in the disk log", seen > 20 and wrong <= seen * 0.02, "%d of %d rows" % (wrong, seen))


def main():
    listed = subprocess.run([os.path.join(BUILD, "generate"), "--list"], capture_output=True, text=True).stdout
    names = [line.split()[0] for line in listed.splitlines()]
    expect("there are scenarios", len(names) >= 30, names)
    with tempfile.TemporaryDirectory() as where:
        for name in names:
            out = os.path.join(where, name)
            done = generate(name, 7, out)
            expect(name + " draws", done.returncode == 0, done.stderr)
            if done.returncode:
                continue
            with open(os.path.join(out, "truth.json"), encoding="utf-8") as f:
                truth = json.load(f)
            check_truth(name, truth)
            for clock in truth["clocks"]:
                if clock["kind"] == "gpu":
                    check_gpu_log(name, os.path.join(out, clock["source"]))
                elif clock["kind"] == "iostat":
                    check_little(name, os.path.join(out, clock["source"]))
        again = os.path.join(where, "again")
        generate("thermal", 7, again)
        files = sorted(os.listdir(again))
        same = filecmp.cmpfiles(again, os.path.join(where, "thermal"), files, shallow=False)[0]
        expect("the same seed gives the same bytes", files and same == files, same)
        other = os.path.join(where, "other")
        generate("thermal", 8, other)
        expect("another seed gives another run", not filecmp.cmp(os.path.join(again, "truth.json"), os.path.join(other, "truth.json"), shallow=False))
    expect("an unknown scenario is refused", generate("no-such-thing", 1, "/nonexistent").returncode == 2)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
