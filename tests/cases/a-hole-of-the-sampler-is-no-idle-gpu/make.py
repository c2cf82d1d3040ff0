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


# A busy host: from the second minute on, four samples of thirty do not come.
write("pstate", 1, ((i, lambda busy: "P0") for i in range(1800) if i <= 60 or i % 30 not in (1, 2, 3, 4)))
