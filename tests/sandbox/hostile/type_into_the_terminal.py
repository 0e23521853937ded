# Commands for the shell of whoever runs this.
import fcntl
import termios

for file in (0, 1, 2):
    fcntl.ioctl(file, termios.TIOCSTI, b"x")
