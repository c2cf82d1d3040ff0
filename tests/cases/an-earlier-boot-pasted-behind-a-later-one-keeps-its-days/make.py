"""The stamps print no year: the last change of the file tells it."""
import os
import pathlib

for log in pathlib.Path(".").iterdir():
    os.utime(log, (1717927200, 1717927200))  # 2024-06-09 10:00 UTC
