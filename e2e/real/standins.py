"""Stand-ins in memory for what the real MIC talks to: the API server of a cluster, and Resource Manager with IMDS.

usage: standins.py FOLDER SUBSCRIPTION IDENTITY   serves Resource Manager alone; MIC's settings for it are in the folder
"""

import copy
import datetime
import json
import os
import re
import sys
import threading
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GROUP = "aadpodidentity.k8s.io/v1"
KINDS = {"pods": "Pod", "nodes": "Node", "secrets": "Secret", "configmaps": "ConfigMap", "events": "Event",
         "leases": "Lease", "namespaces": "Namespace", "serviceaccounts": "ServiceAccount",
         "azureidentities": "AzureIdentity", "azureidentitybindings": "AzureIdentityBinding",
         "azureassignedidentities": "AzureAssignedIdentity", "azurepodidentityexceptions": "AzurePodIdentityException"}


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send(self, status, value):
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler, **state):
        super().__init__(("127.0.0.1", 0), handler)
        vars(self).update(state)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Cluster:
    """Objects by resource, namespace and name, and every change that was made to them."""

    def __init__(self):
        self.changed = threading.Condition(threading.RLock())
        self.version = 100
        self.objects = {}
        self.changes = []
        self.server = Server(Api, cluster=self)

    def put(self, item, kind=None):
        kind = kind or item["kind"]
        resource = next(name for name, one in KINDS.items() if one == kind)
        with self.changed:
            key = (resource, item["metadata"].get("namespace", ""), item["metadata"]["name"])
            self.record(key, item, "MODIFIED" if key in self.objects else "ADDED")

    def remove(self, kind, namespace, name):
        resource = next(key for key, one in KINDS.items() if one == kind)
        with self.changed:
            self.record((resource, namespace, name), self.objects[resource, namespace, name], "DELETED")

    def record(self, key, item, kind):
        """Called with the lock held."""
        self.version += 1
        metadata = item["metadata"]
        metadata["resourceVersion"] = str(self.version)
        metadata.setdefault("uid", str(uuid.uuid4()))
        metadata.setdefault("creationTimestamp", now())
        if kind == "DELETED":
            self.objects.pop(key, None)
        else:
            self.objects[key] = item
        self.changes.append((self.version, key, kind, copy.deepcopy(item)))
        self.changed.notify_all()
        return item

    def all(self, resource, namespace=""):
        with self.changed:
            return [copy.deepcopy(item) for key, item in sorted(self.objects.items())
                    if key[0] == resource and namespace in ("", key[1])]

    def version_of_mic(self):
        """Of the last change, but for those of the leader election."""
        with self.changed:
            return max((version for version, key, _, _ in self.changes if key[0] != "leases"), default=0)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def merge(into, patch):
    for key, value in patch.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
    return into


def patched(item, steps):
    item = copy.deepcopy(item)
    for step in steps:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
        place = item
        for part in way:
            place = place.setdefault(part, {})
        if step["op"] == "remove":
            place.pop(last, None)
        else:
            place[last] = step["value"]
    return item


class Api(Handler):
    PATH = re.compile(r"/(?:api/(v1)|apis/([^/]+/[^/]+))(?:/namespaces/([^/]+)(?=/))?/([a-z]+)(?:/([^/]+))?(?:/status)?")

    def refuse(self, status, reason, message):
        self.send(status, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                           "message": message, "reason": reason, "code": status})

    def answer(self):
        url = urllib.parse.urlparse(self.path)
        query = urllib.parse.parse_qs(url.query)
        text = self.body()
        match = self.PATH.fullmatch(url.path)
        if url.path == "/version":
            return self.send(200, {"major": "1", "minor": "34", "gitVersion": "v1.34.2"})
        if not match:
            return self.refuse(404, "NotFound", "no " + url.path)
        group, namespace, resource, name = match[1] or match[2], match[3] or "", match[4], match[5]
        if self.command == "GET" and not name:
            if "watch" in query:
                return self.watch(resource, namespace, int(query.get("resourceVersion", ["0"])[0] or 0))
            return self.send(200, {"apiVersion": group, "kind": KINDS[resource] + "List",
                                   "metadata": {"resourceVersion": str(self.server.cluster.version)},
                                   "items": self.server.cluster.all(resource, namespace)})
        with self.server.cluster.changed:
            self.single(group, (resource, namespace, name), json.loads(text) if text else {})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def single(self, group, key, given):
        cluster = self.server.cluster
        if self.command == "POST":
            given.update(apiVersion=group, kind=KINDS[key[0]])
            given["metadata"].setdefault("namespace", key[1])
            key = (key[0], key[1], given["metadata"]["name"])
            if key in cluster.objects:
                return self.refuse(409, "AlreadyExists", f'{key[0]} "{key[2]}" already exists')
            return self.send(201, cluster.record(key, given, "ADDED"))
        present = cluster.objects.get(key)
        if present is None:
            resource = key[0] + ("" if "/" not in group else "." + group.split("/")[0])
            return self.refuse(404, "NotFound", f'{resource} "{key[2]}" not found')
        if self.command == "GET":
            return self.send(200, present)
        if self.command == "DELETE":
            if present["metadata"].get("finalizers"):
                present["metadata"]["deletionTimestamp"] = now()
                return self.send(200, cluster.record(key, present, "MODIFIED"))
            return self.send(200, cluster.record(key, present, "DELETED"))
        if self.command == "PATCH":
            steps = "json-patch" in self.headers.get("Content-Type", "")
            given = patched(present, given) if steps else merge(copy.deepcopy(present), given)
        elif given["metadata"].get("resourceVersion", present["metadata"]["resourceVersion"]) != present["metadata"]["resourceVersion"]:
            return self.refuse(409, "Conflict", "the object has been modified")
        given["metadata"].update({name: present["metadata"][name] for name in ("uid", "creationTimestamp", "deletionTimestamp")
                                  if name in present["metadata"]})
        ends = "deletionTimestamp" in given["metadata"] and not given["metadata"].get("finalizers")
        return self.send(200, cluster.record(key, given, "DELETED" if ends else "MODIFIED"))

    def watch(self, resource, namespace, version):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        cluster, seen = self.server.cluster, 0
        try:
            while True:
                with cluster.changed:
                    while seen == len(cluster.changes):
                        cluster.changed.wait(60)
                    news, seen = cluster.changes[seen:], len(cluster.changes)
                for changed, key, kind, item in news:
                    if changed > version and key[0] == resource and namespace in ("", key[1]):
                        line = json.dumps({"type": kind, "object": item}).encode() + b"\n"
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        except OSError:
            self.close_connection = True


class ResourceManager:
    """Machines and scale sets, with the identities that MIC puts on them."""

    def __init__(self):
        self.machines = {}
        self.orders = []
        self.refusals = {}
        self.server = Server(Arm, arm=self)

    def write_settings(self, folder, subscription, identity="msi-of-mic"):
        """MIC's --cloudconfig, azure.json, and the cloud that AZURE_ENVIRONMENT_FILEPATH names, environment."""
        names = ["managementPortalURL", "publishSettingsURL", "resourceManagerEndpoint", "activeDirectoryEndpoint",
                 "galleryEndpoint", "keyVaultEndpoint", "graphEndpoint"]
        audience = "https://management.azure.com/"
        with open(os.path.join(folder, "environment"), "w", encoding="utf-8") as file:
            json.dump({"name": "AZURESTACKCLOUD", "storageEndpointSuffix": "", "tokenAudience": audience,
                       "serviceManagementEndpoint": audience, **{name: self.server.url + "/" for name in names}}, file)
        with open(os.path.join(folder, "azure.json"), "w", encoding="utf-8") as file:
            json.dump({"cloud": "AzureStackCloud", "tenantId": "t", "subscriptionId": subscription, "resourceGroup": "mc_shop",
                       "vmType": "vmss", "useManagedIdentityExtension": True, "userAssignedIdentityID": identity}, file)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Arm(Handler):
    def answer(self):
        arm, text = self.server.arm, self.body()
        path = self.path.split("?")[0].lower()
        if path.startswith("/token"):
            end = int(datetime.datetime.now().timestamp()) + 3600
            return self.send(200, {"access_token": "t", "expires_in": "3600", "expires_on": str(end), "token_type": "Bearer",
                                   "not_before": str(end - 3600), "resource": "r", "refresh_token": ""})
        name = path.split("/")[-1]
        machine = arm.machines.setdefault(name, {"id": self.path.split("?")[0], "name": name, "location": "westeurope",
                                                 "properties": {"provisioningState": "Succeeded"}})
        if self.command in arm.refusals:
            status, error = arm.refusals[self.command]
            return self.send(status, error)
        if self.command == "PATCH":
            return self.change(arm, name, machine, json.loads(text).get("identity", {}))
        self.send(200, machine)

    do_GET = do_PUT = do_PATCH = do_POST = answer

    def change(self, arm, name, machine, identity):
        wanted = identity.get("userAssignedIdentities") or {}
        arm.orders.append((name, sorted(one for one, value in wanted.items() if value is not None),
                           sorted(one for one, value in wanted.items() if value is None)))
        for one in wanted:
            if one.lower() in arm.refusals:
                status, error = arm.refusals[one.lower()]
                return self.send(status, error)
        if identity.get("type") == "None":
            machine.pop("identity", None)
            return self.send(200, machine)
        present = machine.setdefault("identity", {"userAssignedIdentities": {}})
        present["type"] = identity.get("type")
        for one, value in wanted.items():
            present["userAssignedIdentities"] = {key: kept for key, kept in present["userAssignedIdentities"].items()
                                                 if key.lower() != one.lower()}
            if value is not None:
                present["userAssignedIdentities"][one] = {"principalId": "p", "clientId": "c"}
        if not present["userAssignedIdentities"]:
            machine.pop("identity")
        return self.send(200, machine)


if __name__ == "__main__":
    ResourceManager().write_settings(*sys.argv[1:])
    threading.Event().wait()
