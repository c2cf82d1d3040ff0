"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (300, "NVRM: Xid (PCI:0000:0b:00): 63, pid=7, name=python, Row Remapper: New row marked for remapping, reset gpu to activate."),
    (400, "NVRM: Xid (PCI:0000:0c:00): 64, pid=7, name=python, Row Remapper: Failed to mark row for remapping."),
], busy_seconds=400, disks=())
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
