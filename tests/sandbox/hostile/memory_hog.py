# All the memory there is, touched so that it counts.
blocks = []
while True:
    blocks.append(bytearray(b"x" * (16 << 20)))
