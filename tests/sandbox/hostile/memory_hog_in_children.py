# Each process stays within a limit of its own; all together do not.
import os
import time

for _ in range(12):
    if os.fork() == 0:
        block = bytearray(b"x" * (200 << 20))
        time.sleep(60)
time.sleep(60)
