import datetime

START = datetime.datetime(2031, 2, 3, 4, 5, 6)


def write(name, times, gpus=1):
    with open(name, "w") as file:
        file.write("timestamp, index, utilization.gpu [%]\n")
        for second in times:
            for gpu in range(gpus):
                stamp = START + datetime.timedelta(seconds=second + 0.007 * gpu)
                file.write(f"{stamp:%Y/%m/%d %H:%M:%S}.{stamp.microsecond // 1000:03d}, {gpu}, 90 %\n")


def with_holes(step):
    """Every tenth sample comes three steps late."""
    second = 0.0
    for i in range(200):
        yield second
        second += 4 * step if i % 10 == 9 else step


write("slow-host.csv", with_holes(1.009))
write("shell-loop.csv", (5.014 * i for i in range(200)))
write("fast.csv", (0.1 * i for i in range(200)))
write("two-gpus.csv", (2.0 * i for i in range(200)), 2)
