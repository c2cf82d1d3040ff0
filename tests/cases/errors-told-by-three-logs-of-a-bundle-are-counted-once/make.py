"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (100, "I/O error, dev sda, sector 100 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2"),
    (200, "I/O error, dev sda, sector 200 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2"),
    (300, "I/O error, dev sda, sector 300 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2"),
    (350, "usb 1-1: new high-speed USB device number 4"),
])
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing

with open("dmesg.txt", "w") as dmesg, open("kern.log") as kern, open("journal.txt", "w") as journal:
    for line in kern:
        second = 90000 + int(line[13:15]) + 60 * int(line[10:12])
        journal.write(line)
        dmesg.write("[%12.6f] %s" % (second, line.split("kernel: ")[1]))
