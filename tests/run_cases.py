#!/usr/bin/env python3
"""Case folders: logs and what the program must say about them. See tests/cases/README.md.

run_cases.py [BUILD] [NAME...]      all cases, or those whose name contains one of the words
"""
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.abspath(__file__))
SECONDS = 60


def differences(wanted, got, place=""):
    """What is in `wanted` and not so in `got`; more may be in `got`."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key, value in wanted.items():
            if key not in got:
                yield f"{place}.{key} is missing"
            else:
                yield from differences(value, got[key], f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(got, list):
        for item in wanted:
            near = [list(differences(item, other, place)) for other in got]
            if not near or min(map(len, near)) > 0:
                closest = min(near, key=len) if near else ["the list is empty"]
                yield f"{place}: no item like {json.dumps(item, ensure_ascii=False)}; nearest: {closest[0]}"
    elif isinstance(wanted, str) and isinstance(got, str):
        if place.endswith((".message", ".text", ".clock_note", ".sentence")):
            if wanted not in got:
                yield f"{place}: {wanted!r} is not in {got!r}"
        elif wanted != got:
            yield f"{place}: {got!r} instead of {wanted!r}"
    elif isinstance(wanted, (int, float)) and not isinstance(wanted, bool) and isinstance(got, (int, float)):
        if abs(wanted - got) > 1e-5 * max(abs(wanted), 1e-3):
            yield f"{place}: {got} instead of {wanted}"
    elif wanted != got:
        yield f"{place}: {got!r} instead of {wanted!r}"


def file_differences(wanted, files, where):
    """Files are matched by the end of their path."""
    for item in wanted:
        found = [file for file in files if ("/" + file["path"]).endswith("/" + item["path"])]
        if len(found) != 1:
            yield f"{where}: {len(found)} files end in {item['path']}: {[file['path'] for file in files]}"
            continue
        file = found[0]
        item = dict(item)
        item.pop("path")
        entities = sorted({series["entity"] for series in file.get("series", [])})
        if "entities" in item and sorted(item.pop("entities")) != entities:
            yield f"{where} {file['path']}: the entities are {entities}"
        yield from differences(item, file, f"{where} {file['path']}")


class Case:
    def __init__(self, program, folder, scratch):
        self.program, self.folder, self.scratch = program, folder, scratch

    def path(self, name):
        return os.path.join(self.folder, name)

    def has(self, name):
        return os.path.exists(self.path(name))

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def prepare(self):
        for name in ("logs", "before"):
            if self.has(name):
                shutil.copytree(self.path(name), os.path.join(self.scratch, name))
        os.makedirs(os.path.join(self.scratch, "logs"), exist_ok=True)
        if self.has("make.py"):
            subprocess.run([sys.executable, self.path("make.py")], cwd=os.path.join(self.scratch, "logs"), check=True,
                           env={**os.environ, "PYTHONPATH": TESTS, "PYTHONDONTWRITEBYTECODE": "1"})

    def run(self, words, full=False, file_size=None):
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        started = time.monotonic()
        out = open("/dev/full", "wb") if full else subprocess.PIPE
        limit = None
        if file_size:
            limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
        result = subprocess.run([self.program, *words], cwd=self.scratch, env=environment, stdout=out,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=SECONDS, preexec_fn=limit)
        result.seconds = time.monotonic() - started
        return result

    def check_inspect(self):
        words = shlex.split(self.text("inspect.args")) if self.has("inspect.args") else []
        result = self.run(["inspect", "--json", *words, "logs"])
        if result.returncode not in (0, 3):
            return [f"inspect: status {result.returncode}: {result.stderr.decode(errors='replace')[-1500:]}"]
        files = json.loads(result.stdout)["files"]
        return list(file_differences(json.loads(self.text("expect.inspect.json"))["files"], files, "inspect"))

    def check_report(self):
        words = shlex.split(self.text("args")) if self.has("args") else []
        result = self.run(["analyze", "-f", "json", "-o", "out", *words, "logs"])
        report = os.path.join(self.scratch, "out", "report.json")
        if result.returncode not in (0, 1) or not os.path.exists(report):
            return [f"analyze: status {result.returncode}: {result.stderr.decode(errors='replace')[-1500:]}"]
        with open(report, encoding="utf-8") as file:
            return list(differences(json.loads(self.text("expect.report.json")), json.load(file), "report"))

    def check_words(self):
        """expect.txt: one demand a line, see README.md."""
        full, file_size, words = False, None, ["analyze", "-o", "out", "logs"]
        demands = [(line + " ").split(" ", 1) for line in self.text("expect.txt").splitlines() if line and line[0] != "#"]
        demands = [(kind, value.strip()) for kind, value in demands]
        for kind, value in demands:
            if kind == "run":
                words = shlex.split(value)
            full |= kind == "full"
            if kind == "disk":
                file_size = int(value)
        result = self.run(words, full, file_size)
        outputs = {"stdout": b"" if full else result.stdout, "stderr": result.stderr}
        wrong = []
        for kind, value in demands:
            if kind == "status" and result.returncode != int(value):
                wrong.append(f"status {result.returncode} instead of {value}")
            elif kind in outputs and value.encode() not in outputs[kind]:
                wrong.append(f"{kind} does not say: {value}")
            elif kind == "seconds" and result.seconds > float(value):
                wrong.append(f"took {result.seconds:.1f} s, more than {value}")
            elif kind == "none" and os.path.exists(os.path.join(self.scratch, value)):
                wrong.append(f"{value} exists")
            elif kind == "kept":
                before, after = (os.path.join(self.scratch, name) for name in value.split())
                if not os.path.exists(after) or open(before, "rb").read() != open(after, "rb").read():
                    wrong.append(f"{value.split()[1]} is not what it was")
        if result.returncode < 0 or b"Sanitizer" in result.stderr:
            wrong.append(f"died: {result.returncode}")
        if wrong:
            wrong.append(result.stderr.decode(errors="replace")[-1500:])
        return wrong

    def check(self):
        self.prepare()
        wrong, checks = [], 0
        for name, check in (("expect.inspect.json", self.check_inspect), ("expect.report.json", self.check_report),
                            ("expect.txt", self.check_words)):
            if self.has(name):
                checks += 1
                wrong += check()
        return wrong if checks else ["the folder expects nothing: a test that cannot fail"]


def main():
    words = sys.argv[1:]
    build = os.environ.get("BUILD", "build")
    if words and os.path.exists(os.path.join(words[0], "whyslow")):
        build = words.pop(0)
    program = os.path.abspath(os.path.join(build, "whyslow"))
    # Nothing that a log says may take more than this; the sanitizers need their shadow.
    if "asan" not in build:
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    passed = failed = 0
    for kind in ("cases", "bad"):
        for name in sorted(os.listdir(os.path.join(TESTS, kind))):
            folder = os.path.join(TESTS, kind, name)
            if not os.path.isdir(folder) or (words and not any(word in name for word in words)):
                continue
            if os.path.exists(os.path.join(folder, "skip.py")):
                why = subprocess.run([sys.executable, os.path.join(folder, "skip.py")], capture_output=True, text=True)
                if why.stdout.strip():
                    print(f"SKIPPED: {kind}/{name}: {why.stdout.strip()}")
                    continue
            with tempfile.TemporaryDirectory() as scratch:
                wrong = Case(program, folder, scratch).check()
            passed += not wrong
            failed += bool(wrong)
            for line in wrong:
                print(f"{kind}/{name}: {line}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
