"""What several cases' make.py have in common: a run whose GPUs starve with a disk below them, one with a kernel log, one of a GPU alone."""
import datetime
import random

HEAD = "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await wareq-sz     d/s     dkB/s   drqm/s  %drqm d_await dareq-sz  aqu-sz  %util"


def clock(second):
    return "%02d:%02d:%02d" % (second // 3600, second // 60 % 60, second % 60)


def near(value):
    return value * random.uniform(0.96, 1.04)


def row(name, reads=0, kilobytes=0, wait=0, util=0, queue=None, trims=0, trim_wait=0):
    """One row of iostat -x; the queue follows from Little's law."""
    size = kilobytes / reads if reads else 0
    values = [reads, kilobytes, 0, 0, wait, size, 1, 8, 0, 0, 0.5, 8, trims, trims * 512, 0, 0, trim_wait, 512 if trims else 0,
              reads * wait / 1000 + trims * trim_wait / 1000 if queue is None else queue, util]
    return f"{name:<12}" + "".join(f" {value:8.2f}" for value in values) + "\n"


def starving_run(rows, kernel="6.1.0-21-amd64", iowait=5, idle=84):
    """gpu.csv and io.log of twelve minutes: ten of a job that starves, two of one that does not. `rows(starves)` gives a report's rows."""
    random.seed(11)
    start = 9 * 3600
    cpu = f"avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n           8.00    0.00    3.00   {iowait}.00    0.00   {idle}.00\n\n"
    with open("gpu.csv", "w", encoding="utf-8") as gpu, open("io.log", "w", encoding="utf-8") as io:
        gpu.write("timestamp, index, utilization.gpu [%], memory.used [MiB], clocks.current.sm [MHz]\n")
        io.write(f"Linux {kernel} (loft7) \t2027-10-27 \t_x86_64_\t(32 CPU)\n\n")
        for second in range(0, 720, 2):
            at = start + second
            starves = second < 600
            busy = min(100, max(0, random.gauss(18, 4) if starves else random.gauss(97, 1)))
            gpu.write(f"2027/10/27 {clock(at)}.{random.randrange(1000):03d}, 0, {busy:.0f} %, 20480 MiB, 1980 MHz\n")
            if second % 4 == 0:
                io.write(f"2027-10-27T{clock(at)}+0000\n{cpu}{HEAD}\n" + "".join(rows(starves)) + "\n")


def kernel_run(said, busy_seconds=600, disks=("sda", "nvme0n1")):
    """gpu.csv, sar.log (where there are disks) and kern.log of ten minutes of two GPUs; `said` are the kernel's messages as (second, text)."""
    random.seed(3)
    start = 10 * 3600
    with open("gpu.csv", "w", encoding="utf-8") as gpu:
        gpu.write("timestamp, index, pci.bus_id, utilization.gpu [%], memory.used [MiB], clocks.current.sm [MHz]\n")
        for second in range(0, 600, 2):
            for index, bus in enumerate(("00000000:0B:00.0", "00000000:0C:00.0")):
                busy = second < busy_seconds
                gpu.write("2024/05/20 %s.%03d, %d, %s, %d %%, %d MiB, %d MHz\n" % (
                    clock(start + second), index * 3, index, bus, random.randint(94, 99) if busy else 0,
                    20480 if busy else 3, 1980 if busy else 210))
    if disks:
        with open("sar.log", "w", encoding="utf-8") as sar:
            sar.write("Linux 6.1.0-18-amd64 (train3) \t2024-05-20 \t_x86_64_\t(32 CPU)\n")
            for second in range(0, 600, 4):
                sar.write("\n%s       DEV       tps     rkB/s     wkB/s   areq-sz    aqu-sz     await     %%util\n"
                          % clock(start + second))
                for disk in disks:
                    sar.write("%s %9s     40.00   4800.00     20.00    120.00      0.30      7.00     22.00\n"
                              % (clock(start + second + 4), disk))
    with open("kern.log", "w", encoding="utf-8") as kernel:
        for second, text in said:
            kernel.write("May 20 %s train3 kernel: %s\n" % (clock(start + second), text))


def gpu_run(columns, step, rows):
    """gpu.csv of one GPU: a minute without a job, then a busy one. `rows` are (second, cells), and cells(busy) what stands below `columns`."""
    start = datetime.datetime(2031, 2, 3, 4, 5, 6)
    with open("gpu.csv", "w", encoding="utf-8") as gpu:
        gpu.write("timestamp, index, utilization.gpu [%], memory.used [MiB], " + columns + "\n")
        for second, cells in rows:
            stamp = start + datetime.timedelta(seconds=second)
            busy = second >= 60
            job = f"{95 + second // step % 4 if busy else 0} %, {20000 if busy else 3} MiB"
            gpu.write(f"{stamp:%Y/%m/%d %H:%M:%S}.000, 0, {job}, {cells(busy)}\n")
