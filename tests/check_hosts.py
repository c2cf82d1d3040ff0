#!/usr/bin/env python3
"""Runs over several hosts, as the program reports them: names, lanes, redaction, --host, and what may not be concluded."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build")
WHYSLOW, GENERATE = os.path.join(BUILD, "whyslow"), os.path.join(BUILD, "generate")
passed = failed = 0


def expect(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s: %s" % (name, detail))


def draw(where, scenario, seed):
    logs = os.path.join(where, "%s-%d" % (scenario, seed))
    subprocess.run([GENERATE, scenario, str(seed), logs], check=True)
    with open(os.path.join(logs, "truth.json"), encoding="utf-8") as f:
        truth = json.load(f)
    os.remove(os.path.join(logs, "truth.json"))
    end = truth["run"]["t0"] + truth["run"]["seconds"]
    for folder, _, names in os.walk(logs):
        for name in names:
            os.utime(os.path.join(folder, name), (end, end))
    return logs, truth


def analyse(logs, *options):
    out = tempfile.mkdtemp(dir=os.path.dirname(logs))
    done = subprocess.run([WHYSLOW, "analyze", logs, "-o", out, "-f", "json,md", "--quiet", *options], capture_output=True, text=True,
                          env=dict(os.environ, LC_ALL="C.UTF-8"), check=False)
    with open(os.path.join(out, "report.json"), encoding="utf-8") as f:
        report = json.load(f)
    with open(os.path.join(out, "report.md"), encoding="utf-8") as f:
        return report, f.read(), done.stdout


def check_slow_disk(where):
    logs, truth = draw(where, "nodes-slow-disk", 2)
    report, text, verdict = analyse(logs)
    guilty = truth["entities"][0]
    hosts = sorted(os.listdir(logs))
    expect("the hosts are told", report["run"].get("hosts") == hosts, report["run"])
    expect("and no single one", report["run"]["host"] is None, report["run"])
    expect("the disk is named with its host", report["verdict"]["entity"] == guilty, report["verdict"])
    expect("the verdict on the terminal, too", guilty in verdict.splitlines()[0], verdict)
    expect("a lane a host", all(re.search(r"^%s GPUs " % h, verdict, re.M) for h in hosts), verdict)
    expect("GPUs have the names of their hosts", all(g.split(":")[0] in hosts for g in report["run"]["gpus"]), report["run"]["gpus"])
    expect("phases, too", any(p["entity"] == guilty for p in report["phases"]), report["phases"])
    waiting = [h for h in hosts if h != guilty.split(":")[0]]
    expect("who waits is told", all(h in report["verdict"]["sentence"] for h in waiting), report["verdict"]["sentence"])
    error = abs(report["lost_gpu_hours"]["total"] - truth["lost_gpu_hours"]["total"]) / truth["lost_gpu_hours"]["gpu_hours"]
    expect("spinning GPUs are counted", error < 0.1, (report["lost_gpu_hours"], truth["lost_gpu_hours"]))
    expect("the run card lists the hosts", "| Hosts | %s |" % ", ".join(hosts) in text)
    again, again_text, again_verdict = analyse(logs)
    expect("twice the same", (again, again_text, again_verdict) == (report, text, verdict))
    return logs, guilty


def check_redaction(logs, guilty):
    report, text, verdict = analyse(logs, "--redact")
    host, disk = guilty.split(":")
    everything = json.dumps(report) + text + verdict
    expect("no host's name is left", host not in everything)
    expect("the disk's is, behind another host's", re.fullmatch(r"host\d+:%s" % disk, report["verdict"]["entity"] or ""), report["verdict"]["entity"])


def check_one_host(logs, guilty):
    host, disk = guilty.split(":")
    report, _, _ = analyse(logs, "--host", host)
    expect("one host alone has plain names", report["verdict"]["entity"] == disk and report["run"]["host"] == host, report["verdict"])
    expect("and no list of hosts", "hosts" not in report["run"], report["run"])


def check_one_gpu_log(where, logs):
    """Where only one host has GPU logs, the others stay out, and that is said."""
    copy = os.path.join(where, "one-gpu-log")
    shutil.copytree(logs, copy)
    host = sorted(os.listdir(copy))[1]
    for name in os.listdir(os.path.join(copy, host)):
        with open(os.path.join(copy, host, name), encoding="utf-8") as f:
            if "utilization.gpu" in f.read(400):
                f.close()
                os.remove(os.path.join(copy, host, name))
    report, text, _ = analyse(copy)
    expect("a host without GPU log is not in the run", "hosts" not in report["run"], report["run"])
    expect("and that is said", "it is of another host (%s)" % host in text)


def check_clocks(where):
    logs, truth = draw(where, "nodes-clock-off", 3)
    report, _, _ = analyse(logs)
    said = {"/".join(c["source"].split("/")[-2:]): c for c in report["clocks"]}
    gpu = [c for c in truth["clocks"] if c["kind"] == "gpu"]
    for clock in gpu[1:]:
        claim, base = said[clock["source"]], said[gpu[0]["source"]]
        if not (claim["established"] and base["established"]):
            continue
        error = claim["offset_seconds"] - base["offset_seconds"] - (clock["offset_seconds"] - gpu[0]["offset_seconds"])
        expect("an established clock is right", abs(error) < 10, (clock, claim))
    logs, truth = draw(where, "nodes-two-jobs", 1)
    report, text, _ = analyse(logs)
    expect("hosts of different jobs are told apart", "work in one job with the others" in text or "is not established" in text)
    sentence = report["verdict"]["sentence"]
    expect("and none waits for another", "wait for it" not in sentence, sentence)


def main():
    with tempfile.TemporaryDirectory() as where:
        logs, guilty = check_slow_disk(where)
        check_redaction(logs, guilty)
        check_one_host(logs, guilty)
        check_one_gpu_log(where, logs)
        check_clocks(where)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
