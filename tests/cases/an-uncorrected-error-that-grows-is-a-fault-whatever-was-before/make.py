from case_logs import gpu_run


def cells_at(i):
    return lambda busy: f"{7 + (i > 400)}, {913 + (i > 400)}"


gpu_run("ecc.errors.uncorrected.volatile.total, ecc.errors.uncorrected.aggregate.total", 5,
        ((5 * i, cells_at(i)) for i in range(600)))
