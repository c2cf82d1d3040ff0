import gzip
# 3 GiB of one row, packed in pieces that are packed again: gzip members may follow each other.
block = gzip.compress(b"timestamp, utilization.gpu [%]\n" + b"2024/05/06 07:08:09.000, 5 %\n" * (1 << 22), 9)
open("logs.gz", "wb").write(gzip.compress(block * 24, 9))
