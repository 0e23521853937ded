# The same, past every handler.
import os

os._exit(0)
