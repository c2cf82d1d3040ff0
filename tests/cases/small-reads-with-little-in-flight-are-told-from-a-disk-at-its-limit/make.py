"""Requests of 16 kB that are answered in 9 ms, fewer than two at a time: the disk waits for its readers."""
import random

random.seed(11)
START = 9 * 3600
HEAD = "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await wareq-sz     d/s     dkB/s   drqm/s  %drqm d_await dareq-sz  aqu-sz  %util"
CPU = "avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n           8.00    0.00    3.00   5.00    0.00   84.00\n\n"


def clock(second):
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def row(name, reads=0, kilobytes=0, wait=0, util=0, queue=None, trims=0, trim_wait=0):
    size = kilobytes / reads if reads else 0
    values = [reads, kilobytes, 0, 0, wait, size, 1, 8, 0, 0, 0.5, 8, trims, trims * 512, 0, 0, trim_wait, 512 if trims else 0,
              reads * wait / 1000 + trims * trim_wait / 1000 if queue is None else queue, util]
    return f"{name:<12}" + "".join(f" {value:8.2f}" for value in values) + "\n"


def near(value):
    return value * random.uniform(0.96, 1.04)


def rows(starves):
    reads, wait = (near(150), near(9)) if starves else (near(9), near(6))
    return [row("sda", util=0.1), row("sdb", reads, reads * 16, wait, near(92) if starves else 6)]

with open("gpu.csv", "w") as gpu, open("io.log", "w") as io:
    gpu.write("timestamp, index, utilization.gpu [%], memory.used [MiB], clocks.current.sm [MHz]\n")
    io.write("Linux 6.1.0-21-amd64 (loft7) \t2027-10-27 \t_x86_64_\t(32 CPU)\n\n")
    for second in range(0, 720, 2):
        at = START + second
        starves = second < 600
        busy = min(100, max(0, random.gauss(18, 4) if starves else random.gauss(97, 1)))
        gpu.write(f"2027/10/27 {clock(at)}.{random.randrange(1000):03d}, 0, {busy:.0f} %, 20480 MiB, 1980 MHz\n")
        if second % 4 == 0:
            io.write(f"2027-10-27T{clock(at)}+0000\n{CPU}{HEAD}\n" + "".join(rows(starves)) + "\n")
