import datetime

START = datetime.datetime(2031, 2, 3, 4, 5, 6)

with open("gpu.csv", "w") as file:
    file.write("timestamp, index, utilization.gpu [%], memory.used [MiB], temperature.gpu, clocks.current.sm [MHz], "
               "clocks.max.sm [MHz], clocks_event_reasons_counters.sw_power_cap [us], "
               "clocks_event_reasons_counters.sw_thermal_slowdown [us]\n")
    for i in range(600):
        stamp = START + datetime.timedelta(seconds=5 * i)
        busy, capped = i >= 12, max(0, i - 60)
        clock = 900 + 7 * i % 20 if capped else 1410 if busy else 210
        file.write(f"{stamp:%Y/%m/%d %H:%M:%S}.000, 0, {95 + i % 4 if busy else 0} %, {20000 if busy else 3} MiB, 55, "
                   f"{clock} MHz, 1410 MHz, {4900000 * capped} us, 0 us\n")
