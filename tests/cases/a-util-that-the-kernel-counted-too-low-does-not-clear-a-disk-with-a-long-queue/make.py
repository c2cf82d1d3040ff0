"""Linux 5.0 to 5.6 counted %util only where a request began or ended: 8 % and a queue of 0.00 while 9 reads of 60 ms wait."""
from case_logs import near, row, starving_run


def rows(starves):
    reads, wait = (near(150), near(60)) if starves else (near(9), near(6))
    return [row("sda", util=0.1), row("sdb", reads, reads * 116, wait, near(8) if starves else 1, queue=0)]


starving_run(rows, kernel="5.4.0-26-generic")
