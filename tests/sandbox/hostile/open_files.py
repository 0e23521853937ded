# Files that were left open by whoever started this, beyond those that speak of the program.
import os

found = []
for file in range(4, 1024):
    try:
        os.fstat(file)
        found.append(file)
    except OSError:
        pass
assert found, "nothing was left open"
