"""A count of requests that is stuck: %util 100 and a queue of 12 with three quick reads a second."""
from case_logs import row, starving_run


def rows(starves):
    return [row("vda", 3, 12, 0.4, 100, queue=12)]


starving_run(rows)
