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
            busy = second < 400
            gpu.write("2024/05/20 %s.%03d, %d, %s, %d %%, %d MiB, %d MHz\n" % (
                clock(START + second), index * 3, index, bus, random.randint(94, 99) if busy else 0,
                20480 if busy else 3, 1980 if busy else 210))
with open("kern.log", "w") as kernel:
    said(100, "[350941.516160] usb 1-1: new high-speed USB device number 4")
    said(500, "[   19.902876] usb 1-1: new high-speed USB device number 4")
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
