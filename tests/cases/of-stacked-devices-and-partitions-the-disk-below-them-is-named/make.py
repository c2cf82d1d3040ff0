"""md0 lies on sdc, sdc1 is a part of it, zram0 is memory: all of them count the requests of the job, and come before sdc."""
from case_logs import near, row, starving_run


def rows(starves):
    reads, wait = (near(180), near(88)) if starves else (near(12), near(6))
    load = dict(reads=reads, kilobytes=reads * 116, wait=wait, util=102.4 if starves else 7)
    return [row("md0", **load), row("zram0", near(9000), near(36000), 2, 100), row("sda", util=0.1), row("sdc1", **load), row("sdc", **load)]


starving_run(rows)
