open("gpu.log", "wb").write(bytes(123456))
