"""Requests of 16 kB that are answered in 9 ms, fewer than two at a time: the disk waits for its readers."""
from case_logs import near, row, starving_run


def rows(starves):
    reads, wait = (near(150), near(9)) if starves else (near(9), near(6))
    return [row("sda", util=0.1), row("sdb", reads, reads * 16, wait, near(92) if starves else 6)]


starving_run(rows)
