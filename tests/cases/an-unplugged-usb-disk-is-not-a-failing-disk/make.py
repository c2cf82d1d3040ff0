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
    said(100, "usb 2-3: USB disconnect, device number 16")
    said(100, "I/O error, dev sda, sector 5 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2")
    said(101, "Buffer I/O error on dev sda1, logical block 1, async page read")
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
