# Rights of a namespace's owner: the way into most holes of a kernel.
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
gained = [flag for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000) if libc.unshare(flag) == 0]
for command in (b"tmpfs", b"proc"):
    if libc.mount(command, b"/tmp", command, 0, None) == 0:
        gained.append(command)
if libc.umount2(b"/tmp", 2) == 0 or libc.chroot(b"/tmp") == 0:
    gained.append("root")
child = libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)  # clone, CLONE_NEWUSER
if child == 0:
    os._exit(0)
gained += [child] if child > 0 else []
assert gained, "nothing could be gained"
