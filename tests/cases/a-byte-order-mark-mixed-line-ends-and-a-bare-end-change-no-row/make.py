rows = [f"2031/02/03 04:05:0{i}.100, {40 + i} %, {100 + i}.00 W".encode() for i in range(5)]
head = b"timestamp, utilization.gpu [%], power.draw [W]"
with open("mixed.csv", "wb") as file:
    file.write(b"\xef\xbb\xbf" + head + b"\r\n" + rows[0] + b"\n" + rows[1] + b"\r\n" + rows[2] + b"\n" + rows[3])
    file.write(b"\r\n" + rows[4])
# Another writer truncated the file: the rows go on where they were, behind a hole.
with open("mostly-nul.csv", "wb") as file:
    file.write(head + b"\n" + b"\n".join(rows[:2]) + b"\n" + bytes(4000) + b"\n".join(rows[2:]) + b"\n")
