"""A metadata service that answers wrongly, one port for each kind of wrong answer.

Prints one JSON object, kind to base URL, and serves until it is ended. Loopback only.
"""
import json
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    kind = ""

    def log_message(self, *_):
        pass

    def reply(self, status, body, content_type="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        getattr(self, "answer_" + self.kind)()

    def answer_bad_request(self):
        self.reply(400, '{"error":"invalid_request","error_description":"Identity not found"}')

    def answer_not_found(self):
        self.reply(404, "no AzureAssignedIdentity found for pod:default/podidentitydemo\n", "text/plain")

    def answer_server_error(self):
        self.reply(500, '{"error":"unknown","error_description":"Failed to retrieve token from the Active Directory"}')

    def answer_garbage(self):
        self.reply(200, "<html>Sign in to the hotel's network</html>", "text/html")

    def answer_no_token(self):
        self.reply(200, '{"token_type":"Bearer","expires_in":"3600"}')

    def answer_endless(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"access_token":"')
        try:
            while True:
                self.wfile.write(b"A" * 65536)
        except OSError:
            pass

    def answer_drip(self):
        """One byte now and then: no read ever times out, the whole never ends."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            pass

    def answer_silent(self):
        time.sleep(3600)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


bases = {}
for name in [n[len("answer_"):] for n in dir(Handler) if n.startswith("answer_")]:
    server = Server(("127.0.0.1", 0), type("Handler_" + name, (Handler,), {"kind": name}))
    bases[name] = "http://127.0.0.1:%d" % server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps(bases), flush=True)
threading.Event().wait()
