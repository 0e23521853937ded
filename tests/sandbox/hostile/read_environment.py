# The environment of the program that runs this, which may hold keys.
import os

assert os.environ.get("MEVAL_TEST_SECRET"), sorted(os.environ)
