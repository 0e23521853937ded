# Memory that belongs to no process: files that exist in memory alone.
import os

files = []
for _ in range(64):
    file = os.memfd_create("hog")
    os.write(file, b"x" * (8 << 20))
    files.append(file)
