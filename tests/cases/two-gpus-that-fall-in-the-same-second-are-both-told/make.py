"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (400, "NVRM: Xid (PCI:0000:0b:00): 79, pid=7, name=python, GPU has fallen off the bus."),
    (400, "NVRM: Xid (PCI:0000:0c:00): 79, pid=7, name=python, GPU has fallen off the bus."),
], busy_seconds=400, disks=())
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
