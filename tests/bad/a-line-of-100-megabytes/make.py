with open("gpu.log", "wb") as file:
    for _ in range(100):
        file.write(b"x" * 1000000)
