"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (100, "[350941.516160] usb 1-1: new high-speed USB device number 4"),
    (500, "[   19.902876] usb 1-1: new high-speed USB device number 4"),
], busy_seconds=400, disks=())
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
