"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (1, "usb 1-1: new high-speed USB device number 4"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 45, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 45, pid=7, name=python, Ch 00000009"),
    (401, "NVRM: Xid (PCI:0000:0c:00): 79, pid=7, name=python, GPU has fallen off the bus."),
    (401, "NVRM: Xid (PCI:0000:0c:00): 154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)"),
], busy_seconds=400, disks=())
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
