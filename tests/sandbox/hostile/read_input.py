# Whatever the one who runs this types.
input()
