# A child that runs to the end, while its parent leaves.
import os

if os.fork() != 0:
    os._exit(0)
