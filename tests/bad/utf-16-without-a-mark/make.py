rows = [f"2024/05/06 07:08:0{i}.000, 0, {90 + i} %, 1000 MiB\n" for i in range(10)]
text = "timestamp, index, utilization.gpu [%], memory.used [MiB]\n" + "".join(rows)
open("gpu.csv", "wb").write(text.encode("utf-16-be"))
