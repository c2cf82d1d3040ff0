"""Ten minutes of two GPUs, and what the kernel said of them."""
import os
import random

random.seed(3)
START = 10 * 3600


def clock(second):
    return "%02d:%02d:%02d" % (second // 3600, second // 60 % 60, second % 60)


def said(second, text):
    kernel.write("May 20 %s train3 kernel: %s\n" % (clock(START + second), text))


with open("gpu.csv", "w") as gpu:
    gpu.write("timestamp, index, pci.bus_id, utilization.gpu [%], memory.used [MiB], clocks.current.sm [MHz]\n")
    for second in range(0, 600, 2):
        for index, bus in enumerate(("00000000:0B:00.0", "00000000:0C:00.0")):
            busy = second < 600
            gpu.write("2024/05/20 %s.%03d, %d, %s, %d %%, %d MiB, %d MHz\n" % (
                clock(START + second), index * 3, index, bus, random.randint(94, 99) if busy else 0,
                20480 if busy else 3, 1980 if busy else 210))
with open("sar.log", "w") as sar:
    sar.write("Linux 6.1.0-18-amd64 (train3) \t2024-05-20 \t_x86_64_\t(32 CPU)\n")
    for second in range(0, 600, 4):
        sar.write("\n%s       DEV       tps     rkB/s     wkB/s   areq-sz    aqu-sz     await     %%util\n"
                  % clock(START + second))
        for disk in ("sda", "nvme0n1"):
            sar.write("%s %9s     40.00   4800.00     20.00    120.00      0.30      7.00     22.00\n"
                      % (clock(START + second + 4), disk))
with open("kern.log", "w") as kernel:
    said(90, "sd 0:0:0:0: [sda] 7814037168 512-byte logical blocks")
    said(100, "nvme nvme0: I/O 7 QID 3 timeout, completion polled")
    said(200, "ata1.00: exception Emask 0x10 SAct 0x0 SErr 0x400100 action 0x6 frozen")
    said(200, "ata1: SError: { UnrecovData Handshk }")
    said(200, "ata1.00: cmd 25/00:08 tag 1 dma 4096 in res 50/00:00 Emask 0x10 (ATA bus error)")
    said(203, "ata1: EH complete")
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
