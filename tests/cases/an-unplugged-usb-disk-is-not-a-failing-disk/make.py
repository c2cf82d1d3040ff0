"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (100, "usb 2-3: USB disconnect, device number 16"),
    (100, "I/O error, dev sda, sector 5 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2"),
    (101, "Buffer I/O error on dev sda1, logical block 1, async page read"),
])
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
