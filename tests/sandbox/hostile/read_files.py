# Secrets of the machine and of whoever runs this.
found = []
for path in ("@SENTINEL@", "/etc/passwd", "/etc/shadow", "/etc/hostname", "/proc/1/environ", "/proc/self/environ", "/proc/version",
             "/sys/kernel/mm", "/root/.ssh/id_rsa", "/dev/sda", "/dev/mem", "/dev/kmsg"):
    try:
        with open(path, "rb") as file:
            file.read(1)
        found.append(path)
    except OSError:
        pass
assert found, "nothing could be read"
