"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (200, "NVRM: Xid (PCI:0000:0c:00): 777, pid=7, name=python, what is this"),
    (300, "NVRM: Xid (PCI:0000:0b:00): 145, RLW_SRC_TRACK Nonfatal XC1 i0 Link 01 (0x00000001 0x80000000)"),
], disks=())
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
