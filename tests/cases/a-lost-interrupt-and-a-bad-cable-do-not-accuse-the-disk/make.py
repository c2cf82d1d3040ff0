"""Ten minutes of two GPUs, and what the kernel said of them."""
import os

from case_logs import kernel_run

kernel_run([
    (90, "sd 0:0:0:0: [sda] 7814037168 512-byte logical blocks"),
    (100, "nvme nvme0: I/O 7 QID 3 timeout, completion polled"),
    (200, "ata1.00: exception Emask 0x10 SAct 0x0 SErr 0x400100 action 0x6 frozen"),
    (200, "ata1: SError: { UnrecovData Handshk }"),
    (200, "ata1.00: cmd 25/00:08 tag 1 dma 4096 in res 50/00:00 Emask 0x10 (ATA bus error)"),
    (203, "ata1: EH complete"),
])
os.utime("kern.log", (1700000000, 1700000000))  # copied with a date that means nothing
