# Ten minutes of a job that reads from sdb: the GPU waits while the disk is at its limit, and works while it is not.
import random

random.seed(7)
START = 10 * 3600
gpu = open("gpu.csv", "w")
sar = open("sar.log", "w")
gpu.write("timestamp, index, utilization.gpu [%], memory.used [MiB], clocks.current.sm [MHz]\n")
sar.write("Linux 6.1.0-18-amd64 (train3) \t2024-05-20 \t_x86_64_\t(32 CPU)\n")


def clock(second):
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def disk(name, tps, read, write, wait, queue, util):
    sar.write(f"{clock(at)} {name:>9} {tps:9.2f} {read:9.2f} {write:9.2f} {(read + write) / tps if tps else 0:9.2f} "
              f"{queue:9.2f} {wait:9.2f} {util:9.2f}\n")


for second in range(0, 720, 2):
    at = START + second
    starves = second < 600
    busy = min(100, max(0, random.gauss(18, 4) if starves else random.gauss(97, 1)))
    gpu.write(f"2024/05/20 {clock(at)}.{random.randrange(1000):03d}, 0, {busy:.0f} %, 20480 MiB, 1980 MHz\n")
    if second % 4 or second == 0:
        continue
    sar.write(f"\n{clock(at - 4)}       DEV       tps     rkB/s     wkB/s   areq-sz    aqu-sz     await     %util\n")
    disk("sda", 2, 0, 40, 0.4, 0, 0.2)
    if starves:
        disk("sdb", random.gauss(180, 6), random.gauss(21000, 600), 20, random.gauss(88, 5), 16, random.gauss(99, 0.4))
    else:
        disk("sdb", random.gauss(40, 2), random.gauss(4800, 100), 20, random.gauss(7, 0.5), 0.3, random.gauss(22, 2))
