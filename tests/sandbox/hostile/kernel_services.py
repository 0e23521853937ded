# Parts of the kernel with a history of holes, by number (x86-64): keys, BPF, io_uring, events, user faults, modules, reboot.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
granted = []
for number in (248, 250, 321, 425, 298, 323, 175, 313, 246, 169, 319, 29, 240):
    ctypes.set_errno(0)
    libc.syscall(number, 0, 0, 0, 0, 0)
    if ctypes.get_errno() not in (1, 38):
        granted.append(number)
assert granted, "nothing is granted"
