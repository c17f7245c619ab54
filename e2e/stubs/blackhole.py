"""An address where connections are neither accepted nor refused: blackhole.py HOST PORT.

A listener whose queue is full drops what comes next, as a firewall does. Prints a line when it is so.
"""
import socket
import sys
import threading

address = (sys.argv[1], int(sys.argv[2]))
listener = socket.socket()
listener.bind(address)
listener.listen(0)
full = []
while True:
    client = socket.socket()
    client.settimeout(0.5)
    full.append(client)
    try:
        client.connect(address)
    except OSError:
        break
print("full after", len(full) - 1, flush=True)
threading.Event().wait()
