#!/usr/bin/env python3
"""Every sentence that people read is marked, translated, and shown in their language; what machines read stays.

The catalogue is held against the sources, the sources against what they hand to those who print, and what a Chinese run
prints and writes is searched for English sentences."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import zipfile

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.abspath(os.path.join(BUILD, "whyslow"))
CATALOGUE = "po/zh_CN.po"
ROOMS = ("core", "parsers", "analyzer", "reports", "cli")
SAMPLES = ("sata-ssd", "healthy", "thermal", "cpu-bound")
PLAIN = {name: value for name, value in os.environ.items() if name == "PATH" or name.endswith("SAN_OPTIONS")}
ENGLISH = dict(PLAIN, LC_ALL="C")
# Under a sanitizer: cairo 1.16 itself leaks where it subsets fonts with CFF outlines, as the Chinese ones are.
CHINESE = dict(PLAIN, LANG="zh_CN.UTF-8", ASAN_OPTIONS="detect_leaks=0")
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, str(detail)[:1500]))


def run(arguments, env, program=PROGRAM):
    return subprocess.run([program] + arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120, env=env)


# ── the catalogue ──────────────────────────────────────────────────────────

def messages(path):
    """The (flags, msgid, msgstr) of a catalogue, its head left out."""
    found, field, entry = [], None, {}
    with open(path, encoding="utf-8") as f:
        for line in list(f) + ["\n"]:
            line = line.rstrip("\n")
            start = re.match(r'(msgid|msgstr) "(.*)"$', line)
            if start:
                field = start.group(1)
                entry[field] = start.group(2)
            elif line.startswith('"') and field:
                entry[field] += line[1:-1]
            elif line.startswith("#,"):
                entry["flags"] = line
            elif not line and "msgid" in entry:
                if entry["msgid"]:
                    found.append((entry.get("flags", ""), entry["msgid"], entry.get("msgstr", "")))
                field, entry = None, {}
            elif not line:
                field, entry = None, {}
    return found


# What a machine or a shell reads, and the names of quantities: a translation has it as it is.
KEPT = re.compile(r"--[a-z][a-z-]+|\b[a-z]+[a-z0-9]*(?:[._][a-z0-9]+)+\b|\b(?:nvidia-smi|smartctl|iostat|mpstat|vmstat|dmesg|hdparm)\b|\b[A-Z]+_[A-Z_]+\b")


def check_catalogue(where):
    if shutil.which("xgettext") is None:
        print("NOTE: xgettext is not installed: whether the catalogue is complete was not checked")
        return
    template = os.path.join(where, "whyslow.pot")
    sources = sorted(file for room in ROOMS for file in glob.glob(room + "/*.c"))
    done = subprocess.run(["xgettext", "--from-code=UTF-8", "--language=C", "--keyword", "--keyword=tr", "--keyword=N_", "--no-wrap", "-o", template] + sources,
                          capture_output=True, text=True)
    expect("xgettext reads the sources without a word", done.returncode == 0 and not done.stderr, done.stderr)
    wanted = [message for _, message, _ in messages(template)]
    expect("the sources have sentences", len(wanted) > 500, len(wanted))
    have = {message: (flags, text) for flags, message, text in messages(CATALOGUE)}
    missing = [message for message in wanted if not have.get(message, ("", ""))[1]]
    expect("every sentence is translated (make po brings new ones into po/)", not missing, missing)
    doubtful = [message for message in wanted if "fuzzy" in have.get(message, ("", ""))[0]]
    expect("no translation is in doubt", not doubtful, doubtful)
    same = [message for message in wanted if have.get(message, ("", ""))[1] == message and re.search(r"[a-z]{3} [a-z]{3}", message)]
    expect("no sentence is left as it is", not [m for m in same if not m.startswith("nvidia-smi ")], same)
    lost = [(token, message) for message in wanted if have.get(message, ("", ""))[1]
            for token in KEPT.findall(message) if token not in have[message][1]]
    expect("commands, options and quantities keep their names", not lost, lost)
    done = subprocess.run(["msgfmt", "--check", "-o", os.devnull, CATALOGUE], capture_output=True, text=True)
    expect("the formats of the catalogue are those of the sources", done.returncode == 0 and not done.stderr, done.stderr)


# ── sentences that nobody marked ───────────────────────────────────────────

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[A-Za-z_]\w*|[^\sA-Za-z_]", re.S)


def literals(path):
    """(line, text, names of the calls around it) of each string."""
    with open(path, encoding="utf-8") as f:
        source = f.read()
    tokens = [(m.group(), m.start()) for m in TOKEN.finditer(source) if not m.group().startswith(("//", "/*"))]
    calls, before, i = [], "", 0
    while i < len(tokens):
        token, at = tokens[i]
        if token == "(":
            calls.append(before)
        elif token == ")" and calls:
            calls.pop()
        elif token[0] == '"':
            text = token[1:-1]
            while i + 1 < len(tokens) and tokens[i + 1][0][0] == '"':
                i += 1
                text += tokens[i][0][1:-1]
            yield source.count("\n", 0, at) + 1, text, list(calls)
        before = token
        i += 1


# Calls that show what they are given, in any room.
SHOWING = re.compile(r"^(message|\w*_fail|fail|\w*problem\w*|\w*refuse\w*|lines_fail|outset_fail|document_\w+|cell_text|"
                     r"canvas_text\w*|chart_title_set_name|chart_axis_set_name|chart_series_set_name|book_sheet|book_text|put_field)$")
# Elsewhere in the rooms that speak, two words in a row are a sentence, unless a machine reads them.
SPEAKING = ("analyzer", "reports", "cli")
NOT_READ = {
    "cli/help.c": "the manual page is English, like its section names",
    "analyzer/health.c": "labels as smartctl prints them",
    "analyzer/health_signs.c": "labels as smartctl prints them",
    "reports/metric_names.c": "the help of a metric is English like its name: the same whoever exported it",
    "reports/openmetrics.c": "as in metric_names.c",
    "reports/sqlite_series.c": "SQL",
    "cli/batch_index.c": "SQL",
}
NOT_SHOWN = {"text_has", "text_equal", "text_starts", "strcmp", "strstr", "table_find", "says", "_Static_assert",
             "pango_font_description_set_family_static", "format_set_num_format", "chart_axis_set_num_format",
             "json_put_text"}
ALONE = {
    "BASELINE RUN...": "placeholders of a command line",
    "the catalogue of %s is not installed: English is used": "said only where no translation can be",
    "whyslow ": "the program's name",
    "whyslow analyze": "a command",
    "whyslow analyze%s %s": "a command",
    "Solid State": "a word of smartctl",
    "cached reads": "a quantity of hdparm",
    "buffered disk reads": "a quantity of hdparm",
    "O_DIRECT disk reads": "a quantity of hdparm",
    "disk reads.seconds": "a quantity of hdparm",
}


def check_marks():
    bare = []
    for room in ROOMS:
        for path in sorted(glob.glob(room + "/*.c")):
            for line, text, calls in literals(path):
                if "tr" in calls or "N_" in calls or text in ALONE or not re.search(r"[A-Za-z]{2,} [a-zA-Z]{2,}|^[A-Z][a-z]{3,}$", text):
                    continue
                shown = any(SHOWING.match(call) for call in calls) and not NOT_SHOWN & set(calls[-1:])
                spoken = room in SPEAKING and path not in NOT_READ and not NOT_SHOWN & set(calls)
                if (shown or spoken) and re.search("[A-Za-z]{2,} [a-zA-Z]{2,}", text) or shown and room != "parsers":
                    bare.append("%s:%d: %s" % (path, line, text))
    expect("every sentence of the sources is marked", not bare, bare)


# ── what a Chinese run says ────────────────────────────────────────────────

# Four words in a row; of names, quotations of the logs, commands and digests none are that.
ENGLISH_WORDS = re.compile(r"\b(?:[A-Za-z][a-z']*[ ]){3,}[a-z]{2,}\b")


def english_in(text):
    text = re.sub(r"（[^（]* near '.*?'）", "", text)  # words of the JSON library
    text = re.sub(r"[“\"][^”\"\n]*[”\"]", "", text)  # what stands in the logs
    text = re.sub(r"(?m)无法理解：.*$", "", text)
    labels = r"Media and Data Integrity Errors|Elements in grown defect list|Command failed due to ICRC error"
    return ENGLISH_WORDS.findall(re.sub(labels, "", text))


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in line)


def shape(value, key=""):
    """What of a report must not depend on the language: keys, numbers, times, ids."""
    if isinstance(value, dict):
        return {k: shape(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [shape(v, key) for v in value]
    if isinstance(value, str):
        return value if key in ("schema", "cause", "entity", "severity", "result", "method", "quantity", "unit", "format", "sha256",
                                "start", "end", "time", "name", "id", "grade", "path", "state", "host", "zone") else "text"
    return value


def pdf_text(path):
    if shutil.which("pdftotext") is None:
        print("NOTE: pdftotext is not installed: the words of the PDF were not checked")
        return None
    return subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True).stdout


def letters(text):
    return re.sub(r"[\W_]+", "", text)


def check_workbook(name, path):
    with zipfile.ZipFile(path) as book:
        parts = {part: book.read(part).decode("utf-8") for part in book.namelist() if part.endswith(".xml")}
    sheets = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"])
    expect(name + ": the sheets have Chinese names", sheets and not [s for s in sheets if s.isascii()], sheets)
    cells = "\n".join(re.findall(r"<t[^>]*>([^<]*)</t>", parts["xl/sharedStrings.xml"]))
    titles = "\n".join(text for part in parts if "charts/chart" in part for text in re.findall(r"<a:t>([^<]*)</a:t>", parts[part]))
    expect(name + ": no English sentence in the workbook", not english_in(cells) and not english_in(titles), english_in(cells) + english_in(titles))
    referred = {match for part in parts if "charts/chart" in part for match in re.findall(r"<c:f>'?([^'!<]*)'?!", parts[part])}
    expect(name + ": charts refer to sheets that are there", referred and referred <= set(sheets), (referred, sheets))


def check_sample(name, where):
    chinese, english = os.path.join(where, name + "-zh"), os.path.join(where, name + "-en")
    done = run(["analyze", "samples/" + name, "-o", chinese], CHINESE)
    other = run(["analyze", "samples/" + name, "-o", english], ENGLISH)
    expect(name + ": both runs end well", done.returncode == 0 and other.returncode == 0, done.stderr + other.stderr)
    lines = done.stdout.splitlines()
    expect(name + ": at most eight lines of eighty columns", len(lines) <= 8 and all(width(line) <= 80 for line in lines), done.stdout)
    expect(name + ": the terminal speaks Chinese only", not english_in(done.stdout) and "原因：" in done.stdout, done.stdout)
    with open(os.path.join(chinese, "report.md"), encoding="utf-8") as f:
        markdown = f.read()
    expect(name + ": no English sentence in report.md", not english_in(markdown), english_in(markdown))
    check_workbook(name, os.path.join(chinese, "report.xlsx"))
    reports = []
    for folder in (chinese, english):
        with open(os.path.join(folder, "report.json"), encoding="utf-8") as f:
            reports.append(json.load(f))
    for report in reports:
        for period in report.get("periods", []):
            period["name"] = "text"
    shapes = [{k: v for k, v in shape(report).items() if k not in ("command", "reproduce")} for report in reports]
    differ = [key for key in shapes[0] if shapes[0][key] != shapes[1].get(key)]
    expect(name + ": keys, numbers and ids of report.json are those of the English one", not differ, differ)
    verdict = reports[0]["verdict"]
    expect(name + ": the verdict is in Chinese", re.search("[\u4e00-\u9fff]", verdict["sentence"]) and verdict["sentence"] != reports[1]["verdict"]["sentence"], verdict)
    text = pdf_text(os.path.join(chinese, "report.pdf"))
    if text is not None:
        for key in ("title", "sentence", "why", "next"):
            expect("%s: the PDF can be searched for %s" % (name, key), letters(verdict[key]) in letters(text), verdict[key])
        expect(name + ": no English sentence in the PDF", not english_in(text), english_in(text))


def check_messages(where):
    """The messages about files, from all the logs that the tests have."""
    for arguments in (["--help"], ["--print-rules"], ["--nope"], ["analyze"], ["analyze", "--page", "a9", "x"], ["/nonexistent"], ["--lang"]):
        done = run(["--lang", "zh_CN"] + arguments if arguments != ["--lang"] else arguments + ["zh_CN"], ENGLISH)
        said = done.stdout + done.stderr
        expect("%s speaks Chinese" % " ".join(arguments), re.search("[\u4e00-\u9fff]", said) and not english_in(said), english_in(said) or said)
    done = run(["--lang", "zh_CN", "--help"], ENGLISH)
    wide = [line for line in done.stdout.splitlines() if width(line) > 80]
    expect("--help keeps to eighty columns", not wide, wide)
    logs = sorted(glob.glob("tests/cases/*/logs"))
    expect("there are logs to inspect", len(logs) > 5, logs)
    for verbose in ([], ["--verbose"]):
        done = run(["inspect", "--lang=zh_CN"] + verbose + logs, ENGLISH)
        expect("inspect speaks Chinese", "未注明时区" in done.stdout, done.stderr)
        left = [line for line in done.stdout.splitlines() if english_in(re.sub(r"^    .{40,}? n \d+", "", line)) and not line.startswith("tests/")]
        sentences = {message for _, message, _ in messages(CATALOGUE) if len(message) > 20 and "%" not in message}
        expect("inspect has no sentence left in English", not [line for line in left if line.strip() in sentences or english_in(line)], left)


def check_choice(where):
    def first(arguments, env):
        return run(arguments + ["--help"], dict(PLAIN, **env)).stdout[:4]
    for env, wanted in (({"LANG": "zh_CN.UTF-8"}, "训练"), ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "Why "), ({}, "Why "),
                        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "训练"), ({"LANG": "zh_TW.UTF-8"}, "Why "),
                        ({"LC_MESSAGES": "zh_CN.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}, "训练")):
        expect("%s chooses" % env, first([], env).startswith(wanted), first([], env))
    expect("--lang en comes before the environment", first(["--lang=en"], {"LANG": "zh_CN.UTF-8"}) == "Why ")
    lonely = os.path.join(where, "whyslow")
    shutil.copy(PROGRAM, lonely)
    done = run(["--lang", "zh_CN", "--version"], ENGLISH, lonely)
    expect("without a catalogue it says so and goes on", done.returncode == 0 and ("catalogue" in done.stderr or run(["--help", "--lang", "zh_CN"], ENGLISH, lonely).stdout[:2] == "训练"), done.stderr)


def check_without_chinese_font(where):
    latin = [os.path.dirname(path) for pattern in ("/usr/share/fonts/**/DejaVuSans.ttf", "/usr/local/share/fonts/**/DejaVuSans.ttf") for path in glob.glob(pattern, recursive=True)]
    if not latin:
        print("NOTE: no DejaVu fonts: a machine without Chinese fonts was not played")
        return
    config = os.path.join(where, "fonts.conf")
    with open(config, "w", encoding="utf-8") as f:
        f.write('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>%s</dir><cachedir>%s/cache</cachedir></fontconfig>\n' % (latin[0], where))
    done = run(["analyze", "samples/healthy", "-f", "png", "-o", os.path.join(where, "fontless")], dict(CHINESE, FONTCONFIG_FILE=config))
    expect("without a Chinese font it says so and goes on", done.returncode == 0 and "fonts-noto-cjk" in done.stderr, done.stderr)
    done = run(["analyze", "samples/healthy", "-f", "png", "-o", os.path.join(where, "latin")], dict(ENGLISH, FONTCONFIG_FILE=config))
    expect("English needs no Chinese font", done.returncode == 0 and "font" not in done.stderr, done.stderr)


def main():
    where = tempfile.mkdtemp(prefix="whyslow-lang-")
    try:
        check_catalogue(where)
        check_marks()
        for name in SAMPLES:
            check_sample(name, where)
        check_messages(where)
        check_choice(where)
        check_without_chinese_font(where)
    finally:
        shutil.rmtree(where, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
