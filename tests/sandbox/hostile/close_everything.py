# No file left: neither output, nor whatever else the one who runs this has opened.
import os

os.closerange(0, 64)
