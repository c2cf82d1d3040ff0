"""The stamps print no year: the last change of the file tells it."""
import os
import pathlib

for log in pathlib.Path(".").iterdir():
    os.utime(log, (1767139200, 1767139200))  # 2025-12-31 00:00 UTC
