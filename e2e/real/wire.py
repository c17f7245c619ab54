"""What the comparisons of real programs with podid share: reading an answer, a metadata service in the namespace, waiting."""

import socket
import subprocess
import sys
import threading
import time


def read(file, request):
    """Status, headers and body of an answer."""
    status = file.readline().decode("latin-1").strip()
    headers = {}
    while line := file.readline().decode("latin-1").strip():
        name, _, value = line.partition(": ")
        headers[name.title()] = headers[name.title()] + ", " + value if name.title() in headers else value
    if request.startswith(b"HEAD ") or " 204 " in status:
        return status, headers, b""
    if headers.get("Transfer-Encoding") != "chunked":
        return status, headers, file.read(int(headers["Content-Length"])) if "Content-Length" in headers else file.read()
    body = b""
    while size := int(file.readline(), 16):
        body += file.read(size)
        file.readline()
    return status, headers, body


def forward(port, *addresses):
    """Makes 169.254.169.254:80 of this namespace podid's metadata service, and gives it these addresses too."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in ("169.254.169.254", *addresses):
        subprocess.run(["ip", "address", "add", address + "/32", "dev", "lo"], check=True)
    listening = socket.create_server(("169.254.169.254", 80), backlog=128)

    def pipe(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def accept():
        while True:
            client, _ = listening.accept()
            try:
                server = socket.create_connection(("127.0.0.1", port))
            except OSError:
                client.close()
                continue
            threading.Thread(target=pipe, args=(client, server), daemon=True).start()
            threading.Thread(target=pipe, args=(server, client), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def wait_for(what, condition):
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    sys.exit(what + " did not start")


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False
