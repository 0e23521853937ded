# Output until the disk or the memory of whoever reads it is full.
while True:
    print("x" * 4096)
