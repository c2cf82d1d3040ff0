#!/usr/bin/env python3
"""The reports of the shipped samples: valid, the same words and numbers in every output, the same bytes twice,
harmless whatever the names are, and sensible where fonts, terminal or disk space are missing."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.abspath(os.path.join(BUILD, "whyslow"))
SAMPLES = ("sata-ssd", "healthy", "thermal", "cpu-bound")
SCHEMA = "reports/report.schema.json"
HOSTILE = "=cmd|'/C@calc'!A0"
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, str(detail)[:600]))


def run(arguments, **more):
    return subprocess.run([PROGRAM] + arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120, **more)


def read(folder, name, mode="r"):
    with open(os.path.join(folder, name), mode, **({} if "b" in mode else {"encoding": "utf-8"})) as f:
        return f.read()


def tool(name):
    found = shutil.which(name)
    if found is None:
        print("NOTE: %s is not installed: what it would show was not checked" % name)
    return found


def module(name):
    try:
        return __import__(name)
    except ImportError:
        print("NOTE: python3-%s is not installed: what it would show was not checked" % name)
        return None


def words(text):
    """Letters and digits only: line breaks, escapes and hyphenation do not count."""
    text = re.sub(r"&#(\d+);", lambda m: chr(int(m.group(1))), text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[\W_]+", "", text)


def check_schema(name, report):
    jsonschema = module("jsonschema")
    if jsonschema is None:
        return
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft7Validator.check_schema(schema)
    faults = ["%s: %s" % ("/".join(map(str, e.path)), e.message) for e in jsonschema.Draft7Validator(schema).iter_errors(report)]
    expect(name + " fits the schema", not faults, faults[:3])


def check_phases(name, report):
    phases, run_ = report["phases"], report["run"]
    if not phases:
        return
    expect(name + ": phases begin with the run", phases[0]["start"] == run_["start"], (phases[0], run_))
    expect(name + ": phases end with the run", phases[-1]["end"] == run_["end"], (phases[-1], run_))
    joined = all(a["end"] == b["start"] for a, b in zip(phases, phases[1:]))
    expect(name + ": phases are contiguous", joined, phases)


def check_pdf(name, folder, report):
    qpdf, pdftotext = tool("qpdf"), tool("pdftotext")
    path = os.path.join(folder, "report.pdf")
    if qpdf:
        done = subprocess.run([qpdf, "--check", path], capture_output=True, text=True)
        expect(name + ": qpdf finds no fault", done.returncode == 0, done.stdout + done.stderr)
    expect(name + ": the PDF is small", os.path.getsize(path) < 2 << 20, os.path.getsize(path))
    if not pdftotext:
        return
    pages = subprocess.run([pdftotext, "-layout", path, "-"], capture_output=True, text=True).stdout.split("\f")[:-1]
    for number, page in enumerate(pages, 1):
        expect("%s: page %d has its number" % (name, number), re.search(r"\b%d ?/ ?%d\s*$" % (number, len(pages)), page), page[-200:])
    plain = subprocess.run([pdftotext, "-raw", "-f", "1", "-l", "1", path, "-"], capture_output=True, text=True).stdout
    for key in ("cause", "title", "sentence", "why", "next"):
        expect("%s: page 1 of the PDF says %s" % (name, key), words(report["verdict"][key]) in words(plain), report["verdict"][key])
    everything = words(subprocess.run([pdftotext, "-raw", path, "-"], capture_output=True, text=True).stdout)
    for finding in report["findings"]:
        expect(name + ": the PDF holds each finding", words(finding["sentence"]) in everything, finding["sentence"])
    for source in report["inputs"]:
        expect(name + ": the PDF holds each digest", source["sha256"] in everything, source["sha256"])


def check_markdown(name, folder, report):
    text = read(folder, "report.md")
    for key in ("cause", "sentence", "why", "sure", "cost", "next"):
        expect("%s: the Markdown says %s" % (name, key), words(report["verdict"][key]) in words(text), report["verdict"][key])
    expect(name + ": the Markdown fits into a ticket", len(text) < 65536, len(text))
    expect(name + ": everything folded is unfolded", text.count("<details>") == text.count("</details>"), "")
    for picture in re.findall(r"!\[[^]]*\]\(([^)]*)\)", text):
        expect("%s: the picture %s is there" % (name, picture), os.path.exists(os.path.join(folder, picture)), picture)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    expect(name + ": each row of a table ends", all(row.endswith("|") for row in rows), rows[:3])


def table_rows(sheet, title):
    """The rows of the table below the cell that holds `title`."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for i, row in enumerate(rows):
        if row[0] == title:
            found = []
            for below in rows[i + 2:]:
                if all(value is None for value in below):
                    break
                found.append(below)
            return found
    return None


def check_workbook(name, folder, report):
    openpyxl = module("openpyxl")
    if openpyxl is None:
        return
    warnings.simplefilter("ignore")
    book = openpyxl.load_workbook(os.path.join(folder, "report.xlsx"))
    for sheet in ("Summary", "Findings", "Loss", "Phases", "Timeline", "Disk health (SMART)", "Correlations", "Anomalies", "Ruled out", "Provenance (inputs)"):
        expect("%s: the workbook has the sheet %s" % (name, sheet), sheet in book.sheetnames, book.sheetnames)
    summary = {row[0].value: row[1].value for row in book["Summary"].iter_rows() if row[0].value}
    expect(name + ": the workbook's verdict", (summary.get("Why") or "") == report["verdict"]["why"] and summary.get("What next") == report["verdict"]["next"], summary)
    confidence = report["verdict"]["confidence"]
    expect(name + ": the workbook's confidence", abs(summary.get("Confidence", -1) / 100 - confidence) < 1e-3, summary)
    for sheet, title, key in (("Findings", "Findings", "findings"), ("Phases", "Phases", "phases"), ("Ruled out", "Ruled out", "ruled_out"),
                              ("Provenance (inputs)", "Inputs", "inputs"), ("Provenance (inputs)", "Clocks", "clocks"), ("Correlations", "Correlations", "correlations"),
                              ("Anomalies", "Anomalies", "anomalies"), ("Anomalies", "Changes", "changes")):
        rows = table_rows(book[sheet], title) or []
        if report[key]:
            expect("%s: as many rows of %s as in the JSON" % (name, key), len(rows) == len(report[key]), (len(rows), len(report[key])))
    losses = {row[0]: row[2] for row in table_rows(book["Loss"], "Loss") or []}
    for cause, hours in report["lost_gpu_hours"]["by_cause"].items():
        expect("%s: the workbook's loss by %s" % (name, cause), abs(losses.get(cause, -1) - hours) < 1e-4, losses)
    timeline = book["Timeline"]
    expect(name + ": one row a bin", timeline.max_row - 1 == report["run"]["bins"], (timeline.max_row, report["run"]["bins"]))
    expect(name + ": dates are dates", timeline.cell(2, 1).is_date, timeline.cell(2, 1).value)
    expect(name + ": heads stay in view", timeline.freeze_panes is not None, "")
    formulas = [c.coordinate for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    expect(name + ": no cell is a formula", not formulas, formulas[:5])


def png_size(data):
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def check_pictures(name, folder):
    for picture in ("timeline.png", "summary.png"):
        data = read(folder, picture, "rb")
        expect("%s: %s is a picture" % (name, picture), data[:8] == b"\x89PNG\r\n\x1a\n", data[:8])
        expect("%s: %s is not too large" % (name, picture), len(data) < 1 << 20, len(data))
    expect(name + ": the timeline is 1600 pixels wide", png_size(read(folder, "timeline.png", "rb"))[0] == 1600, "")


def check_sample(name, where):
    folder = os.path.join(where, name)
    done = run(["analyze", "samples/" + name, "-o", folder])
    expect(name + " is analysed", done.returncode == 0, done.stderr)
    report = json.loads(read(folder, "report.json"))
    check_schema(name, report)
    check_phases(name, report)
    check_pdf(name, folder, report)
    check_markdown(name, folder, report)
    check_workbook(name, folder, report)
    check_pictures(name, folder)
    lines = done.stdout.rstrip("\n").split("\n")
    expect(name + ": at most 8 lines", 1 <= len(lines) <= 8, lines)
    expect(name + ": at most 80 columns", max(map(len, lines)) <= 80, lines)
    verdict = report["verdict"]
    expect(name + ": the terminal says the verdict", lines[0].startswith(verdict["cause"]) and (verdict["entity"] or "") in lines[0], lines)
    again = os.path.join(where, name + "-again")
    run(["analyze", "samples/" + name, "-o", again])
    for file in sorted(os.listdir(folder)):
        # The line that reproduces the report names the directory: that much may differ.
        a, b = read(folder, file, "rb"), read(again, file, "rb")
        if file not in ("report.json", "report.md", "report.pdf", "report.xlsx"):
            expect("%s: %s has the same bytes twice" % (name, file), a == b, "")


def check_bytes(where):
    """The same command twice, also under another locale, time zone and home."""
    out = os.path.join(where, "bytes")
    kept = {}
    for environment in ({}, {"TZ": "Asia/Tokyo", "LC_NUMERIC": "de_DE.UTF-8", "LANG": "C"}):
        done = run(["analyze", "samples/sata-ssd", "-o", out], env=dict(os.environ, **environment))
        expect("the command succeeds twice", done.returncode == 0, done.stderr)
        for file in os.listdir(out):
            data = read(out, file, "rb")
            if file in kept:
                expect(file + " has the same bytes in another environment", kept[file] == data, "")
            kept[file] = data


def check_digest(where):
    logs, out = os.path.join(where, "changed"), os.path.join(where, "changed-report")
    shutil.copytree("samples/sata-ssd", logs)
    digests = []
    for _ in range(2):
        run(["analyze", logs, "-o", out, "-f", "json"])
        digests.append({i["path"]: i["sha256"] for i in json.loads(read(out, "report.json"))["inputs"]})
        with open(os.path.join(logs, sorted(os.listdir(logs))[-1]), "a") as f:
            f.write("\n")
    expect("a changed input changes its digest", digests[0] != digests[1], digests)


def hostile_logs(folder):
    """iostat -x as the sample has it, but the slow disk has a name that is a formula, markup and a mention."""
    os.makedirs(folder)
    for name in os.listdir("samples/sata-ssd"):
        with open(os.path.join("samples/sata-ssd", name), encoding="utf-8") as f:
            text = f.read()
        text = re.sub(r"^sda( *)", lambda m: HOSTILE + " ", text, flags=re.M)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text)


def check_hostile(where):
    logs, out = os.path.join(where, "hostile"), os.path.join(where, "hostile-report")
    hostile_logs(logs)
    done = run(["analyze", logs, "-o", out])
    expect("a hostile name is analysed", done.returncode in (0, 3), done.stderr)
    if done.returncode != 0:
        return
    report = json.loads(read(out, "report.json"))
    expect("the hostile name is in the report", HOSTILE in report["run"]["disks"], report["run"]["disks"])
    check_schema("hostile", report)
    check_workbook("hostile", out, report)
    check_pdf("hostile", out, report)
    text = read(out, "report.md")
    expect("the Markdown mentions nobody", "@calc" not in text and HOSTILE not in text, "")
    soffice = shutil.which("soffice")
    if soffice is None:
        print("NOTE: soffice is not installed: the workbook was not opened in LibreOffice")
        return
    home = os.path.join(where, "home")
    subprocess.run([soffice, "--headless", "-env:UserInstallation=file://" + home, "--convert-to", "csv", "--outdir", where, os.path.join(out, "report.xlsx")], capture_output=True, timeout=120)
    expect("LibreOffice opens the workbook", report["verdict"]["cause"].encode() in read(where, "report.csv", "rb"), "")


SECRETS = ("ml-07", "alice", "S4PZNF0M512345", "secret-project", "172.16.4.9")


def all_text(folder):
    """Everything in a report that can be read, pictures apart: (file, text)."""
    for name in sorted(os.listdir(folder)):
        data = read(folder, name, "rb")
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(os.path.join(folder, name)) as book:
                data = b"".join(book.read(member) for member in book.namelist())
        if name.endswith(".pdf") and shutil.which("pdftotext"):
            data += subprocess.run(["pdftotext", os.path.join(folder, name), "-"], capture_output=True).stdout
            data += subprocess.run(["pdfinfo", os.path.join(folder, name)], capture_output=True).stdout
        yield name, data.decode("utf-8", "replace")


def check_redacted(where):
    logs = os.path.join(where, "home", "alice", "secret-project")
    shutil.copytree("samples/sata-ssd", logs)
    with open(os.path.join(logs, "smart.log"), "a") as f:
        f.write("Serial Number:    S4PZNF0M512345\n")
    with open(os.path.join(logs, "dmesg.log"), "w") as f:
        f.write("Sep  9 19:40:01 ml-07 kernel: [ 812.100000] nfs: server 172.16.4.9 not responding, still trying\n"
                "Sep  9 19:41:01 ml-07 kernel: [ 872.100000] Out of memory: Killed process 4242 (/home/alice/train) total-vm:1kB\n")
    os.rename(os.path.join(logs, "gpu.log"), os.path.join(logs, "ml-07-gpu.log"))
    plain, out = os.path.join(where, "plain"), os.path.join(where, "alice-redacted")
    open_text = run(["analyze", logs, "-o", plain])
    expect("without --redact the names are there", sum(any(s in t for _, t in all_text(plain)) for s in SECRETS) >= 3, open_text.stderr)
    done = run(["analyze", logs, "-o", out, "--redact", "-v"])
    expect("--redact is analysed", done.returncode == 0, done.stderr)
    shown = done.stdout + done.stderr.replace("alice-redacted/", "")
    expect("the terminal shows no name", not any(s in shown for s in SECRETS), shown)
    for name, text in all_text(out):
        expect("no name in " + name, not any(s in text for s in SECRETS), [s for s in SECRETS if s in text])
    report, other = json.loads(read(out, "report.json")), json.loads(read(plain, "report.json"))
    expect("the redacted host has a number", report["run"]["host"] == "host1", report["run"]["host"])
    expect("a file keeps its name", "host1-gpu.log" in [i["path"] for i in report["inputs"]], report["inputs"])
    expect("the verdict is the same", report["verdict"]["sentence"] == other["verdict"]["sentence"], report["verdict"])
    expect("the losses are the same", report["lost_gpu_hours"] == other["lost_gpu_hours"], report["lost_gpu_hours"])
    check_schema("redacted", report)
    seen = run(["inspect", logs, "--redact", "--json"])
    expect("inspect shows no name", seen.returncode == 0 and not any(s in seen.stdout + seen.stderr for s in SECRETS), seen.stdout)


def check_surroundings(where):
    empty = os.path.join(where, "fonts.conf")
    with open(empty, "w") as f:
        f.write('<?xml version="1.0"?><fontconfig><cachedir>%s</cachedir></fontconfig>' % where)
    out = os.path.join(where, "letters")
    done = run(["analyze", "samples/sata-ssd", "-o", out], env=dict(os.environ, FONTCONFIG_FILE=empty))
    expect("without any font there is a report", done.returncode == 0, done.stderr)
    expect("without any font it is said", "no font is installed" in done.stderr, done.stderr)
    pdftotext = shutil.which("pdftotext")
    if pdftotext and done.returncode == 0:
        text = subprocess.run([pdftotext, os.path.join(out, "report.pdf"), "-"], capture_output=True, text=True).stdout
        expect("without any font the verdict can be read", "storage-read" in text, text[:200])
    done = run(["analyze", "samples/sata-ssd", "-o", os.path.join(where, "ascii")], env=bare_environment())
    expect("LC_ALL=C gives plain ASCII", done.returncode == 0 and done.stdout.isascii() and "\033" not in done.stdout, done.stdout)
    blocked = os.path.join(where, "file")
    open(blocked, "w").close()
    done = run(["analyze", "samples/sata-ssd", "-o", os.path.join(blocked, "report")])
    expect("an impossible directory ends with status 4", done.returncode == 4 and "file" in done.stderr, (done.returncode, done.stderr))


def check_full_disk(where):
    """A report larger than the disk: the earlier one stays, nothing half-written is left."""
    small = os.path.join(where, "small")
    os.makedirs(small)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", small], capture_output=True).returncode != 0:
        print("NOTE: cannot mount a small file system here: a full disk was not tried")
        return
    try:
        run(["analyze", "samples/sata-ssd", "-o", small, "-f", "json"])
        before = read(small, "report.json", "rb")
        done = run(["analyze", "samples/sata-ssd", "-o", small])
        expect("a full disk ends with status 4", done.returncode == 4, (done.returncode, done.stderr))
        expect("a full disk is named", "space" in done.stderr.lower() or "disk" in done.stderr.lower(), done.stderr)
        expect("the earlier report stands", read(small, "report.json", "rb") == before, "")
        expect("nothing half-written is left", os.listdir(small) == ["report.json"], os.listdir(small))
    finally:
        subprocess.run(["umount", small], capture_output=True)


def bare_environment():
    """A terminal without any language; what the sanitizers were told stays."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
    return dict(kept, LC_ALL="C")


def main():
    with tempfile.TemporaryDirectory() as where:
        for name in SAMPLES:
            check_sample(name, where)
        check_bytes(where)
        check_digest(where)
        check_hostile(where)
        check_redacted(where)
        check_surroundings(where)
        check_full_disk(where)
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
