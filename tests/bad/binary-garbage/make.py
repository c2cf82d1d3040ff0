import random
random.seed(1)
open("core.1234", "wb").write(bytes(random.randrange(256) for _ in range(50000)))
