"""The disk is at 100 % with a long queue of discards; next to nothing is read from it."""
from case_logs import near, row, starving_run


def rows(starves):
    reads = near(3)
    return [row("sdb", reads, reads * 16, near(0.4), 100 if starves else 3, trims=near(900) if starves else 0, trim_wait=30)]


starving_run(rows)
