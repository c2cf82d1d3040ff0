import datetime

START = datetime.datetime(2031, 2, 3, 4, 5, 6)

with open("gpu.csv", "w") as file:
    file.write("timestamp, index, gpu_recovery_action, utilization.gpu [%], memory.used [MiB], clocks.current.sm [MHz]\n")
    for i in range(400):
        stamp = START + datetime.timedelta(seconds=5 * i)
        for gpu in range(2):
            asked = "None" if gpu == 0 or i < 200 else "Drain P2P" if i < 300 else "Reset"
            file.write(f"{stamp:%Y/%m/%d %H:%M:%S}.00{gpu}, {gpu}, {asked}, {95 + i % 4} %, 20000 MiB, 1410 MHz\n")
