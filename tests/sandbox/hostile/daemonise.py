# A process that outlives its program: a session of its own, no parent, no open file.
import ctypes
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, b"@MARK@", 0, 0, 0)
        os.closerange(0, 64)
        time.sleep(600)
    os._exit(0)
time.sleep(0.5)
os._exit(0)
