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


def cells(busy):
    state = "P2, 4, 1905 MHz, 105 %" if busy else "P8, 1, 210 MHz, 30 %"
    return state + ", 4, 2100 MHz, 7, 913, 4"


write("pstate, pcie.link.gen.current, clocks.current.sm [MHz], fan.speed [%], pcie.link.gen.max, clocks.max.sm [MHz], "
      "ecc.errors.uncorrected.volatile.total, ecc.errors.uncorrected.aggregate.total, "
      "retired_pages.double_bit.count", 5, ((5 * i, cells) for i in range(600)))
