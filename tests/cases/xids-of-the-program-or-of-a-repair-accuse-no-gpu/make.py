"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (400, "NVRM: Xid (PCI:0000:0c:00): 13, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 31, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 32, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 43, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 45, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 63, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 69, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 92, pid=7, name=python, Ch 00000008"),
    (400, "NVRM: Xid (PCI:0000:0c:00): 154, pid=7, name=python, Ch 00000008"),
    (420, "nvidia-nvswitch3: SXid (PCI:0000:08:00.0): 12028, Non-fatal, Link 32 egress"),
    (430, "NVRM: GPU 0000:0c:00.0: RmInitAdapter failed! (0x62:0x65:1941)"),
], busy_seconds=400, disks=())
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
