# Other identities, and programs that give them.
import os
import subprocess

gained = []
for act in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.seteuid(0), lambda: os.setgroups([0])):
    try:
        act()
        gained.append("identity")
    except OSError:
        pass
for command in (["su", "-c", "true"], ["mount", "-t", "tmpfs", "none", "/tmp"], ["chown", "0", "/tmp"]):
    try:
        if subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
            gained.append(command)
    except OSError:
        pass
assert gained or os.geteuid() == 0, "nothing could be gained"
