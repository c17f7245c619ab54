"""Puts requests of chance to the real NMI and to podid's, in clusters of chance, and prints what differs.

usage: unshare --map-root-user --net nmi.py NMI PROFILE SEED SECONDS PODID...

NMI is the real program, PROFILE its version or "managed", PODID... the command that runs podid. It changes its network namespace,
where 169.254.169.254 becomes podid's metadata service, so that both pass requests on to the same one, and each pod has its
address. A seed makes the same cluster and the same requests. What may differ, and why, is in EXCEPTIONS.
"""

import base64
import collections
import concurrent.futures
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import standins
from wire import connects, forward, read, wait_for

SUBSCRIPTION = "/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
TENANT = "10000000-0000-4000-8000-000000000001"
AUTHORITY = "https://localhost:8443/"
TOKEN = "/metadata/identity/oauth2/token"
STORAGE = "https%3A%2F%2Fstorage.azure.com%2F"
PARTS = ["metadata", "metadata", "Metadata", "METADATA", "identity", "identity", "oauth2", "token", "token", "instance", "host",
         "tokenX", "x", "..", ".", "", "%2e%2e", "%2E", "%2F", "%0A", "%0D", "%74oken", "%5C", "\\", "%zz", "%25", "a%20b", ";",
         "+", "a:b", "%C3%BC", "'", "[", "compute", "info", "~", "%7e", "%3F", "%23", "*", "(", "!", "|", "^", '"', "<"]
PATHS = [TOKEN] * 30 + [TOKEN + "/", TOKEN + "X", "/metadata/instance", "/Metadata/instance", "/unknown", "/", "/host/token",
                        "/metadata/identity/info", "/metadata/identity/xoauth2token", "/metadata/./identity/oauth2/token",
                        "/metadata/identity//oauth2/token", "/metadata/identity%2Foauth2%2Ftoken", "/metadata/instance/compute"]
RESOURCES = [STORAGE] * 12 + ["", "x", "a%20b", "a%22b%3C%26%0A", "%zz", "https%3A%2F%2Fstorage.azure.com%2F%3Fa%26b%3C", "a;b", "%C3%BC",
                              "%E2%80%A8", "%F0%9F%98%80", "%FF%FE", "a%C3", "%ED%A0%80", "https://vault.azure.net", "a+b", "a=b", "%00", "%7F", "a'b", "\\"]
TENANTS = [TENANT] * 8 + [TENANT.upper(), TENANT + "\n", TENANT + "/x", TENANT + "?x", TENANT + "#x", "::bad", "a:b", "%zz", " ", "a b",
                          "contoso.onmicrosoft.com", "/" + TENANT, "../" + TENANT, "é", "a%2Fb", "[x]", ""]
ENDPOINTS = [AUTHORITY] * 10 + [AUTHORITY[:-1], AUTHORITY + "x", AUTHORITY + "x/", "::bad", "http://[::1", " " + AUTHORITY, "localhost:8443",
                                "localhost", "https:localhost", "https:///x", "https://local host/", "https://localhost:84a3/", "ftp://localhost/",
                                "/x", "x/y", "https://localhost:8443/%zz", "https://localhost:8443/a/../b/", "HTTPS://localhost:8443/",
                                "https://localhost:8443/?a=b", "https://localhost:8443/a%20b/", "https://localhost:8443/a b/", "\x7f"]
SECRETS = ["s3cret", "s3cret", "s3cret", "", "s3cret\n", "é", "a&b=c"]

# What may differ: whether it does is told from the request, the real answer and ours.
EXCEPTIONS = {
    "a client that doubles the slash is answered": lambda ask, real, ours: ask.target.lower().startswith("//metadata/"),
    "one of several by chance": lambda ask, real, ours: ask.several,
    "a text that a token may be in is not quoted": lambda ask, real, ours: "Failed to unmarshal" in real[2] and "Failed to unmarshal" in ours[2],
    "the release was built with an older Go, to which a semicolon separates": lambda ask, real, ours:
        ask.old and ";" in ask.target,
    "a redirect names no host that a client has made up": lambda ask, real, ours:
        "://" in ask.target and real[1].get("Location", "").partition("://")[2].partition("/")[2] == ours[1].get("Location", "x")[1:],
    "a refusal of HTTP/1.0 is written as 1.1": lambda ask, real, ours:
        real[0] == "HTTP/1.0 417 Expectation Failed" and ours[0] == "HTTP/1.1 417 Expectation Failed",
    "client-go is newer than the release's": lambda ask, real, ours: "failed to get Kubernetes secret" in real[2] and real[0] == ours[0],
}


Ask = collections.namedtuple("Ask", "pod address port target raw several old")


class World:
    """Objects of a cluster, made by chance."""

    def __init__(self, seed, certificates, profile):
        self.random = random.Random(seed)
        self.certificates, self.profile, self.old, self.recent = certificates, profile, profile == "1.5.4", profile in ("1.8.17", "managed")
        self.objects, self.pods, self.identities, self.bindings = [], [], [], []
        for number in range(self.random.randint(2, 9)):
            self.identity(number)
        for number in range(self.random.randint(3, 12)):
            self.binding(number)
        for number in range(self.random.randint(0, 2)):
            labels = {"app": self.pick(["a", "A", "b"])} if self.chance(0.9) else {}
            self.add("aadpodidentity.k8s.io/v1", "AzurePodIdentityException", self.namespace(), f"e{number}", spec={"podLabels": labels})
        for number in range(8):
            self.pod(number)

    def chance(self, share):
        return self.random.random() < share

    def pick(self, values):
        return self.random.choice(values)

    def namespace(self):
        return self.pick(["default", "default", "default", "team"])

    def add(self, version, kind, namespace, name, **more):
        item = {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **more}
        self.objects.append(item)
        return item

    def identity(self, number):
        client = f"aaaaaaaa-0000-4000-8000-{number + 1:012d}"
        # Version 1.5.4 knows no other authority than one that cannot be reached here.
        spec = {"type": self.pick([0, 0, 3] if self.old else [0, 0, 0, 1, 1, 2, 2, 3])}
        if spec["type"] == 0:
            spec["resourceID"] = self.pick([SUBSCRIPTION] * 9 + ([] if self.old else ["", SUBSCRIPTION[1:]])) + f"i{number}"
            spec["clientID"] = self.pick([client] * 6 + [client.upper(), "", "x", " " + client])
        else:
            spec.update(clientID=self.pick([client] * 9 + ["", "x"]), tenantID=self.pick(TENANTS), adEndpoint=self.pick(ENDPOINTS))
            spec["clientPassword"] = self.pick([{"name": f"s{number}", "namespace": "default"}] * 9 + [{"name": "none", "namespace": "default"}, {}])
            if spec["type"] == 1 and self.chance(0.15) and not self.old:
                spec["auxiliaryTenantIDs"] = [self.pick(TENANTS) for _ in range(self.pick([1, 1, 2, 3, 4]))]
            data = {"key": base64.b64encode(self.pick(SECRETS).encode()).decode()}
            if spec["type"] == 2:
                data = {"certificate": self.certificate(), "password": base64.b64encode(self.pick(["pw"] * 6 + ["", "no", "pw\n", "pä€"]).encode()).decode()}
                for key in ("certificate", "password"):
                    if self.chance(0.05):
                        del data[key]
            self.add("v1", "Secret", "default", f"s{number}", data=data)
        item = self.add("aadpodidentity.k8s.io/v1", "AzureIdentity", self.namespace(), f"i{number}", spec=spec)
        if self.chance(0.15):
            item["metadata"]["annotations"] = {"aadpodidentity.k8s.io/Behavior": self.pick(["namespaced", "Namespaced"])}
        self.identities.append(item)

    def certificate(self):
        """One of those given, sometimes with a byte changed, cut or added."""
        content = bytearray(base64.b64decode(self.pick(self.certificates)))
        how = self.random.random()
        if how < 0.25 and content:
            content[self.random.randrange(min(len(content), 60))] = self.random.randrange(256)
        elif how < 0.3:
            del content[self.random.randrange(len(content) + 1):]
        elif how < 0.35:
            content += b"\n"
        return base64.b64encode(bytes(content)).decode()

    def binding(self, number):
        identity = self.pick(self.identities)
        namespace = identity["metadata"]["namespace"] if self.chance(0.9) else self.namespace()
        name = identity["metadata"]["name"] if self.chance(0.95) else "none"
        selector = self.pick(["a", "b", "c", "d", "A"])
        self.bindings.append(self.add("aadpodidentity.k8s.io/v1", "AzureIdentityBinding", namespace, f"b{number}",
                                      spec={"azureIdentity": name, "selector": selector}))

    def pod(self, number):
        labels = {"aadpodidbinding": self.pick(["a", "b", "c", "d"])} if self.chance(0.92) else {}
        if self.chance(0.15):
            labels["app"] = self.pick(["a", "b", "c"])
        pod = self.add("v1", "Pod", self.namespace(), f"p{number}",
                       spec={"nodeName": "node-1", "containers": [{"name": "c", "image": "i"}]})
        pod["metadata"]["labels"] = labels
        self.pods.append(pod)

    def assigned(self, force):
        """What MIC makes of it: for each pod the identities of its bindings."""
        for pod in self.pods:
            space, label = pod["metadata"]["namespace"], pod["metadata"]["labels"].get("aadpodidbinding")
            seen = set()
            for binding in sorted(self.bindings, key=lambda one: (one["metadata"]["namespace"], one["metadata"]["name"])):
                identity = next((one for one in self.identities if one["metadata"]["name"] == binding["spec"]["azureIdentity"]
                                 and one["metadata"]["namespace"] == binding["metadata"]["namespace"]), None)
                if label is None or binding["spec"]["selector"] != label or identity is None or identity["metadata"]["name"] in seen:
                    continue
                near = force or identity["metadata"].get("annotations", {}).get("aadpodidentity.k8s.io/Behavior") == "namespaced"
                if near and identity["metadata"]["namespace"] != space or force and binding["metadata"]["namespace"] != space:
                    continue
                shape = r"(?i)/subscriptions/(.*)/resourcegroups/(.*)/providers/Microsoft.ManagedIdentity/userAssignedIdentities/(.*)"
                if identity["spec"]["type"] == 0 and not self.old and not re.search(shape, identity["spec"]["resourceID"]):
                    continue
                seen.add(identity["metadata"]["name"])
                yield pod, binding, identity


class Requests:
    def __init__(self, world, addresses, assigned):
        self.world, self.addresses, self.assigned = world, addresses, assigned
        self.busy = [pod for pod in world.pods if assigned[key(pod)]] or world.pods

    def one(self):
        pick, chance = self.world.pick, self.world.chance
        pod = pick(self.busy if chance(0.93) else self.world.pods)
        identities = self.assigned[key(pod)]
        query = []
        if chance(0.9):
            query.append(pick(["resource"] * 15 + ["Resource", "re%73ource"]) + "=" + pick(RESOURCES))
        if chance(0.5):
            query.append("api-version=" + pick(["2018-02-01", "", "1900-01-01"]))
        if chance(0.35):
            query.append("client_id=" + self.client(identities))
        if chance(0.25):
            query.append(pick(["msi_res_id", "msi_res_id", "mi_res_id", "object_id"]) + "=" + self.resource(identities))
        if chance(0.1):
            query.append(pick(["resource=other", "client_id=", "a;b", "%zz=1", "=", "x", "&", "resource=%", "\xfc=\xfc", "a=%2", "client_id"]))
        self.world.random.shuffle(query)
        target = (pick(PATHS) if chance(0.85) else "/" + "/".join(pick(PARTS) for _ in range(self.world.random.randint(1, 7))))
        target += "?" + "&".join(query) if query else pick(["", "", "?"])
        method = pick(["GET"] * 16 + ["POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
        headers = [pick(["Metadata: true"] * 16 + ["metadata:true", "Metadata: True", "Metadata:  true ", "Metadata: false", "X: y"])]
        headers += [line for line, share in (("X-Forwarded-For: 1.2.3.4", 0.05), ("Accept: */*", 0.2), ("Metadata: false", 0.03),
                                             ("Connection: close", 0.05), ("X-Ms: \xfc", 0.02), ("Accept-Encoding: gzip", 0.1)) if chance(share)]
        if chance(0.98):
            headers.insert(0, "Host: " + pick(["169.254.169.254"] * 16 + ["localhost", "x", "169.254.169.254:80", "a b", "a/b", "[::1]:80", "\xfc", ""]))
        # What Go's server reads in its own way: lines that are folded, lengths that are said twice, what a client expects.
        headers += [line for line, share in (("X: a\r\n b", 0.03), ("Expect: x", 0.02), ("Connection: keep-alive", 0.05)) if chance(share)]
        body = pick(["", "a=b", "resource=" + STORAGE]) if method in ("POST", "PUT", "PATCH") else ""
        if method in ("POST", "PUT", "PATCH"):
            headers.append(f"Content-Length: {len(body)}")
        # The real one reads no body, so it gives no leave to send one.
        elif chance(0.02):
            headers.append("Expect: 100-continue")
        if chance(0.02):
            headers += [f"Content-Length: {len(body)}", f"Content-Length: {len(body)}"]
        version = "HTTP/1.0" if chance(0.02) else "HTTP/1.1"
        if chance(0.03):
            target = pick(["http://169.254.169.254", "http://other.example", "HTTP://localhost:80"]) + target
        raw = f"{method} {target} {version}\r\n" + "".join(line + "\r\n" for line in headers) + "\r\n" + body
        address, port = self.addresses[key(pod)]
        return Ask(key(pod), address, port, target, raw.encode("latin-1"), len(fitting(identities, query, self.world.profile)) > 1, not self.world.recent)

    def client(self, identities):
        own = [one["spec"]["clientID"].strip() for one in identities if one["spec"].get("clientID")] or ["x"]
        any_of = f"aaaaaaaa-0000-4000-8000-{self.world.random.randint(1, 9):012d}"
        return self.world.pick([self.world.pick(own)] * 8 + [self.world.pick(own).upper(), any_of, "x", "%20"])

    def resource(self, identities):
        own = [one["spec"]["resourceID"] for one in identities if one["spec"].get("resourceID")] or ["x"]
        return self.world.pick([self.world.pick(own)] * 6 + [self.world.pick(own).upper(), SUBSCRIPTION + "none", ""])


def fitting(identities, query, profile):
    """The identities that a query means: all, if it names none."""
    given = urllib.parse.parse_qs("&".join(query), keep_blank_values=True)
    names = {"1.5.4": ["client_id"], "1.6.3": ["client_id", "msi_res_id"]}.get(profile, ["client_id", "msi_res_id", "mi_res_id"])
    wanted = {given[name][0].lower() for name in names if given.get(name, [""])[0]}
    if not wanted:
        return identities
    return [one for one in identities if {one["spec"].get("clientID", "").lower(), one["spec"].get("resourceID", "").lower()} & wanted]


def lower(item):
    """With the names of fields in lower case too, as 1.5.4 writes them."""
    if isinstance(item, dict):
        return {name: lower(value) for pair in item.items() for name, value in (pair, (pair[0].lower(), pair[1]))}
    return [lower(one) for one in item] if isinstance(item, list) else item


def key(item):
    return item["metadata"]["namespace"] + "/" + item["metadata"]["name"]


def asked(address, source, request):
    """Status, headers and body, without what differs from run to run."""
    try:
        with socket.create_connection(address, timeout=30, source_address=(source, 0)) as connection:
            connection.sendall(request)
            return masked(request, *read(connection.makefile("rb"), request))
    except OSError as error:
        return type(error).__name__, {}, ""


def masked(request, status, headers, body):
    text = body.decode("utf-8", "replace")
    mask = re.sub(r"eyJ[\w-]+\.([\w-]+)\.[\w-]*", token, text)
    mask = re.sub(r'("(?:expires_on|not_before|expires_in)":")\d+', r"\1<time>", mask)
    mask = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?", "<time>", mask)
    mask = re.sub(r"(?!aaaaaaaa|[12]0000000)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", mask)
    # The flags differ, so that it takes less time.
    mask = re.sub(r"after \d+ attempts, retry duration \[\d+\]s", "after <n> attempts", mask)
    if mask != text or request.startswith(b"HEAD "):
        headers.pop("Content-Length", None)
    headers.pop("Date", None)
    # Go's server takes a longer answer for one without an end.
    headers.pop("Transfer-Encoding", None)
    return status, headers, mask


def token(match):
    claims = json.loads(base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
    return f"<token {claims.get('appid')} {claims.get('aud')}>"


class Comparison:
    """One cluster, the real NMI and podid's on it."""

    def __init__(self, folder, nmi, profile, seed, podid, certificates):
        self.folder, self.nmi, self.profile, self.podid = folder, nmi, profile, podid
        self.old, self.managed = profile == "1.5.4", profile == "managed"
        self.world = World(seed, certificates, profile)
        self.force = self.managed or self.world.chance(0.2) and not self.old

    def start(self):
        manifests, out = os.path.join(self.folder, "objects.json"), os.path.join(self.folder, "out")
        with open(manifests, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": self.world.objects}, file)
        flags = ["--force-namespaced"] if self.force else []
        self.ours = subprocess.Popen(
            [*self.podid, "serve", "--json", "--profile", self.profile, "--imds-port", "8090", "--entra-port", "8443", "--time-scale", "200", "--any-resource",
             *flags, manifests], stdin=subprocess.DEVNULL, stdout=open(out, "w", encoding="utf-8"),
            stderr=open(os.path.join(self.folder, "podid.log"), "w", encoding="utf-8"))
        wait_for("podid", lambda: open(out, encoding="utf-8").readline().endswith("\n"))
        self.served = json.loads(open(out, encoding="utf-8").readline())
        self.cluster = standins.Cluster()
        self.addresses, self.assigned = {}, collections.defaultdict(list)
        for number, pod in enumerate(self.world.pods):
            address = f"10.244.0.{number + 4}"
            port = next(one["imds"] for one in self.served["pods"] if f"{one['namespace']}/{one['name']}" == key(pod)).rsplit(":", 1)[1]
            self.addresses[key(pod)] = address, int(port)
            pod["status"] = {"phase": "Running", "podIP": address}
        for item in self.world.objects:
            self.cluster.put(item)
        for pod, binding, identity in self.world.assigned(self.force):
            self.assigned[key(pod)].append(identity)
            name = "-".join((pod["metadata"]["name"], pod["metadata"]["namespace"], identity["metadata"]["name"]))
            item = {"apiVersion": "aadpodidentity.k8s.io/v1", "kind": "AzureAssignedIdentity",
                    "metadata": {"name": name, "namespace": identity["metadata"]["namespace"] if self.force else "default", "labels": {"nodename": "node-1"}},
                    "spec": {"azureIdentityRef": identity, "azureBindingRef": binding, "pod": pod["metadata"]["name"],
                             "podNamespace": pod["metadata"]["namespace"], "nodename": "node-1"}, "status": {"status": "Assigned"}}
            self.cluster.put(lower(item) if self.old else item)
        self.start_real()

    def start_real(self):
        kubeconfig, programs = os.path.join(self.folder, "kubeconfig"), os.path.join(self.folder, "bin")
        os.makedirs(programs, exist_ok=True)
        with open(os.path.join(programs, "iptables"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho 'iptables v1.8.9 (legacy)'\n")
        os.chmod(file.name, 0o755)
        with open(kubeconfig, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                       "clusters": [{"name": "c", "cluster": {"server": self.cluster.server.url}}], "users": [{"name": "u", "user": {}}]}, file)
        flags = ["--node=node-1", "--nmi-port=2579", "--http-probe-port=2580", "--prometheus-port=2581", "--retry-attempts-for-created=2",
                 "--retry-attempts-for-assigned=1", "--find-identity-retry-interval=1"]
        flags += ["--host-ip=10.244.0.99"] if self.old else []
        flags += ["--allow-network-plugin-kubenet", "--nmi-listen-address=0.0.0.0"] if self.world.recent else []
        flags += ["--operation-mode=managed"] if self.managed else []
        flags += ["--forceNamespaced"] if self.force else []
        self.theirs = subprocess.Popen(
            [self.nmi, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(os.path.join(self.folder, "nmi.log"), "w", encoding="utf-8"),
            env={"PATH": programs + ":" + os.environ["PATH"], "KUBECONFIG": kubeconfig, "SSL_CERT_FILE": self.served["ca"]})
        wait_for("the real NMI", lambda: connects(2579))
        # Until its informers know the cluster, it finds no pods.
        time.sleep(1.5)

    def compare(self, count):
        requests = Requests(self.world, self.addresses, self.assigned)
        asks = [requests.one() for _ in range(count)]
        with concurrent.futures.ThreadPoolExecutor(24) as threads:
            real = list(threads.map(lambda ask: asked(("127.0.0.1", 2579), ask.address, ask.raw), asks))
        with concurrent.futures.ThreadPoolExecutor(12) as threads:
            ours = list(threads.map(lambda ask: asked(("127.0.0.1", ask.port), "127.0.0.1", ask.raw), asks))
        return zip(asks, real, ours)

    def close(self):
        if self.theirs.poll() is not None:
            print(open(os.path.join(self.folder, "nmi.log"), encoding="utf-8").read()[-2000:])
        for process in (self.theirs, self.ours):
            process.kill()
            process.wait(30)
        self.cluster.close()


def main():
    nmi, profile, seed, seconds, *podid = sys.argv[1:]
    first = seed = int(seed)
    forward(8090, *(f"10.244.0.{number}" for number in range(4, 40)))
    certificates = re.findall(r'"certificate": (?:&\w+ )?"([^"]*)"', open(os.path.join(
        os.path.dirname(__file__), "../../pod-identity/emulator/src/test/resources/cases/real/applications.yaml"), encoding="utf-8").read())
    count, differing, excepted, statuses, end = 0, 0, collections.Counter(), collections.Counter(), time.monotonic() + float(seconds)
    while True:
        with tempfile.TemporaryDirectory() as folder:
            comparison = Comparison(folder, nmi, profile, seed, podid, certificates)
            try:
                comparison.start()
                for ask, real, ours in comparison.compare(500):
                    count += 1
                    statuses[real[0].partition(" ")[2]] += 1
                    if real == ours:
                        continue
                    reason = next((name for name, applies in EXCEPTIONS.items() if applies(ask, real, ours)), None)
                    if reason:
                        excepted[reason] += 1
                        continue
                    differing += 1
                    if differing <= 40:
                        print(f"seed {seed}, pod {ask.pod}: {ask.raw!r}", f"   real {real!r}", f"   ours {ours!r}",
                              f"   {json.dumps([one['spec'] for one in comparison.assigned[ask.pod]])[:1500]}", sep="\n", flush=True)
            finally:
                comparison.close()
        seed += 1
        if time.monotonic() > end:
            break
    print(f"nmi {profile}: seeds {first} to {seed - 1}, {count} requests, {sum(excepted.values())} excepted, {differing} differ")
    print("   " + ", ".join(f"{times} {status}" for status, times in statuses.most_common()))
    for reason, times in excepted.items():
        print(f"   {times} excepted: {reason}")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
