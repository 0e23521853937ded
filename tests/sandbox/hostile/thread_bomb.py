# Threads without end.
import threading
import time

started = 0
while started < 200:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    started += 1
