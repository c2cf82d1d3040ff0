"""iowait is high and no local disk is busy: what is waited for has no row in iostat."""
from case_logs import near, row, starving_run


def rows(starves):
    return [row("sda", near(1), near(8), 0.3, 0.1), row("nvme0n1", near(2), near(16), 0.1, 0.1)]


starving_run(rows, iowait=40, idle=49)
