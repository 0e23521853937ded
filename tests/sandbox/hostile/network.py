# Connections: to the machine (where port @PORT@ listens), and out of it.
import socket

reached = []
for family, address in ((socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET, ("192.0.2.1", 80)),
                        (socket.AF_INET6, ("::1", @PORT@)), (socket.AF_UNIX, "/run/systemd/journal/dev-log")):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(0.2)
            connection.connect(address)
        reached.append(address)
    except OSError:
        pass
try:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    reached.append("packets")
except OSError:
    pass
assert reached, "nothing could be reached"
