"""Opens TLS connections that ask nothing, from many addresses, and asks from another address meanwhile.

usage: idle.py HOST PORT COUNT ADDRESS... -- ADDRESS     the last ADDRESS asks; the others only connect
"""

import socket
import ssl
import statistics
import sys
import time

HOST, PORT, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
IDLE, ASKING = sys.argv[4:-2], sys.argv[-1]
REQUESTS = 20
TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


def connect(address):
    plain = socket.create_connection((HOST, PORT), 20, (address, 0))
    try:
        return TRUSTING.wrap_socket(plain, server_hostname="login.microsoftonline.com")
    except OSError:
        plain.close()
        raise


def is_open(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False


def main():
    connections, refused = [], 0
    for number in range(COUNT):
        try:
            connections.append(connect(IDLE[number % len(IDLE)]))
        except OSError:
            refused += 1
    answered, times = 0, []
    for _ in range(REQUESTS):
        began = time.monotonic()
        try:
            with connect(ASKING) as connection:
                connection.sendall(b"GET /common/discovery/v2.0/keys HTTP/1.1\r\nHost: login.microsoftonline.com\r\nConnection: close\r\n\r\n")
                answered += connection.recv(100).startswith(b"HTTP/1.1 ")
        except OSError:
            continue
        times.append(time.monotonic() - began)
    print(f"{COUNT} connections of {len(IDLE)} addresses: {len(connections)} were accepted, {refused} were not, "
          f"{sum(map(is_open, connections))} are open; another address was answered {answered} of {REQUESTS} times, "
          f"median {1000 * statistics.median(times or [0]):.0f} ms")
    sys.exit(0 if answered == REQUESTS else 1)


main()
