# Files anywhere but in the one place that is meant for them, @SENTINEL@ among them.
import os

written = []
for path in ("/owned", "/usr/owned", "/usr/bin/python3", "/etc/owned", "/dev/owned", "/home/owned", "/var/tmp/owned",
             "/tmp/../owned", "@SENTINEL@"):
    try:
        with open(path, "wb") as file:
            file.write(b"owned")
        written.append(path)
    except OSError:
        pass
os.symlink("/etc/passwd", "/tmp/link")
try:
    open("/tmp/link", "ab").close()
    written.append("/etc/passwd")
except OSError:
    pass
assert written, "nothing could be written"
