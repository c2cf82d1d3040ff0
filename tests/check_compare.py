#!/usr/bin/env python3
"""`whyslow compare`: real changes named, none invented, one truth in every output, whatever the input."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import warnings

import score_compare

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.abspath(os.path.join(BUILD, "whyslow"))
FILES = {"compare.pdf", "compare.xlsx", "compare.md", "compare.json", "compare-summary.png"}
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, str(detail)[:800]))


def run(*arguments):
    return subprocess.run([PROGRAM, "compare", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120,
                          env=dict(os.environ, LC_ALL="C.UTF-8"), check=False)


def compare(where, *arguments):
    out = tempfile.mkdtemp(dir=where)
    done = run(*arguments, "-o", out, "-f", "json", "--quiet")
    with open(os.path.join(out, "compare.json"), encoding="utf-8") as f:
        return json.load(f), done


def sample(name):
    return "samples/" + name


# ── the shipped samples ─────────────────────────────────────────────────────

# What a run has that the healthy one has not, and the other way round.
GUILTY = {"sata-ssd": ("storage-read", "sda", "r_await"), "thermal": ("gpu-thermal", "gpu1", "gpu-thermal"), "cpu-bound": ("cpu-preprocessing", None, "%user")}


def check_samples(where):
    for name, (cause, entity, quantity) in GUILTY.items():
        report, done = compare(where, sample("healthy"), sample(name))
        change, causes = report["runs"][0]["change"], {c["cause"]: c for c in report["runs"][0]["causes"]}
        expect(name + " is slower", change["kind"] == "slower" and change["slower"] > 0.1, change)
        expect(name + ": its cause is new", causes[cause]["change"] == "new" and causes[cause]["entity"] == entity, causes[cause])
        expect(name + ": and nothing else costs more", all(c["change"] in ("none", "less", "gone") for c in causes.values() if c["cause"] != cause), causes)
        expect(name + ": with its quantity", quantity in change["sentence"] and cause in done.stdout.replace("\n", " "), change["sentence"])
        back, _ = compare(where, sample(name), sample("healthy"))
        expect(name + ": backwards it is faster", back["runs"][0]["change"]["kind"] == "faster", back["runs"][0]["change"])
        expect(name + ": and the cause is gone", {c["cause"]: c for c in back["runs"][0]["causes"]}[cause]["change"] == "gone")
        expect(name + ": not worse", back["runs"][0]["change"]["severity"] in (None, "info"), back["runs"][0]["change"])
        schema(name, report)
    for x, y in (("sata-ssd", "thermal"), ("cpu-bound", "sata-ssd"), ("thermal", "cpu-bound")):
        report, _ = compare(where, sample(x), sample(y))
        causes = {c["cause"]: c["change"] for c in report["runs"][0]["causes"]}
        expect("%s to %s" % (x, y), causes.get(GUILTY[x][0]) == "gone" and causes.get(GUILTY[y][0]) == "new", causes)


def schema(name, report):
    try:
        import jsonschema
    except ImportError:
        print("NOTE: python3-jsonschema is not installed: the schema was not checked")
        return
    with open("reports/compare.schema.json", encoding="utf-8") as f:
        faults = [e.message for e in jsonschema.Draft7Validator(json.load(f)).iter_errors(report)]
    expect(name + " fits the schema", not faults, faults[:3])


def check_identical(where):
    copy = os.path.join(where, "copy")
    for name in ("healthy", "sata-ssd", "thermal", "cpu-bound"):
        shutil.copytree(sample(name), copy)
        for other in (sample(name), copy):
            report, done = compare(where, sample(name), other, "--fail-on", "info")
            one = report["runs"][0]
            expect(name + " against itself: no change", one["change"]["kind"] == "same" and one["change"]["material"] == 0 and one["change"]["slower"] == 0, one["change"])
            expect(name + " against itself: known as the same logs", one["change"]["identical"])
            expect(name + " against itself: nothing moved", all(q["delta"] == 0 for q in one["quantities"]) and not any(s["differs"] for s in one["settings"]))
            expect(name + " against itself: the gate is open", done.returncode == 0, done.returncode)
        shutil.rmtree(copy)


# ── outputs ─────────────────────────────────────────────────────────────────

def contents(folder):
    read = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as f:
            read[name] = f.read()
    return read


def check_outputs(where):
    first, second = os.path.join(where, "first"), os.path.join(where, "second")
    done, again = run(sample("healthy"), sample("sata-ssd"), "-o", first), run(sample("healthy"), sample("sata-ssd"), "-o", second)
    expect("all outputs are there", FILES <= set(os.listdir(first)), os.listdir(first))
    expect("the same bytes twice", contents(first) == contents(second) and done.stdout == again.stdout)
    lines = done.stdout.splitlines()
    expect("at most eight lines of at most 80 columns", len(lines) <= 8 and all(sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in l) <= 80 for l in lines), done.stdout)
    report = json.loads(contents(first)["compare.json"])
    sentence = report["runs"][0]["change"]["sentence"]
    words = re.sub(r"[\W_]+", "", sentence)
    expect("the verdict stands in the Markdown", words in re.sub(r"[\W_]+", "", contents(first)["compare.md"].decode().replace("&lt;", "<")))
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", os.path.join(first, "compare.pdf"), "-"], capture_output=True, text=True, check=False).stdout
        expect("and in the PDF", words in re.sub(r"[\W_]+", "", text), text[:600])
    check_sheet(os.path.join(first, "compare.xlsx"), report["runs"][0])
    for name in re.findall(r"!\[[^]]*\]\(([^)]*)\)", contents(first)["compare.md"].decode()):
        expect("the picture %s is there" % name, os.path.exists(os.path.join(first, name)))


def check_sheet(path, report):
    try:
        import openpyxl
    except ImportError:
        print("NOTE: python3-openpyxl is not installed: the sheet was not checked")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    rows = list(book["Changes"].iter_rows(min_row=2, values_only=True))
    delta = rows[0].index("delta")
    expect("the sheet has all quantities", len(rows) - 1 == len(report["quantities"]), len(rows))
    expect("with their deltas as numbers", all(isinstance(r[delta], (int, float)) and abs(r[delta] - q["delta"]) <= 1e-4 * max(1, abs(q["delta"]))
                                               for r, q in zip(rows[1:], report["quantities"])))
    expect("the verdict stands in the sheet", any(report["change"]["sentence"] == c for row in book["Summary"].iter_rows(values_only=True) for c in row))


def check_several(where):
    out = os.path.join(where, "several")
    done = run(sample("healthy"), sample("cpu-bound"), sample("thermal"), sample("healthy"), "-o", out, "--fail-on", "warning")
    with open(os.path.join(out, "compare.json"), encoding="utf-8") as f:
        report = json.load(f)
    expect("three runs, three verdicts", [r["change"]["kind"] for r in report["runs"]] == ["slower", "slower", "same"], report["runs"])
    expect("one that is worse is enough for the gate", done.returncode == 1, done.returncode)
    expect("pictures of each", {"compare-pairs-1.png", "compare-pairs-2.png", "compare-pairs-3.png"} <= set(os.listdir(out)), os.listdir(out))
    run(sample("healthy"), sample("cpu-bound"), "-o", out)
    expect("and none of a former comparison", "compare-pairs-3.png" not in os.listdir(out), os.listdir(out))


def check_gate(where):
    for gate, name, status in (("critical", "sata-ssd", 1), ("critical", "thermal", 0), ("warning", "thermal", 1), ("info", "healthy", 0)):
        done = run(sample("healthy"), sample(name), "-o", where + "/gate", "-f", "json", "--fail-on", gate)
        expect("--fail-on %s: %s" % (gate, name), done.returncode == status, (done.returncode, done.stdout))


# ── input ───────────────────────────────────────────────────────────────────

def check_wrong_input(where):
    out = os.path.join(where, "never")
    empty = os.path.join(where, "empty")
    os.mkdir(empty)
    for arguments, status, words in (((sample("healthy"),), 2, "two runs"), (("/nowhere/x", sample("healthy")), 3, "baseline cannot be read: /nowhere/x"),
                                     ((sample("healthy"), sample("thermal"), "/nowhere/y"), 3, "run 2 cannot be read: /nowhere/y"), ((sample("healthy"), empty), 3, "run 1"),
                                     ((empty, sample("healthy")), 3, "the baseline")):
        done = run(*arguments, "-o", out)
        expect("%s: status and which" % (arguments,), done.returncode == status and words in done.stderr, (done.returncode, done.stderr))
    expect("nothing was written", not os.path.exists(out))


def check_thin_input(where):
    no_gpu, one = os.path.join(where, "no-gpu"), os.path.join(where, "one-sample")
    for folder in (no_gpu, one):
        os.mkdir(folder)
    shutil.copy(sample("healthy/iostat.log"), no_gpu)
    with open(sample("healthy/nvidia-smi.csv"), encoding="utf-8") as f, open(one + "/gpu.csv", "w", encoding="utf-8") as g:
        g.writelines(f.readlines()[:3])
    report, done = compare(where, no_gpu, sample("sata-ssd"))
    change = report["runs"][0]["change"]
    expect("a baseline without GPU: whether slower is not told", change["slower"] is None and change["kind"] in ("other", "untold"), change)
    expect("and what is missing is", any("the baseline has no such log" in u["what"] for u in report["runs"][0]["not_compared"]), report["runs"][0]["not_compared"])
    expect("no cause is called new by it", all(c["change"] in ("none", "untold") for c in report["runs"][0]["causes"]), report["runs"][0]["causes"])
    schema("a baseline without GPU", report)
    for pair in ((one, sample("healthy")), (sample("healthy"), one), (one, one)):
        report, done = compare(where, *pair)
        expect("one sample: nothing is claimed", done.returncode == 0 and report["runs"][0]["change"]["material"] == 0 and report["runs"][0]["change"]["kind"] in ("same", "untold"),
               report["runs"][0]["change"])
    report, _ = compare(where, sample("healthy"), sample("healthy"), "--timezone", "nvidia-smi.csv=Asia/Shanghai")
    expect("a zone moves both", report["runs"][0]["change"]["kind"] == "same", report["runs"][0]["change"])


def check_hostile(where):
    """Names from logs and paths are text, whatever they look like, and fit where they stand."""
    evil, long = "=cmd|'/C@calc'!A0", "d" * 300
    folders = [os.path.join(where, "evil-a"), os.path.join(where, "evil\x1b[31m\n\u202eb")]
    for folder, busy in zip(folders, ("98 %", "40 %")):
        os.mkdir(folder)
        for name in ("iostat.log", "nvidia-smi.csv"):
            with open(sample("healthy/" + name), encoding="utf-8") as f, open(os.path.join(folder, name), "w", encoding="utf-8") as g:
                g.write(f.read().replace("\nsdb ", "\n" + evil + " ").replace("\nsda ", "\n" + long + " ").replace(" 98 %", " " + busy).replace(" 99 %", " " + busy))
    out = os.path.join(where, "evil-out")
    done = run(*folders, "-o", out)
    expect("hostile names: done", done.returncode == 0 and "slower" in done.stdout, (done.returncode, done.stderr))
    expect("no control characters on the terminal", not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", done.stdout), done.stdout)
    report = json.loads(contents(out)["compare.json"])
    expect("the disk is compared under its name", any(q["entity"] == evil for q in report["runs"][0]["quantities"]))
    try:
        import openpyxl
    except ImportError:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(os.path.join(out, "compare.xlsx"))
    formulas = [c.value for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    expect("no formula in the sheet", not formulas, formulas)


def check_redaction(where):
    out = os.path.join(where, "redacted")
    done = run(sample("healthy"), sample("sata-ssd"), "-o", out, "--redact")
    text = done.stdout + done.stderr + contents(out)["compare.json"].decode() + contents(out)["compare.md"].decode()
    hosts = set()
    for name in ("healthy", "sata-ssd"):
        made = subprocess.run([PROGRAM, "inspect", "--json", sample(name)], capture_output=True, text=True, check=False)
        hosts |= {f["host"] for f in json.loads(made.stdout)["files"] if f["host"]}
    expect("hosts are known", hosts, hosts)
    expect("no host, no directory", not [w for w in hosts | {"samples/"} if w in text], [w for w in hosts | {"samples/"} if w in text])
    report = json.loads(contents(out)["compare.json"])
    host = [s for s in report["runs"][0]["settings"] if s["setting"] == "host"]
    expect("that it is another one is told", host and host[0]["differs"] and host[0]["baseline"] != host[0]["run"], host)


def check_generated(where):
    """A small version of score_compare.py."""
    wrong, missed = [], []
    for scenario in ("healthy", "sata-ssd-slow", "cpu-all-cores", "power-cap"):
        a, b = score_compare.make_run(where, scenario, 1), score_compare.make_run(where, scenario, 1, 1)
        wrong += score_compare.invented("rerun", score_compare.compare(where, a[0], b[0]), a, b)
        c = score_compare.make_run(where, scenario, 2)
        wrong += score_compare.invented("seeds", score_compare.compare(where, a[0], c[0]), a, c)
        if scenario != "healthy":
            h = score_compare.make_run(where, "healthy", 1)
            missed += score_compare.named(score_compare.compare(where, h[0], a[0]), h, a)[2]
    expect("reruns and other seeds: nothing invented", not wrong, wrong)
    expect("what differs from a healthy run is named", not missed, missed)


def main():
    with tempfile.TemporaryDirectory() as where:
        for check in (check_samples, check_identical, check_outputs, check_several, check_gate, check_wrong_input, check_thin_input, check_hostile, check_redaction, check_generated):
            check(where)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
