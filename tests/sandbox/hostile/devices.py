# Doors to the hardware.
import os
import stat

made = []
for major, minor in ((1, 1), (8, 0), (1, 8)):
    try:
        os.mknod(f"/tmp/{major}.{minor}", stat.S_IFBLK | 0o600, os.makedev(major, minor))
        made.append(major)
    except OSError:
        pass
assert made or len(os.listdir("/dev")) > 4, os.listdir("/dev")
