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
with open("kern.log", "w") as kernel:
    said(200, "NVRM: Xid (PCI:0000:0c:00): 777, pid=7, name=python, what is this")
    said(300, "NVRM: Xid (PCI:0000:0b:00): 145, RLW_SRC_TRACK Nonfatal XC1 i0 Link 01 (0x00000001 0x80000000)")
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
