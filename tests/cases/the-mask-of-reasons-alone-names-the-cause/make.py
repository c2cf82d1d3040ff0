import datetime

START = datetime.datetime(2031, 2, 3, 4, 5, 6)

# The same run as that of the counters of reasons, but hot: 0x48 is HW Slowdown with HW Thermal Slowdown, 0x1 is idle.
with open("gpu.csv", "w") as file:
    file.write("timestamp, index, utilization.gpu [%], memory.used [MiB], temperature.gpu, clocks.current.sm [MHz], "
               "clocks.max.sm [MHz], clocks_event_reasons.active\n")
    for i in range(600):
        stamp = START + datetime.timedelta(seconds=5 * i)
        busy, cut = i >= 12, i > 60
        clock = 900 + 7 * i % 20 if cut else 1410 if busy else 210
        mask = 0x48 if cut else 0 if busy else 1
        file.write(f"{stamp:%Y/%m/%d %H:%M:%S}.000, 0, {95 + i % 4 if busy else 0} %, {20000 if busy else 3} MiB, 91, "
                   f"{clock} MHz, 1410 MHz, 0x{mask:016x}\n")
