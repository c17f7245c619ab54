"""Puts requests of chance to the real proxy of workload identity and to podid's, and prints what differs.

usage: unshare --map-root-user --net proxy.py PROXY SEED SECONDS PODID...

PROXY is the real program, PODID... the command that runs podid. It changes its network namespace, where 169.254.169.254
becomes podid's metadata service, so that both proxies pass requests on to the same one. A seed makes the same requests.
"""

import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time

from wire import connects, forward, read, wait_for

PREFIX = "azure.workload.identity/"
CLIENT = "21111111-1111-4111-8111-111111111111"
TOKEN = "/metadata/identity/oauth2/token"
PATHS = [TOKEN] * 8 + [
    TOKEN + "/", TOKEN + "XYZ", "/METADATA/identity/oauth2/token", "/metadata/Identity/oauth2/token", "/readyz", "/readyzX",
    "/metadata/identity/oauth2/%74oken", "/metadata/./identity/oauth2/token", "/x/../metadata/identity/oauth2/token",
    "/metadata/identity/oauth2//token", "/metadata/instance", "/unknown", "/", "/metadata/identity/oauth2", "/metadata/%2e%2e/x",
    "/metadata/identity%2Foauth2%2Ftoken", "/Readyz", "/healthz", "/metadata/identity/oauth2/to%20ken"]
RESOURCES = ["https%3A%2F%2Fstorage.azure.com%2F", "https://vault.azure.net", "https://management.azure.com/.default", "", "x",
             "a%20b", "a%22b%3C%26%0A", "api://11111111-1111-4111-8111-111111111111", "https://storage.azure.com//", "%zz", "ü",
             "https%3A%2F%2Fstorage.azure.com%2F%3Fa%26b%3C"]
CLIENTS = [CLIENT, CLIENT.upper(), "", "abc", "99999999-0000-4000-8000-000000000000", "a%26b", "%20" + CLIENT]


class Requests:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self):
        chance, pick = self.random.random, self.random.choice
        query = []
        if chance() < 0.8:
            query.append("api-version=" + pick(["2018-02-01", "2021-02-01", "", "1900-01-01"]))
        if chance() < 0.85:
            query.append(pick(["resource"] * 9 + ["Resource"]) + "=" + pick(RESOURCES[:3] * 2 + RESOURCES))
        if chance() < 0.4:
            query.append("client_id=" + pick(CLIENTS))
        if chance() < 0.1:
            query.append(pick(["msi_res_id=x", "object_id=x", "resource=other", "client_id=other", "a;b", "%zz=1", "=", "x"]))
        self.random.shuffle(query)
        method = pick(["GET"] * 8 + ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"])
        headers = "".join(line + "\r\n" for line in ["Metadata: true"] * (chance() < 0.8) + ["X-Forwarded-For: 1.2.3.4"] * (chance() < 0.1)
                          + ["Accept: */*"] * (chance() < 0.2))
        body = "a=b" if method in ("POST", "PUT") and chance() < 0.7 else ""
        if method in ("POST", "PUT"):
            headers += f"Content-Length: {len(body)}\r\n"
        target = pick(PATHS) + ("?" + "&".join(query) if query else "")
        return f"{method} {target} HTTP/1.1\r\nHost: 169.254.169.254\r\n{headers}\r\n{body}".encode()


def asked(port, request):
    """Status, headers and body, without what differs from run to run."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        status, headers, body = read(connection.makefile("rb"), request)
    text = body.decode("utf-8", "replace")
    masked = re.sub(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", "<token>", text)
    masked = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?= (?:Correlation|Timestamp)|\")", "<id>", masked)
    masked = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "<time>", masked)
    masked = re.sub(r'("(?:expires_on|not_before)":")\d{10}', r"\1<time>", masked)
    # The real one keeps a token, and counts down.
    masked = re.sub(r'("expires_in":)\d+', r"\1<time>", masked)
    if masked != text or request.startswith(b"HEAD "):
        headers.pop("Content-Length", None)
    headers.pop("Date", None)
    return status, headers, masked


def main():
    proxy, seed, seconds, *podid = sys.argv[1:]
    first = seed = int(seed)
    forward(8090)
    with tempfile.TemporaryDirectory() as folder:
        manifests, out = os.path.join(folder, "pods.json"), os.path.join(folder, "out")
        container = {"name": "c", "image": "i"}
        account = {"apiVersion": "v1", "kind": "ServiceAccount",
                   "metadata": {"name": "a", "namespace": "default", "annotations": {PREFIX + "client-id": CLIENT}}}
        pod = {"apiVersion": "v1", "kind": "Pod", "spec": {"serviceAccountName": "a", "containers": [container]}, "metadata": {
            "name": "p", "namespace": "default", "labels": {PREFIX + "use": "true"},
            "annotations": {PREFIX + "inject-proxy-sidecar": "true"}}}
        with open(manifests, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": [account, pod]}, file)
        ours = subprocess.Popen([*podid, "serve", "--json", "--any-resource", "--profile", "workload-identity", "--webhook", "1.6.0",
                                 "--imds-port", "8090", manifests],
                                stdin=subprocess.DEVNULL, stdout=open(out, "w", encoding="utf-8"), stderr=subprocess.DEVNULL)
        wait_for("podid", lambda: open(out, encoding="utf-8").readline().endswith("\n"))
        served = json.loads(open(out, encoding="utf-8").readline())
        environment = served["pods"][0]["env"]
        theirs = subprocess.Popen(
            [proxy, "-proxy-port=8000", "-log-level=info"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**environment, "PATH": os.environ["PATH"], "SSL_CERT_FILE": served["ca"]})
        own = int(served["pods"][0]["imds"].rsplit(":", 1)[1])
        try:
            wait_for("the real proxy", lambda: connects(8000))
            count, differing, end = 0, 0, time.monotonic() + float(seconds)
            while True:
                requests = Requests(seed)
                for _ in range(200):
                    request = requests.one()
                    real, emulated = asked(8000, request), asked(own, request)
                    count += 1
                    if real != emulated:
                        differing += 1
                        if differing <= 20:
                            print(f"seed {seed}: {request!r}", f"   real {real!r}", f"   ours {emulated!r}", sep="\n", flush=True)
                seed += 1
                if time.monotonic() > end:
                    break
        finally:
            theirs.kill()
            ours.terminate()
            ours.wait(30)
    print(f"proxy: seeds {first} to {seed - 1}, {count} requests, {differing} differ")
    sys.exit(differing > 0)


main()
