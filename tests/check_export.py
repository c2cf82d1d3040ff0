#!/usr/bin/env python3
"""`whyslow export` in all its forms: the same numbers in each, the same bytes twice, redacted where asked; OpenMetrics
goes through promtool into a started Prometheus, where every sample is found again and every query of the dashboard
has data."""
import csv
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    print("NOTE: python3-prometheus-client is not installed: the metrics were not read by it")
    text_string_to_metric_families = None

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.abspath(os.path.join(BUILD, "whyslow"))
SAMPLES = ("sata-ssd", "healthy", "thermal", "cpu-bound")
FORMS = ("csv", "openmetrics", "jsonl", "sqlite")
HOSTILE, HOSTILE_DISK = "温\"run\\", "s\"d\\{温}'=,a"
DASHBOARD = "samples/grafana/whyslow-run.json"
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, str(detail)[:600]))


def export(*arguments):
    return subprocess.run([PROGRAM, "export"] + list(arguments), stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


def read(path):
    with open(path, "rb") as f:
        return f.read()


# ── the forms ──────────────────────────────────────────────────────────────

SAMPLE = re.compile(r'(whyslow_[a-z0-9_]+)\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\} (\S+) (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def plain(value):
    return re.sub(r"\\(.)", lambda m: "\n" if m.group(1) == "n" else m.group(1), value)


def parse_openmetrics(name, text):
    """{(metric, labels): [(time, value)]}; the rules of the format are checked on the way."""
    lines = text.split("\n")
    expect(name + " ends with # EOF", lines[-2:] == ["# EOF", ""] and "# EOF" not in lines[:-2])
    series, families, unit, faults = {}, [], {}, []
    for line in lines[:-2]:
        if line.startswith("# TYPE "):
            families.append(line.split()[2])
        elif line.startswith("# UNIT "):
            unit[line.split()[2]] = line.split()[3]
        elif not line.startswith("# HELP "):
            match = SAMPLE.match(line)
            if not match or not families or match.group(1) not in (families[-1], families[-1] + "_info"):
                faults.append(line)
                continue
            key = (match.group(1), tuple((label, plain(value)) for label, value in LABEL.findall(match.group(2))))
            series.setdefault(key, []).append((float(match.group(4)), float(match.group(3))))
    expect(name + ": every line is a sample of its family", not faults, faults[:3])
    expect(name + ": families are sorted, each once", families == sorted(set(families)), families)
    expect(name + ": units are at the end of their names", all(f.endswith("_" + u) for f, u in unit.items()), unit)
    expect(name + ": labels are sorted, each once", all([n for n, _ in labels] == sorted({n for n, _ in labels}) for _, labels in series))
    expect(name + ": times ascend", all(a[0] < b[0] for points in series.values() for a, b in zip(points, points[1:])))
    return series


def near(a, b):
    return abs(a - b) <= 2e-6 * max(abs(a), abs(b))


# The base unit of a unit of the logs, as the names of the metrics say it.
SCALES = {"%": 0.01, "MiB": 1 << 20, "kB": 1024, "kB/s": 1024, "MB/s": 1e6, "MHz": 1e6, "ms": 1e-3, "us": 1e-6, "h": 3600}


def check_with_client(name, text):
    """The parser of Prometheus' own Python client is stricter than the server."""
    if text_string_to_metric_families is None:
        return
    try:
        count = sum(len(family.samples) for family in text_string_to_metric_families(text))
        expect(name + ": the client reads every sample", count == sum(line[:1] == "w" for line in text.split("\n")), count)
    except ValueError as error:
        expect(name + ": the client reads it", False, error)


def check_agreement(name, folder):
    rows = list(csv.DictReader(io.StringIO(read(os.path.join(folder, name + ".csv")).decode())))
    expect(name + " has rows", len(rows) > 1000, len(rows))
    objects = [json.loads(line) for line in read(os.path.join(folder, name + ".jsonl")).decode().splitlines()]
    fields = ("time", "entity", "quantity", "unit")
    expect(name + ": JSON lines are the rows of the CSV", len(objects) == len(rows) and all(
        all(o[f] == r[f] for f in fields) and o["value"] == float(r["value"]) and (o["source"] or "") == r["source"] and o["run"] == name
        for o, r in zip(objects, rows)))
    db = sqlite3.connect(os.path.join(folder, name + ".sqlite"))
    expect(name + ": SQLite finds its file whole", db.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    tidy = db.execute("SELECT time, entity, quantity, unit, value, coalesce(source, '') FROM tidy").fetchall()
    expect(name + ": the database has the rows of the CSV", len(tidy) == len(rows) and all(
        t[:4] == tuple(r[f] for f in fields) and t[4] == float(r["value"]) and t[5] == r["source"] for t, r in zip(tidy, rows)))
    with open("samples/truth/%s.json" % ("thermal" if name == HOSTILE else name), encoding="utf-8") as f:
        truth = json.load(f)
    cause = db.execute("SELECT run, cause FROM run").fetchall()
    expect(name + ": the database has the verdict", len(cause) == 1 and cause[0][0] == name and cause[0][1] in truth["accepted"], (cause, truth["accepted"]))
    starts = db.execute("SELECT start_ms, end_ms FROM phases ORDER BY start_ms").fetchall()
    expect(name + ": phases follow each other", starts and all(a[1] == b[0] for a, b in zip(starts, starts[1:])), starts)
    db.close()
    text = read(os.path.join(folder, name + ".openmetrics")).decode()
    check_with_client(name, text)
    series = parse_openmetrics(name, text)
    points = sorted(value for (metric, labels), points in series.items() for _, value in points
                    if dict(labels).get("source") or metric in ("whyslow_run_lost_ratio", "whyslow_gpu_lost_ratio"))
    values = sorted(float(r["value"]) * SCALES.get(r["unit"], 1) for r in rows)
    expect(name + ": the metrics are the rows of the CSV in base units", len(points) == len(values) and all(map(near, points, values)),
           (len(points), len(values)))
    expect(name + ": one cause at a time", check_causes(series))
    return series


def check_causes(series):
    sums = {}
    for (metric, _), points in series.items():
        if metric == "whyslow_run_cause_active":
            for at, value in points:
                sums[at] = sums.get(at, 0) + value
    return sums and set(sums.values()) == {1}


def hostile_run(folder):
    """A run whose disk has a name that would break out of every form."""
    logs = os.path.join(folder, HOSTILE)
    shutil.copytree("samples/thermal", logs)
    path = os.path.join(logs, "disk.log")
    text = read(path).replace(b"\nsda ", b"\n" + HOSTILE_DISK.encode() + b" ")
    with open(path, "wb") as f:
        f.write(text)
    return logs


def check_hostile(folder, series):
    with sqlite3.connect(os.path.join(folder, HOSTILE + ".sqlite")) as db:
        count = db.execute("SELECT count(*) FROM series WHERE entity = ?", (HOSTILE_DISK,)).fetchone()[0]
    db.close()
    expect("a hostile name of a disk stays one name in SQLite", count > 10, count)
    expect("and in OpenMetrics", sum(("device", HOSTILE_DISK) in labels for _, labels in series) > 10)
    texts = read(os.path.join(folder, HOSTILE + ".csv")).decode()
    expect("and in CSV", HOSTILE_DISK in {row["entity"] for row in csv.DictReader(io.StringIO(texts))})


def check_forms(folder):
    found = {}
    for name, logs in [(name, "samples/" + name) for name in SAMPLES] + [(HOSTILE, hostile_run(folder))]:
        for form in FORMS:
            path = os.path.join(folder, "%s.%s" % (name, form))
            done = export("-q", "-f", form, "-o", path, logs)
            expect("%s as %s" % (name, form), done.returncode == 0 and not done.stdout and not done.stderr, done.stderr)
            first = read(path)
            done = export("-q", "-f", form, "-o", path, logs)
            expect("%s as %s: same bytes twice" % (name, form), done.returncode == 0 and first == read(path))
            if form != "sqlite":
                expect("%s as %s: the same to standard output" % (name, form), export("-q", "--format=" + form, logs).stdout == first)
        found[name] = check_agreement(name, folder)
    check_hostile(folder, found[HOSTILE])
    return found


def check_redacted(folder):
    logs = os.path.join(folder, "home", "alice", "node-of-alice")
    shutil.copytree("samples/thermal", logs)
    for form in FORMS:
        path = os.path.join(folder, "redacted." + form)
        plain, hidden = os.path.join(folder, "plain." + form), path
        export("-q", "-f", form, "-o", plain, logs)
        done = export("-q", "--redact", "-f", form, "-o", hidden, logs)
        told = [word for word in (b"worker4", b"alice") if word in read(hidden)]
        expect("redacted %s hides hosts, users and directories" % form, done.returncode == 0 and not told, (told, done.stderr))
        expect("what is hidden in %s was there" % form, b"alice" in read(plain))
        if form != "csv":
            expect("redacted %s names the run as told" % form,
                   export("-q", "--redact", "--run=r-7", "-f", form, "-o", path, logs).returncode == 0 and b"r-7" in read(path))


def check_hosts(folder):
    """In a run over two hosts the host is a label, and devices have their plain names."""
    logs, path = os.path.join(folder, "two-hosts"), os.path.join(folder, "two-hosts.openmetrics")
    generate = os.path.join(BUILD, "generate")
    if not os.access(generate, os.X_OK):
        print("NOTE: %s is not built: a run over two hosts was not exported" % generate)
        return
    subprocess.run([generate, "nodes-slow-disk", "2", logs], check=True, stdin=subprocess.DEVNULL)
    with open(os.path.join(logs, "truth.json"), encoding="utf-8") as f:
        guilty = json.load(f)["entities"][0]
    os.remove(os.path.join(logs, "truth.json"))
    export("-q", "-f", "openmetrics", "-o", path, logs)
    series = parse_openmetrics("two-hosts", read(path).decode())
    hosts = sorted(os.listdir(logs))
    devices = {(dict(labels).get("host"), dict(labels).get("device")) for metric, labels in series if metric == "whyslow_disk_utilization_ratio"}
    expect("two hosts: each has its disks", len(hosts) == 2 and {h for h, _ in devices} == set(hosts) and tuple(guilty.split(":")) in devices, devices)
    gpus = [{dict(labels)["gpu"] for metric, labels in series if metric == "whyslow_gpu_lost_ratio" and dict(labels)["host"] == h} for h in hosts]
    expect("two hosts: each has its GPUs", all(gpus) and all("0" in g for g in gpus), gpus)
    causes = {dict(labels).get("entity") for metric, labels in series if metric == "whyslow_run_cause_active"}
    expect("two hosts: the guilty disk is named with its host", guilty in causes, causes)
    db = os.path.join(folder, "two-hosts.sqlite")
    export("-q", "-f", "sqlite", "-o", db, logs)
    connection = sqlite3.connect(db)
    told = {row[0] for row in connection.execute("SELECT DISTINCT host FROM series WHERE kind = 'disk'")}
    connection.close()
    expect("two hosts: the database has them", told == set(hosts), told)


def check_faults(folder):
    log = "samples/healthy"
    expect("a form that there is not", export("-f", "xml", log).returncode == 2)
    expect("a form of analyze", export("-f", "pdf", log).returncode == 2)
    expect("a database on standard output", export("-f", "sqlite", log).returncode == 2)
    expect("an empty name of the run", export("--run=", log).returncode == 2)
    done = export(log)
    expect("without options: CSV", done.stdout.startswith(b"time,entity,quantity,unit,value,source\n"))
    warned = b"as if they were UTC" in export("-f", "openmetrics", log).stderr
    expect("a printed clock is said to be one", warned and b"as if they were UTC" not in done.stderr)
    zoned = export("-f", "openmetrics", "--timezone=Asia/Shanghai", log)
    expect("a clock that is told is not", b"as if they were UTC" not in zoned.stderr and b'clock="UTC"' in zoned.stdout)
    for form in FORMS:
        target = os.path.join(folder, "kept." + form)
        os.mkdir(target)
        done = export("-q", "-f", form, "-o", target, log)
        expect("%s over a directory" % form, done.returncode == 4 and b"kept" in done.stderr, done.stderr)
        whole = os.path.join(folder, "limited." + form)
        with open(whole, "w") as f:
            f.write("before")
        done = subprocess.run(["bash", "-c", 'ulimit -f 8; exec "$@"', "bash", PROGRAM, "export", "-q", "-f", form, "-o", whole, log],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        left = [n for n in os.listdir(folder) if "limited." + form in n]
        expect("%s that does not fit leaves what was there" % form, done.returncode == 4 and done.stderr and read(whole) == b"before" and len(left) == 1,
               (done.returncode, done.stderr, left))
        if form != "sqlite":
            expect("%s to a full device" % form, export("-q", "-f", form, "-o", "/dev/full", log).returncode == 4)
            export("-q", "-f", form, "-o", "/dev/null", log)
            expect("%s leaves /dev/null a device" % form, stat.S_ISCHR(os.stat("/dev/null").st_mode))


# ── Prometheus ─────────────────────────────────────────────────────────────

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask(port, what, **query):
    url = "http://127.0.0.1:%d/api/v1/%s?%s" % (port, what, urllib.parse.urlencode(query))
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=60) as answer:
            return json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")


def is_ready(port):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open("http://127.0.0.1:%d/-/ready" % port, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def span_of(series):
    times = [at for points in series.values() for at, _ in points]
    return min(times), max(times)


def check_samples_back(port, name, series):
    first, last = span_of(series)
    result = ask(port, "query", query="{run=%s}[%ds]" % (json.dumps(name, ensure_ascii=False), last - first + 60), time="%.3f" % (last + 1))
    if isinstance(result, str):
        expect(name + " is found in Prometheus", False, result)
        return
    back = {}
    for found in result:
        labels = dict(found["metric"])
        back[(labels.pop("__name__"), tuple(sorted(labels.items())))] = [(float(at), float(value)) for at, value in found["values"]]
    count = sum(map(len, series.values()))
    expect("%s: all %d samples of %d series are found in Prometheus" % (name, count, len(series)), back == series,
           (sum(map(len, back.values())), len(back)))


def dashboard_queries():
    with open(DASHBOARD, encoding="utf-8") as f:
        board = json.load(f)
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"], target.get("instant", False)


def check_dashboard(port, found):
    queries = list(dashboard_queries())
    expect("the dashboard has queries", len(queries) > 15, len(queries))
    for title, expression, instant in queries:
        hits = faults = 0
        for series in found.values():
            first, last = span_of(series)
            query = expression.replace("$__range", "%ds" % (last - first + 60)).replace("$run", ".*").replace("$host", ".*")
            if instant:
                result = ask(port, "query", query=query, time="%.3f" % (last + 1))
            else:
                result = ask(port, "query_range", query=query, start=first, end=last, step=15)
            faults += isinstance(result, str)
            hits += not isinstance(result, str) and len(result) > 0
        expect("dashboard: %s: %s" % (title, expression), hits > 0 and faults == 0, "no data in any sample, %d faults" % faults)
    for variable in ("run",):
        url = "http://127.0.0.1:%d/api/v1/label/%s/values?start=0" % (port, variable)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as answer:
            values = json.load(answer)["data"]
        expect("dashboard: the variable %s has all samples" % variable, values == sorted(found), values)


def check_prometheus(folder, found):
    promtool, prometheus = shutil.which("promtool"), shutil.which("prometheus")
    if promtool is None or prometheus is None:
        print("SKIPPED: Prometheus (package prometheus) is not installed: the metrics were not loaded, the dashboard was not tried")
        return
    data, config = os.path.join(folder, "data"), os.path.join(folder, "prometheus.yml")
    with open(config, "w") as f:
        f.write("global: {}\n")
    for name in found:
        done = subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", os.path.join(folder, name + ".openmetrics"), data],
                              capture_output=True, text=True, timeout=120)
        expect(name + " goes through promtool", done.returncode == 0, done.stdout + done.stderr)
    port = free_port()
    with open(os.path.join(folder, "prometheus.log"), "w") as log:
        server = subprocess.Popen([prometheus, "--config.file=" + config, "--storage.tsdb.path=" + data, "--storage.tsdb.retention.time=100y",
                                   "--web.listen-address=127.0.0.1:%d" % port, "--query.lookback-delta=30s"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and server.poll() is None and not is_ready(port):
            time.sleep(0.1)
        expect("Prometheus is started", is_ready(port), read(os.path.join(folder, "prometheus.log"))[-500:])
        if is_ready(port):
            for name in found:
                check_samples_back(port, name, found[name])
            check_dashboard(port, found)
    finally:
        server.terminate()
        server.wait(30)


def main():
    with tempfile.TemporaryDirectory() as folder:
        found = check_forms(folder)
        check_redacted(folder)
        check_hosts(folder)
        check_faults(folder)
        check_prometheus(folder, found)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
