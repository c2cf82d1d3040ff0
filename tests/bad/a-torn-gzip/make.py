import gzip
import random
random.seed(1)
rows = "".join(f"2024/05/06 {i // 3600:02d}:{i // 60 % 60:02d}:{i % 60:02d}.000, {random.randrange(100)} %\n" for i in range(9000))
packed = gzip.compress(("timestamp, utilization.gpu [%]\n" + rows).encode())
open("gpu.log.1.gz", "wb").write(packed[: len(packed) // 2])
