#!/usr/bin/env python3
"""Runs generated scenarios through whyslow and scores the answers against the truth.

    score_generated.py [--scenarios NAME,...] [--seeds N] [--first SEED] [--keep DIR] [--jobs N] [--json FILE] [--brief]

build/generate writes each run (its truth.json stays out of sight of the program), build/whyslow analyses it. The table gives, per
scenario: primary cause among the accepted ones, guilty entity, accusations (a wrong verdict that blames something), findings
required and forbidden, error of the lost GPU-hours as a share of all GPU-hours, share of 10 s bins whose phase is acceptable,
clocks within 10 s. Below it: Brier score and expected calibration error of verdict.confidence.
"""
import argparse
import calendar
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("BUILD", "build")
BLAMELESS = ("compute-bound", "unknown", "job-idle")
SEVERITY = {"info": 0, "warning": 1, "critical": 2}
CLOCK_TOLERANCE = 10.0
HOURS_TOLERANCE = 0.10


def instant(text):
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?Z?", text or "")
    if not m:
        return None
    return calendar.timegm(tuple(int(x) for x in m.groups()[:6])) + float(m.group(7) or 0)


def make_run(scenario, seed, where):
    made = os.path.join(where, "made")
    done = subprocess.run([os.path.join(BUILD, "generate"), scenario, str(seed), made], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        return None, done.stderr.strip()
    with open(os.path.join(made, "truth.json"), encoding="utf-8") as f:
        truth = json.load(f)
    os.makedirs(os.path.join(where, "truth"), exist_ok=True)
    os.replace(os.path.join(made, "truth.json"), os.path.join(where, "truth", "truth.json"))
    end = truth["run"]["t0"] + truth["run"]["seconds"]
    for folder, _, names in os.walk(made):
        for name in names:
            os.utime(os.path.join(folder, name), (end, end))
    return truth, made


def analyse(logs, out, timeout):
    began = time.time()
    try:
        done = subprocess.run([os.path.join(BUILD, "whyslow"), "analyze", logs, "-o", out, "--format", "json", "--quiet"],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
        trouble = "" if done.returncode in (0, 1) else "exit %d: %s" % (done.returncode, done.stderr.decode(errors="replace").strip()[-200:])
    except subprocess.TimeoutExpired:
        trouble = "timeout"
    report = None
    try:
        with open(os.path.join(out, "report.json"), encoding="utf-8") as f:
            report = json.load(f)
    except (OSError, ValueError) as error:
        trouble = trouble or "no report: %s" % error
    return report, trouble, time.time() - began


def hours(truth, report):
    want = truth["lost_gpu_hours"]
    if not want["graded"]:
        return None, None
    got = report.get("lost_gpu_hours") or {}
    whole = want["gpu_hours"]
    total = abs((got.get("total") or 0) - want["total"]) / whole
    by = {k: v or 0 for k, v in (got.get("by_cause") or {}).items() if k not in ("compute-bound", "job-idle")}
    if "unknown" in truth["accepted"] and "unknown" in by:
        return total, None
    each = sum(abs(by.get(k, 0) - want["by_cause"].get(k, 0)) for k in set(by) | set(want["by_cause"])) / whole
    return total, min(each, 1.0)


def phases(truth, report):
    """The best agreement over the clocks that the report may have chosen."""
    spans = [(instant(p.get("start")), instant(p.get("end")), p.get("cause")) for p in report.get("phases") or []]
    spans = [s for s in spans if s[0] is not None and s[1] is not None]
    shifts = {0.0} | {c["offset_seconds"] for c in truth["clocks"] if c["offset_seconds"] is not None}
    loose = {"unknown"} if "unknown" in truth["accepted"] else set()
    if not truth["lost_gpu_hours"]["graded"]:
        loose |= set(truth["accepted"]) | {"job-idle"}
    best = 0.0
    for shift in shifts:
        good = whole = 0
        for b in truth["bins"]:
            for t in range(b["start"], b["end"], 10):
                at = truth["run"]["t0"] + t + 5 + shift
                cause = next((c for s, e, c in spans if s <= at < e), None)
                whole += 1
                good += cause in b["accept"] or cause in loose
        best = max(best, good / whole if whole else 0.0)
    return best


def clocks(truth, report):
    """Errors of the graded clocks relative to the GPU log (of several hosts, to the first that is established); None where the
    report does not claim to know."""
    said = {}
    for c in report.get("clocks") or []:
        parts = c["source"].split("/")
        said[parts[-1]] = said["/".join(parts[-2:])] = c
    gpus = [c for c in truth["clocks"] if c["kind"] == "gpu"]
    reference = next((c for c in gpus if len(gpus) > 1 and (said.get(c["source"]) or {}).get("established")), gpus[0])
    base = (said.get(reference["source"]) or {}).get("offset_seconds") or 0.0
    result = []
    for c in truth["clocks"]:
        if not c["graded"] or c is reference or c["offset_seconds"] is None:
            continue
        claim = said.get(c["source"])
        if not claim or not claim.get("established") or claim.get("offset_seconds") is None:
            result.append(None)
            continue
        result.append(abs(claim["offset_seconds"] - base - (c["offset_seconds"] - reference["offset_seconds"])))
    return result


def findings(truth, report):
    have = [(f.get("cause"), f.get("entity"), SEVERITY.get(f.get("severity"), 0)) for f in report.get("findings") or []]

    def there(want, least):
        return any(c == want["cause"] and s >= least and want["entity"] in (None, e) for c, e, s in have)

    required = [there(w, SEVERITY[w["severity"]]) for w in truth["findings_required"]]
    forbidden = [there(w, SEVERITY[w["severity"]]) for w in truth["findings_forbidden"]]
    return required, forbidden


def score(job):
    scenario, seed, keep, timeout = job
    where = os.path.join(keep, "%s-%d" % (scenario, seed)) if keep else tempfile.mkdtemp(prefix="run-")
    shutil.rmtree(where, ignore_errors=True)
    os.makedirs(where)
    try:
        truth, logs = make_run(scenario, seed, where)
        if truth is None:
            return {"scenario": scenario, "seed": seed, "undrawn": logs}
        # The program must not guess from the name of the folder.
        nameless = os.path.join(where, "logs")
        os.rename(logs, nameless)
        report, trouble, seconds = analyse(nameless, os.path.join(where, "out"), timeout)
        row = {"scenario": scenario, "seed": seed, "trouble": trouble, "seconds": seconds, "decoy": truth["decoy"], "accepted": truth["accepted"]}
        report = report or {}
        verdict = report.get("verdict") or {}
        row["cause"], row["entity_said"], row["confidence"] = verdict.get("cause"), verdict.get("entity"), verdict.get("confidence")
        row["primary"] = row["cause"] in truth["accepted"]
        row["accused"] = not row["primary"] and row["cause"] is not None and row["cause"] not in BLAMELESS
        blamed = row["primary"] and truth["entities"] and row["cause"] not in BLAMELESS
        row["entity"] = (row["entity_said"] in truth["entities"]) if blamed else None
        row["hours"], row["by_cause"] = hours(truth, report)
        row["lost_said"], row["lost_true"] = (report.get("lost_gpu_hours") or {}), truth["lost_gpu_hours"]
        row["phases"] = phases(truth, report)
        row["clocks"] = clocks(truth, report)
        row["required"], row["forbidden"] = findings(truth, report)
        return row
    finally:
        if not keep:
            shutil.rmtree(where, ignore_errors=True)


def mean(values):
    values = [v for v in values if v is not None]
    return sum(values) / len(values) if values else None


def show(value, form):
    return "-" if value is None else form % value


def line(name, rows):
    entities = [r["entity"] for r in rows if r["entity"] is not None]
    required = [x for r in rows for x in r["required"]]
    forbidden = sum(x for r in rows for x in r["forbidden"])
    known = [r for r in rows if r["hours"] is not None]
    clock = [c for r in rows for c in r["clocks"]]
    print("%-26s %4d %8.0f%% %8s %7d %8s %5d %7s %7s %7s %7s %9s" % (
        name, len(rows), 100 * mean([float(r["primary"]) for r in rows]), show(mean([float(e) for e in entities]) and 100 * mean([float(e) for e in entities])
                                                                            if entities else None, "%.0f%%"),
        sum(r["accused"] for r in rows), "%d/%d" % (sum(required), len(required)) if required else "-", forbidden,
        show(mean([r["hours"] for r in known]), "%.3f"), show(100 * mean([float(r["hours"] <= HOURS_TOLERANCE) for r in known]) if known else None, "%.0f%%"),
        show(mean([r["by_cause"] for r in known]), "%.3f"), show(100 * mean([r["phases"] for r in rows]), "%.0f%%"),
        "%d/%d/%d" % (sum(c is not None and c <= CLOCK_TOLERANCE for c in clock), sum(c is None for c in clock),
                      sum(c is not None and c > CLOCK_TOLERANCE for c in clock)) if clock else "-"))


def calibration(rows):
    pairs = [(r["confidence"], float(r["primary"])) for r in rows if isinstance(r["confidence"], (int, float))]
    if not pairs:
        return None, None, []
    brier = mean([(c - p) ** 2 for c, p in pairs])
    table, error = [], 0.0
    for low in range(0, 10):
        inside = [(c, p) for c, p in pairs if low / 10 <= c < (low + 1) / 10 or (low == 9 and c >= 1)]
        if inside:
            said, right = mean([c for c, _ in inside]), mean([p for _, p in inside])
            error += len(inside) / len(pairs) * abs(said - right)
            table.append((low / 10, len(inside), said, right))
    return brier, error, table


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scenarios", default="")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--first", type=int, default=1)
    options.add_argument("--keep", default="")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--timeout", type=float, default=120)
    options.add_argument("--json", default="")
    options.add_argument("--brief", action="store_true", help="no line for each wrong answer")
    chosen = options.parse_args()
    listed = subprocess.run([os.path.join(BUILD, "generate"), "--list"], capture_output=True, text=True, check=True).stdout
    names = [x for x in chosen.scenarios.split(",") if x] or [x.split()[0] for x in listed.splitlines()]
    jobs = [(n, s, chosen.keep, chosen.timeout) for n in names for s in range(chosen.first, chosen.first + chosen.seeds)]
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        rows = list(pool.map(score, jobs))
    undrawn = [r for r in rows if "undrawn" in r]
    rows = [r for r in rows if "undrawn" not in r]
    if not rows:
        print("no run could be drawn: %s" % undrawn[:3])
        return 1
    print("%-26s %4s %9s %8s %7s %8s %5s %7s %7s %7s %7s %9s" % ("scenario", "runs", "primary", "entity", "accused", "required", "forb", "h.err", "h.ok",
                                                               "by.err", "phases", "clocks"))
    for name in names:
        mine = [r for r in rows if r["scenario"] == name]
        if mine:
            line(name, mine)
    line("ALL", rows)
    print("clocks: right/not established/wrong;  h.err, by.err: share of all GPU-hours;  h.ok: total within %.2f" % HOURS_TOLERANCE)
    brier, error, table = calibration(rows)
    if brier is not None:
        print("confidence: Brier %.3f, expected calibration error %.3f over %d runs" % (brier, error, len(rows)))
        for low, count, said, right in table:
            print("   said %.1f-%.1f: %4d runs, mean %.2f, right %.2f" % (low, low + 0.1, count, said, right))
    print("time: mean %.2f s, max %.2f s" % (mean([r["seconds"] for r in rows]), max(r["seconds"] for r in rows)))
    for r in undrawn:
        print("not drawn: %s %d: %s" % (r["scenario"], r["seed"], r["undrawn"]))
    if not chosen.brief:
        for r in rows:
            if r["trouble"]:
                print("TROUBLE %s %d: %s" % (r["scenario"], r["seed"], r["trouble"]))
            elif not r["primary"]:
                print("%s %s %d: said %s (%s, %s), accepted %s; lost %s, said %s" % (
                    "ACCUSED" if r["accused"] else "wrong", r["scenario"], r["seed"], r["cause"], r["entity_said"], show(r["confidence"], "%.2f"),
                    "|".join(r["accepted"]), r["lost_true"]["by_cause"], {k: round(v, 3) for k, v in (r["lost_said"].get("by_cause") or {}).items() if v}))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as f:
            json.dump(rows, f, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
