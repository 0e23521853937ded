# The memory of other processes.
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
attached = [pid for pid in range(1, 400) if pid != os.getpid() and libc.ptrace(16, pid, None, None) == 0]
child = os.fork()
if child == 0:
    os._exit(0 if libc.ptrace(0, 0, None, None) == 0 else 1)
attached += [child] if os.waitpid(child, 0)[1] == 0 else []
assert attached, "nothing could be traced"
