import datetime

START = datetime.datetime(2031, 2, 3, 4, 5, 6)


def write(columns, step, rows):
    """A minute without a job, then a busy one."""
    with open("gpu.csv", "w") as file:
        file.write("timestamp, index, utilization.gpu [%], memory.used [MiB], " + columns + "\n")
        for second, cells in rows:
            stamp = START + datetime.timedelta(seconds=second)
            busy = second >= 60
            job = f"{95 + second // step % 4 if busy else 0} %, {20000 if busy else 3} MiB"
            file.write(f"{stamp:%Y/%m/%d %H:%M:%S}.000, 0, {job}, {cells(busy)}\n")


def cells_at(i):
    return lambda busy: f"{7 + (i > 400)}, {913 + (i > 400)}"


write("ecc.errors.uncorrected.volatile.total, ecc.errors.uncorrected.aggregate.total", 5,
      ((5 * i, cells_at(i)) for i in range(600)))
