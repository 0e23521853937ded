# A file that nobody ever writes to.
import os

os.mkfifo("/tmp/pipe")
open("/tmp/pipe").read()
