#!/usr/bin/env python3
"""The shipped samples: made by the generator byte for byte, and each gets its true verdict; the healthy one accuses nobody."""
import filecmp
import json
import os
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
SAMPLES = ("sata-ssd", "healthy", "thermal", "cpu-bound")
BLAMES = ("warning", "critical")
TOLERANCE = 0.10  # of the run's GPU-hours
FILES_MOST, FILE_MOST = 6 << 20, 3 << 19
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, detail))


def analyse(folder, out):
    # Nothing of ours but the logs: a name or a README must not give the answer away.
    done = subprocess.run([os.path.join(BUILD, "whyslow"), "analyze", folder, "-o", out, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    expect(folder + " is analysed", done.returncode == 0, "exit status %d: %s" % (done.returncode, done.stderr[-300:]))
    try:
        with open(os.path.join(out, "report.json"), encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError) as error:
        expect(folder + " has a report", False, error)
        return None


def check_bytes():
    with tempfile.TemporaryDirectory() as where:
        done = subprocess.run(["samples/make.sh", where], capture_output=True, text=True)
        expect("samples/make.sh runs", done.returncode == 0, done.stderr)
        total = 0
        for name in SAMPLES:
            logs = sorted(n for n in os.listdir(os.path.join("samples", name)) if n != "README.md")
            made = sorted(os.listdir(os.path.join(where, name)))
            expect(name + " has the files that the generator writes", logs == made, "%s, made %s" % (logs, made))
            same, different, missing = filecmp.cmpfiles(os.path.join("samples", name), os.path.join(where, name), logs, shallow=False)
            expect(name + " is what the generator writes", len(same) == len(logs), "differing: %s %s" % (different, missing))
            sizes = [os.path.getsize(os.path.join("samples", name, n)) for n in logs]
            total += sum(sizes)
            expect(name + " has small files", max(sizes) <= FILE_MOST, max(sizes))
            expect(name + " tells its truth", "Truth:" in open(os.path.join("samples", name, "README.md"), encoding="utf-8").read())
        expect("the samples are small", total <= FILES_MOST, total)


def check_verdict(name, where):
    with open("samples/truth/%s.json" % name, encoding="utf-8") as f:
        truth = json.load(f)
    logs = os.path.join(where, "logs-" + name)
    os.mkdir(logs)
    for log in os.listdir(os.path.join("samples", name)):
        if log != "README.md":
            os.symlink(os.path.abspath(os.path.join("samples", name, log)), os.path.join(logs, log))
    report = analyse(logs, os.path.join(where, name))
    if not report:
        return
    verdict, findings = report["verdict"], report["findings"]
    expect(name + " gets its verdict", verdict["cause"] in truth["accepted"], "said %s (%s), true %s" % (verdict["cause"], verdict["confidence"], truth["accepted"]))
    if truth["entities"]:
        expect(name + " names the culprit", verdict["entity"] in truth["entities"], verdict["entity"])
    lost, want = report["lost_gpu_hours"]["total"], truth["lost_gpu_hours"]
    expect(name + " loses what it lost", abs(lost - want["total"]) <= TOLERANCE * want["gpu_hours"], "%s GPU-hours, true %s" % (lost, want["total"]))
    for wanted in truth["findings_required"]:
        expect("%s finds %s" % (name, wanted["cause"]), any(f["cause"] == wanted["cause"] and f["entity"] == wanted["entity"] for f in findings), findings)
    allowed = set(truth["accepted"]) | {w["cause"] for w in truth["findings_required"]}
    blamed = [(f["cause"], f["entity"]) for f in findings if f["severity"] in BLAMES and f["cause"] not in allowed]
    expect(name + " blames nobody else", not blamed, blamed)
    if name == "sata-ssd":
        expect(name + " is sure enough", verdict["confidence"] >= 0.8, verdict["confidence"])


def check_notes(where):
    """Notes and scripts beside the logs quote commands; they are no logs."""
    notes = os.path.join(where, "notes")
    os.mkdir(notes)
    for i, path in enumerate(["samples/%s/README.md" % n for n in SAMPLES] + ["samples/capture.sh"]):
        os.symlink(os.path.abspath(path), os.path.join(notes, "%d-%s" % (i, os.path.basename(path))))
    with open(os.path.join(notes, "notes.txt"), "w", encoding="utf-8") as f:
        f.write("start: 2025-01-02T03:04:05Z, zone of this host: +0000\ngpu.csv: nvidia-smi --query-gpu=timestamp,index,utilization.gpu,power.draw --format=csv -lms 1000\n"
                "iostat.log: iostat -xt 1\nvmstat.log: vmstat -t 5\n")
    done = subprocess.run([os.path.join(BUILD, "whyslow"), "inspect", "--json", notes], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    files = json.loads(done.stdout)["files"] if done.stdout.startswith("{") else []
    expect("notes are listed", len(files) == len(SAMPLES) + 2, done.stderr)
    for file in files:
        expect("%s is no log" % file["path"], file["format"] is None, file["format"])


def check_repeats(where):
    for out in ("first", "second"):
        subprocess.run([os.path.join(BUILD, "whyslow"), "analyze", "samples/sata-ssd", "-o", os.path.join(where, out), "--quiet"], stdin=subprocess.DEVNULL,
                       capture_output=True, check=False)
    first, second = (sorted(os.listdir(os.path.join(where, d))) if os.path.isdir(os.path.join(where, d)) else [] for d in ("first", "second"))
    expect("two runs write the same files", first and first == second, "%s %s" % (first, second))
    same, different, missing = filecmp.cmpfiles(os.path.join(where, "first"), os.path.join(where, "second"), first, shallow=False)
    expect("two runs write the same bytes", len(same) == len(first), "differing: %s %s" % (different, missing))


def main():
    check_bytes()
    with tempfile.TemporaryDirectory() as where:
        for name in SAMPLES:
            check_verdict(name, where)
        check_notes(where)
        check_repeats(where)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
