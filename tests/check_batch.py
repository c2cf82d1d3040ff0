#!/usr/bin/env python3
"""`whyslow batch` and `merge`: every run has its row, the sums are those of the reports, and neither the number of
processes, nor being killed, nor shards change a byte. Whatever goes wrong is said, and costs nothing but the run that
it happened to. RUNS=1000 for an archive of that size (make check-archive)."""
import contextlib
import filecmp
import glob
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.abspath(os.path.join(BUILD, "whyslow"))
GENERATE = os.path.abspath(os.path.join(BUILD, "generate"))
SLOW = "asan" in BUILD
RUNS = int(os.environ.get("RUNS", "6" if SLOW else "10"))
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, str(detail)[:800]))


def call(*arguments, **more):
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=3600,
                          env=dict(os.environ, LC_ALL="C.UTF-8"), check=False, **more)


def same_tree(a, b):
    """What differs between two directories, but for the lock."""
    different = []

    def walk(pair):
        different.extend(os.path.join(pair.left, n) for n in pair.left_only + pair.right_only + pair.funny_files)
        _, wrong, odd = filecmp.cmpfiles(pair.left, pair.right, pair.common_files, shallow=False)
        different.extend(os.path.join(pair.left, n) for n in wrong + odd)
        for below in pair.subdirs.values():
            walk(below)

    walk(filecmp.dircmp(a, b, ignore=[".lock"], hide=[os.curdir, os.pardir]))
    return different


def rows(directory, columns="run, status"):
    with sqlite3.connect(os.path.join(directory, "fleet.db")) as db:
        return db.execute("SELECT %s FROM runs ORDER BY run" % columns).fetchall()


def load(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as f:
        return json.load(f, parse_float=Decimal, parse_int=Decimal)


# ── an archive ──────────────────────────────────────────────────────────────

def make_run(where, scenarios, number):
    made = tempfile.mkdtemp(dir=where)
    subprocess.run([GENERATE, scenarios[number % len(scenarios)], str(70000 + number), made], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    logs = os.path.join(made, "logs")
    home = os.path.join(where, "archive", "2026-%02d" % (number % 12 + 1), "run-%04d" % number)
    shutil.copytree(logs if os.path.isdir(logs) else made, home, ignore=shutil.ignore_patterns("truth*"))
    shutil.rmtree(made)


def make_archive(where):
    listed = subprocess.run([GENERATE, "--list"], capture_output=True, text=True, check=True).stdout
    scenarios = [line.split()[0] for line in listed.splitlines()]
    random.Random(1).shuffle(scenarios)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda number: make_run(where, scenarios, number), range(RUNS)))
    archive = os.path.join(where, "archive")
    with open(os.path.join(archive, "README.md"), "w", encoding="utf-8") as f:
        f.write("Runs by month.\n")
    return archive


def check_sums(out):
    fleet = load(out, "fleet.json")
    by_cause, total = {}, Decimal(0)
    for report in glob.glob(os.path.join(out, "runs", "**", "report.json"), recursive=True):
        lost = load(report)["lost_gpu_hours"]
        total += lost["total"] or 0
        for cause, hours in lost["by_cause"].items():
            by_cause[cause] = by_cause.get(cause, Decimal(0)) + hours
    close = Decimal("0.000001")
    expect("the total is the sum of the reports", abs(fleet["total"]["lost_gpu_hours"] - total) <= close, (fleet["total"], total))
    said = {c["cause"]: c["lost_gpu_hours"] for c in fleet["by_cause"]}
    wrong = [c for c in by_cause if by_cause[c] > close and abs(by_cause[c] - said.get(c, 0)) > close]
    expect("each cause is the sum of the reports", not wrong, (wrong, said, by_cause))
    with sqlite3.connect(os.path.join(out, "fleet.db")) as db:
        of_rows = db.execute("SELECT sum(lost_gpu_hours) FROM runs").fetchone()[0]
        of_losses = dict(db.execute("SELECT cause, sum(gpu_hours) FROM losses GROUP BY cause").fetchall())
        unsure = db.execute("SELECT count(*) FROM inputs WHERE length(sha256) <> 64 OR bytes IS NULL").fetchone()[0]
        inputs = db.execute("SELECT count(*) FROM inputs").fetchone()[0]
    expect("the rows of the index have the same sum", abs(of_rows - float(total)) < 1e-5, of_rows)
    expect("so have its losses", all(abs(of_losses.get(c, 0) - float(by_cause[c])) < 1e-5 for c in by_cause), of_losses)
    expect("every input is there with its digest", unsure == 0 and inputs >= RUNS, (unsure, inputs))


def timed(*arguments):
    start = time.monotonic()
    done = call(*arguments)
    return done, time.monotonic() - start


def check_workers(where, archive):
    one, two = os.path.join(where, "one"), os.path.join(where, "two")
    done, alone = timed("batch", archive, "-o", one, "-j", "1")
    expect("a batch goes through", done.returncode == 0 and "What cost most" in done.stdout, done.stderr)
    done, together = timed("batch", archive, "-o", two, "-j", "2")
    expect("-j 2 gives the bytes of -j 1", done.returncode == 0 and not same_tree(one, two), same_tree(one, two)[:5])
    found = rows(one)
    expect("every run has its row", [r for r, _ in found] == sorted(os.path.relpath(p, archive) for p in glob.glob(archive + "/*/run-*")), found)
    expect("every run is analysed", all(s == "analysed" for _, s in found), found)
    for name in ("fleet.pdf", "fleet.xlsx", "fleet.md", "fleet.json"):
        expect("there is a " + name, os.path.getsize(os.path.join(one, name)) > 0)
    expect("each run has its report", all(os.path.exists(os.path.join(one, p, "report.pdf")) for (p,) in rows(one, "report")))
    if RUNS >= 100:
        print("NOTE: %d runs: %.1f s with -j 1, %.1f s with -j 2: %.2f times the speed" % (RUNS, alone, together, alone / together))
        if os.cpu_count() >= 2:
            expect("two processes are 1.7 times as fast as one", alone / together >= 1.7, alone / together)
    return one


def check_again(where, archive, one):
    before = {p: os.stat(p).st_mtime_ns for p in glob.glob(one + "/runs/*/*/report.pdf")}
    done = call("batch", archive, "-o", one)
    expect("unchanged runs are not analysed again", "%d of %d runs are unchanged" % (RUNS, RUNS) in done.stderr, done.stderr)
    expect("their reports are left alone", before == {p: os.stat(p).st_mtime_ns for p in before})
    again = os.path.join(where, "again")
    shutil.copytree(one, again)
    os.unlink(sorted(before)[0].replace(one, again))
    done = call("batch", archive, "-o", again)
    expect("a report that is gone is made again", "%d of %d runs are unchanged" % (RUNS - 1, RUNS) in done.stderr and not same_tree(one, again), done.stderr)
    done = call("batch", archive, "-o", again, "-f", "json")
    expect("other options are other reports", "unchanged" not in done.stderr and not glob.glob(again + "/runs/*/*/report.pdf"), done.stderr)


def committed(directory):
    """Runs in the index of a batch that is no longer at work on it."""
    with contextlib.closing(sqlite3.connect("file:%s/fleet.db" % directory, uri=True)) as db:
        return db.execute("SELECT count(*) FROM runs").fetchone()[0]


def kill_at_work(out, archive, seconds):
    """A batch that is killed so long after its first report; whether it was still at work. What is done is committed once a second."""
    with subprocess.Popen([PROGRAM, "batch", archive, "-o", out, "-j", "1", "-q", "--format", "json"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as batch:
        before = len(glob.glob(out + "/runs/**/report.json", recursive=True))
        while batch.poll() is None and len(glob.glob(out + "/runs/**/report.json", recursive=True)) <= before:
            time.sleep(0.01)
        time.sleep(seconds)
        batch.kill()
    return batch.returncode == -signal.SIGKILL


def check_killed(where, archive):
    # Enough runs that a batch of one process is at work for some seconds.
    larger = os.path.join(where, "larger")
    for k in range(4):
        shutil.copytree(archive, os.path.join(larger, "part%d" % k), copy_function=os.link)
    out, whole, total = os.path.join(where, "killed"), os.path.join(where, "whole-larger"), 4 * RUNS
    call("batch", larger, "-o", whole, "-q", "--format", "json")
    # How long a busy machine takes to the first commit behind the first report is not known.
    for seconds in (1.2, 1.8, 2.6, 4):
        shutil.rmtree(out, ignore_errors=True)
        at_work, had = [kill_at_work(out, larger, seconds)], [0, committed(out)]
        if had[1] > 0:
            break
    at_work.append(kill_at_work(out, larger, seconds))
    had.append(committed(out))
    expect("a batch that was killed at work left rows, and the next went on behind them", at_work[0] and 0 < had[1] <= had[2] <= total,
           (at_work, had))
    expect("it had not come to its end", not at_work[0] or had[1] < total, had)
    merged = os.path.join(where, "killed-merged")
    done = call("merge", out, "-o", merged)
    expect("what a killed batch left can be merged as it is", done.returncode == 0 and committed(merged) >= had[-1], (done.stderr, had))
    done = call("batch", larger, "-o", out, "-j", "2", "--format", "json")
    expect("killed and begun again, the bytes are the same", done.returncode == 0 and not same_tree(whole, out), (done.stderr, same_tree(whole, out)[:5]))
    expect("the rows that were there are not made again", "%d of %d runs are unchanged" % (had[-1], total) in done.stderr, (had, done.stderr))


def check_shards(where, archive, one):
    count = 8 if RUNS >= 100 else 3
    parts = [os.path.join(where, "shard%d" % k) for k in range(1, count + 1)]
    ends = [call("batch", archive, "-o", part, "--shard", "%d/%d" % (k + 1, count)) for k, part in enumerate(parts)]
    expect("each shard ends well", all(e.returncode == 0 for e in ends), [e.stderr for e in ends])
    merged = os.path.join(where, "merged")
    done = call("merge", *reversed(parts), "-o", merged)
    expect("%d shards merged are one batch" % count, done.returncode == 0 and not same_tree(one, merged), (done.stderr, same_tree(one, merged)[:5]))
    few = os.path.join(where, "few")
    done = call("merge", *parts[:-1], "-o", few)
    missing = [r for r in rows(few, "run, status, reason") if r[0] == "(shard %d/%d)" % (count, count)]
    expect("a missing shard is said, and has an entry", "shard is missing" in done.stderr and len(missing) == 1 and missing[0][1] == "failed", done.stderr)
    whole = os.path.join(where, "whole")
    done = call("merge", few, parts[-1], "-o", whole)
    expect("it can be merged later", not same_tree(one, whole), (done.stderr, same_tree(one, whole)[:5]))
    done = call("merge", *parts, parts[0], one, "-o", os.path.join(where, "doubles"))
    expect("runs that are there twice are counted once", "counted once" in done.stderr and
           load(where, "doubles", "fleet.json")["total"] == load(one, "fleet.json")["total"], done.stderr)
    done = call("batch", archive, "-o", parts[0], "--shard", "2/%d" % count)
    expect("a shard needs a directory of its own", done.returncode == 2 and "another part" in done.stderr, done.stderr)
    done = call("merge", parts[0], "-o", parts[0])
    expect("so does the result of a merge", done.returncode == 2, done.stderr)
    done = call("merge", parts[0], os.path.join(where, "nowhere"), "-o", os.path.join(where, "less"))
    expect("a directory that is not there is said", "nowhere" in done.stderr and done.returncode == 0, done.stderr)
    broken = os.path.join(where, "broken")
    shutil.copytree(parts[0], broken)
    with sqlite3.connect(os.path.join(broken, "fleet.db")) as db:
        db.execute("UPDATE runs SET digest = 'other'")
    done = call("merge", parts[0], broken, *parts[1:], "-o", os.path.join(where, "differ"))
    counts = load(where, "differ", "fleet.json")
    expect("runs that differ between shards are said and counted once", "with other content" in done.stderr and
           counts["total"]["lost_gpu_hours"] == load(one, "fleet.json")["total"]["lost_gpu_hours"], done.stderr)


# ── what goes wrong ─────────────────────────────────────────────────────────

def copy_sample(name, home):
    shutil.copytree("samples/" + name, home)


def check_bad_runs(where):
    bad, out = os.path.join(where, "bad"), os.path.join(where, "bad-out")
    for name in ("good", "logs-apart/gpu"):
        copy_sample("healthy", os.path.join(bad, name))
    os.makedirs(os.path.join(bad, "empty"))
    os.makedirs(os.path.join(bad, "nonsense"))
    with open(os.path.join(bad, "empty", "gpu.log"), "w", encoding="utf-8"):
        pass
    with open(os.path.join(bad, "nonsense", "a.bin"), "wb") as f:
        f.write(random.Random(3).randbytes(5000))
    subprocess.run(["tar", "-czf", os.path.join(bad, "run.tar.gz"), "-C", "samples", "thermal"], check=True)
    with open(os.path.join(bad, "run.tar.gz"), "rb") as whole, open(os.path.join(bad, "cut.tar.gz"), "wb") as cut:
        cut.write(whole.read(400))
    done = call("batch", bad, os.path.join(where, "not-there"), "-o", out)
    found = dict(rows(out))
    expect("a damaged archive, an empty log and nonsense are rows, the others go on", done.returncode == 0 and
           found == {"bad/cut.tar.gz": "nothing", "bad/empty": "nothing", "bad/good": "analysed", "bad/logs-apart": "analysed",
                     "bad/nonsense": "nothing", "bad/run.tar.gz": "analysed"}, (found, done.stderr))
    reasons = dict(rows(out, "run, reason"))
    expect("with the reason", "truncated" in reasons["bad/cut.tar.gz"] and "empty" in reasons["bad/empty"], reasons)
    expect("in the summary, too", all(n in open(os.path.join(out, "fleet.md"), encoding="utf-8").read() for n in ("cut.tar.gz", "nonsense")))
    expect("a path that is not there is said", "not-there" in done.stderr, done.stderr)
    for path in glob.glob(bad + "/*"):
        if os.path.basename(path) not in ("empty", "nonsense"):
            (shutil.rmtree if os.path.isdir(path) else os.unlink)(path)
    done = call("batch", bad, "-o", out + "2")
    expect("nothing usable anywhere is status 3", done.returncode == 3 and len(rows(out + "2")) == 2, (done.returncode, done.stderr))
    empty = tempfile.mkdtemp(dir=where)
    done = call("batch", empty, "-o", out + "3")
    expect("no run is status 3", done.returncode == 3 and not os.path.exists(out + "3"), done.stderr)


def child_of(pid):
    """A process whose parent is `pid`, waited for."""
    for _ in range(3000):
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as f:
                    fields = f.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                return int(path.split("/")[2])
        time.sleep(0.002)
    return None


def check_lost_runs(where):
    """A pipe that nobody writes to holds the worker that reads it for ever."""
    good, pipe, out = os.path.join(where, "quick"), os.path.join(where, "gpu.pipe"), os.path.join(where, "slow-out")
    copy_sample("healthy", good)
    os.mkfifo(pipe)
    done = call("batch", good, pipe, "-o", out, "--timeout", "6", "-j", "2") if not SLOW else None
    if done is not None:
        found = dict(rows(out))
        expect("a run that takes too long is given up, the others go on", found == {"gpu.pipe": "timed-out", "quick": "analysed"} and done.returncode == 0,
               (found, done.stderr))
        expect("with the reason", "longer than 6 s" in dict(rows(out, "run, reason"))["gpu.pipe"])
        expect("in the summary, too", "longer than 6 s" in open(os.path.join(out, "fleet.md"), encoding="utf-8").read())
    with subprocess.Popen([PROGRAM, "batch", pipe, "-o", out + "2"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as batch:
        victim = child_of(batch.pid)
        expect("a worker is at work", victim is not None)
        if victim is not None:
            time.sleep(0.2)
            os.kill(victim, signal.SIGABRT)
        said = batch.stderr.read()
    expect("a worker that dies is a row with its signal", rows(out + "2", "status, reason") == [("crashed", "the process that analysed it died of SIGABRT")],
           (rows(out + "2", "status, reason"), said))
    expect("and no run was analysed: status 3", batch.returncode == 3, batch.returncode)
    os.unlink(pipe)
    shutil.copy("samples/healthy/nvidia-smi.csv", pipe)
    call("batch", pipe, "-o", out + "2", "-q")
    expect("what was lost is analysed by the next batch", rows(out + "2") == [("gpu.pipe", "analysed")], rows(out + "2"))


def check_interrupted(where, archive):
    out = os.path.join(where, "stopped")
    with subprocess.Popen([PROGRAM, "batch", archive, "-o", out, "-j", "1"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as batch:
        while not os.path.exists(os.path.join(out, "runs")) and batch.poll() is None:
            time.sleep(0.01)
        second = call("batch", archive, "-o", out)
        batch.send_signal(signal.SIGINT)
        said = batch.stderr.read()
    expect("a second batch on one directory is refused", second.returncode == 4 and "another batch" in second.stderr, second.stderr)
    expect("SIGINT stops it with a word on how to go on", batch.returncode == -signal.SIGINT and "goes on" in said, (batch.returncode, said))
    with sqlite3.connect(os.path.join(out, "fleet.db")) as db:
        kept = db.execute("SELECT count(*) FROM runs").fetchone()[0]
        complete = db.execute("SELECT value FROM facts WHERE key = 'complete'").fetchone()[0]
    expect("what was done is kept", kept < RUNS and complete == "no", (kept, complete))
    done = call("merge", out, "-o", os.path.join(where, "half"))
    expect("merging an unfinished batch says so", "not come to its end" in done.stderr, done.stderr)


def check_index(where):
    home, out = os.path.join(where, "three"), os.path.join(where, "versions")
    copy_sample("healthy", os.path.join(home, "a"))
    copy_sample("thermal", os.path.join(home, "b"))
    call("batch", home, "-o", out, "-q")
    with sqlite3.connect(os.path.join(out, "fleet.db")) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = open(os.path.join(out, "fleet.json"), "rb").read()
    done = call("batch", home, "-o", out)
    expect("an index of another version is refused", done.returncode == 4 and "another version" in done.stderr, done.stderr)
    expect("and nothing is changed", before == open(os.path.join(out, "fleet.json"), "rb").read())
    with open(os.path.join(out, "fleet.db"), "w", encoding="utf-8") as f:
        f.write("a shopping list\n" * 300)
    done = call("batch", home, "-o", out)
    expect("a file that is no index is refused", done.returncode == 4 and "fleet.db" in done.stderr, done.stderr)
    os.unlink(os.path.join(out, "fleet.db"))
    shutil.rmtree(os.path.join(home, "b"))
    with open(os.path.join(home, "a", "more.log"), "w", encoding="utf-8") as f:
        f.write("x\n")
    call("batch", home, "-o", out, "-q")
    expect("the index is made anew", dict(rows(out)) == {"a": "analysed"}, rows(out))
    copy_sample("cpu-bound", os.path.join(home, "c"))
    shutil.rmtree(os.path.join(home, "a"))
    done = call("batch", home, "-o", out)
    expect("runs that are gone are left out, and that is said", dict(rows(out)) == {"c": "analysed"} and "left out" in done.stderr, done.stderr)


def limited():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))


def check_full_disk(where):
    home, out = os.path.join(where, "three-full"), os.path.join(where, "full")
    copy_sample("healthy", os.path.join(home, "a"))
    copy_sample("thermal", os.path.join(home, "b"))
    done = call("batch", home, "-o", out, preexec_fn=limited)
    expect("a disk that is full is said", done.returncode == 4 and ("report." in done.stderr or "fleet.db" in done.stderr), (done.returncode, done.stderr))
    done = call("batch", home, "-o", out)
    expect("once there is room, nothing is lost", done.returncode == 0 and all(s == "analysed" for _, s in rows(out)), (rows(out), done.stderr))


def check_options(where):
    home, out = os.path.join(where, "flat"), os.path.join(where, "flat-out")
    os.makedirs(home)
    for k in range(3):
        shutil.copy("samples/healthy/nvidia-smi.csv", os.path.join(home, "job-%d.csv" % k))
    call("batch", home, "-o", out, "-q", "--run-pattern", "job-*.csv")
    expect("a pattern makes a run of each file", [r for r, _ in rows(out)] == ["job-0.csv", "job-1.csv", "job-2.csv"], rows(out))
    done = call("batch", home, "-o", out, "--run-pattern", "nothing-*")
    expect("a pattern that fits nothing is said", done.returncode == 3 and "no run" in done.stderr, done.stderr)
    secret = os.path.join(where, "secret-place", "alice")
    copy_sample("sata-ssd", os.path.join(secret, "run1"))
    done = call("batch", os.path.dirname(secret), "-o", out + "2", "--redact")
    text = open(os.path.join(out + "2", "fleet.json"), encoding="utf-8").read() + open(os.path.join(out + "2", "fleet.md"), encoding="utf-8").read()
    expect("--redact hides hosts and paths in the summary", done.returncode == 0 and "ml-07" not in text and "alice" not in text, text[:300])
    done = call("batch", secret, "-o", out + "3", "--fail-on", "critical", "--gpu-hour-cost", "2")
    expect("--fail-on looks at every run", done.returncode == 1, (done.returncode, done.stderr))
    expect("a price is in the summary", load(out + "3", "fleet.json")["total"]["cost"], "")
    expect("standard input is no archive", call("batch", "-", "-o", out + "5").returncode == 2)
    for wrong in (["--shard", "9/8"], ["--shard", "x"], ["-j", "0"], ["--timeout", "-1"], ["--run-pattern", ""]):
        expect("%s is refused" % wrong, call("batch", secret, "-o", out + "4", *wrong).returncode == 2)


# The largest of all children that were waited for, in KiB.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(home, out):
    done = subprocess.run([sys.executable, "-c", MEASURE, PROGRAM, "batch", home, "-o", out, "-q", "-j", "1"], capture_output=True, text=True, check=True)
    return int(done.stdout)


def check_memory(where):
    if SLOW:
        return
    few, many = os.path.join(where, "few-runs"), os.path.join(where, "many-runs")
    for home, count in ((few, 3), (many, 30)):
        for k in range(count):
            copy_sample("thermal", os.path.join(home, "run%02d" % k))
    a, b = peak(few, few + "-out"), peak(many, many + "-out")
    expect("memory does not grow with the number of runs", b < a * 1.15 + 4096, "%d KiB, %d KiB" % (a, b))


def main():
    where = tempfile.mkdtemp()
    try:
        archive = make_archive(where)
        one = check_workers(where, archive)
        check_sums(one)
        check_again(where, archive, one)
        check_killed(where, archive)
        check_shards(where, archive, one)
        check_interrupted(where, archive)
        check_bad_runs(where)
        check_lost_runs(where)
        check_index(where)
        check_full_disk(where)
        check_options(where)
        check_memory(where)
    finally:
        shutil.rmtree(where)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed > 0)


main()
