# More temporary files than there is room for.
total = 0
for i in range(64):
    with open(f"/tmp/{i}", "wb") as file:
        total += file.write(b"x" * (1 << 20))
assert total == 64 << 20
