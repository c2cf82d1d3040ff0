"""The stamps print no year: the last change of the file tells it."""
import os
import pathlib

for log in pathlib.Path(".").iterdir():
    os.utime(log, (1704880800, 1704880800))  # 2024-01-10 10:00 UTC
