# Children that have ended and that nobody waits for.
import os

made = 0
for _ in range(1000):
    try:
        if os.fork() == 0:
            os._exit(0)
        made += 1
    except OSError:
        break
assert made == 1000
