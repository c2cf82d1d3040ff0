from case_logs import gpu_run


def cells(busy):
    state = "P2, 4, 1905 MHz, 105 %" if busy else "P8, 1, 210 MHz, 30 %"
    return state + ", 4, 2100 MHz, 7, 913, 4"


gpu_run("pstate, pcie.link.gen.current, clocks.current.sm [MHz], fan.speed [%], pcie.link.gen.max, clocks.max.sm [MHz], "
        "ecc.errors.uncorrected.volatile.total, ecc.errors.uncorrected.aggregate.total, "
        "retired_pages.double_bit.count", 5, ((5 * i, cells) for i in range(600)))
