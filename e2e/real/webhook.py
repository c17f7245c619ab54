"""Asks the real webhook of workload identity and podid's about pods of chance, and prints what differs.

usage: webhook.py WEBHOOK SEED SECONDS CLUSTER...

WEBHOOK is the real program, CLUSTER... the command that serves a cluster with its API server, ServedClusterMain of podid's
tests. The real one reads the service accounts from there, so both know the same cluster. A seed makes the same pods again;
the next batch has the next seed.
"""

import base64
import copy
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

PREFIX = "azure.workload.identity/"
CLIENT = "21111111-1111-4111-8111-111111111111"
TENANT = "10000000-0000-4000-8000-000000000001"
REFUSED = 'admission webhook "mutation.azure-workload-identity.io" denied the request: '
NUMBERS = ["3600", "86400", "3599", "86401", "", " 3600", "3600 ", "+7200", "-1", "0x1000", "1_000", "1e4", "07200",
           "99999999999999999999", "9223372036854775807", "-9223372036854775808", "x", "8080", "0", "65536", "2147483647",
           "2147483648", "-2147483648", "-2147483649", "٣٦٠٠", "3600.0", "1h", "null", "true"]
WORDS = ["true", "false", "True", "TRUE", "", "yes", "0", " true"]
VARIABLES = ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST", "X",
             "AZURE_KUBERNETES_TOKEN_PROXY", "AZURE_KUBERNETES_CA_FILE", "azure_client_id"]
# Fields that Kubernetes has got since 1.31, with whose library version 1.6.0 was released; it removes them.
NEWER = {"hostnameOverride": "x", "workloadRef": {"name": "w"}, "schedulingGroup": {"podGroupName": "g"}}
NEWER_OF_CONTAINERS = {"restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}],
                       "lifecycle": {"stopSignal": "SIGTERM", "preStop": {"sleep": {"seconds": 1}}}}
# These are of 1.32, which the real program here was built with.
OF_THE_BUILD = {"resources": {"limits": {"cpu": "1"}}, "securityContext": {"seLinuxChangePolicy": "Recursive"}}
CONTAINERS = ["main", "a", "b", "azwi-proxy", "azwi-proxy-init", "c-1"]


class Pods:
    """Pods of chance."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, values, most=3):
        return self.random.sample(values, self.random.randint(0, min(most, len(values))))

    def maybe(self, share=0.5):
        return self.random.random() < share

    def account(self, name):
        given = {}
        for key, values in {
            "client-id": [CLIENT, "", " " + CLIENT, "not-a-guid", "ü"],
            "tenant-id": [TENANT, "", "31111111-1111-4111-8111-111111111111", " "],
            "service-account-token-expiration": NUMBERS,
        }.items():
            if self.maybe(0.6):
                given[PREFIX + key] = values[0] if self.maybe(0.5) else self.random.choice(values)
        return {"apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": {"name": name, "namespace": "default", "annotations": given}}

    def annotations(self):
        given = {}
        for key, values, share in [
            ("inject-proxy-sidecar", WORDS, 0.4),
            ("proxy-sidecar-port", NUMBERS, 0.3),
            ("service-account-token-expiration", NUMBERS, 0.3),
            ("use-identity-binding", WORDS, 0.3),
            ("use-something", WORDS, 0.1),
        ]:
            if self.maybe(share):
                given[PREFIX + key] = self.random.choice(values[:2] if self.maybe(0.6) else values)
        if self.maybe(0.3):
            names = self.some(CONTAINERS + ["init", "", " main ", "MAIN"], 4)
            given[PREFIX + "skip-containers"] = self.random.choice([";", "; ", ",", ";;"]).join(names)
        return given

    def variable(self, name):
        if self.maybe(0.2):
            return {"name": name, "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
        return {"name": name, "value": self.random.choice(["mine", "", "$(X)"])} if self.maybe(0.8) else {"name": name}

    def container(self, name, volumes, init):
        made = {"name": name, "image": self.random.choice(["i", "registry.example/i:1", "i@sha256:0"])}
        if self.maybe():
            made["env"] = [self.variable(one) for one in self.some(VARIABLES, 4)]
        if self.maybe(0.4) and volumes:
            made["volumeMounts"] = [
                {"name": one, "mountPath": self.random.choice(["/v", "/var/run/secrets/azure/wi", "/w"]) + str(number),
                 **({"readOnly": self.maybe()} if self.maybe(0.3) else {}), **({"subPath": "p"} if self.maybe(0.1) else {})}
                for number, one in enumerate(self.some(volumes, 2))]
        if self.maybe(0.2):
            made["securityContext"] = {"runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
        if self.maybe(0.2):
            made["args"], made["command"] = ["--x"], ["/c"]
        if self.maybe(0.2):
            made["resources"] = {"limits": {"memory": "1Gi"}}
        if self.maybe(0.2):
            made["ports"] = [{"containerPort": 8000, "name": "http"}]
        if self.maybe(0.1):
            made["lifecycle"] = {"preStop": {"sleep": {"seconds": 1}}}
        if init and self.maybe(0.3):
            made["restartPolicy"] = "Always"
        if self.maybe(0.1):
            made.update({key: copy.deepcopy(NEWER_OF_CONTAINERS[key]) for key in self.some(list(NEWER_OF_CONTAINERS), 2)})
        if self.maybe(0.05):
            made.setdefault("env", []).append({"name": "FILE", "valueFrom": {"fileKeyRef": {"path": "p", "volumeName": "v", "key": "k"}}})
        return made

    def volume(self, name):
        kinds = [{"projected": {"sources": [{"podCertificate": {"signerName": "s", "keyType": "ED25519"}}]}}, {"emptyDir": {}}, {"secret": {"secretName": "s"}}, {"projected": {"sources": [
            {"serviceAccountToken": {"path": "token", "audience": "other", "expirationSeconds": 7200}}]}}]
        return {"name": name, **self.random.choice(kinds)}

    def spec(self, accounts, reserved):
        volumes = self.some(["v", "w", reserved, "azure-identity-token"], 2)
        spec = {"containers": [self.container(one, volumes, False)
                               for one in self.some(CONTAINERS, 3) or ["main"]]}
        if self.maybe(0.4):
            taken = [one["name"] for one in spec["containers"]]
            free = [one for one in CONTAINERS + ["init", "side"] if one not in taken]
            spec["initContainers"] = [self.container(one, volumes, True) for one in self.some(free, 2)]
        if volumes:
            spec["volumes"] = [self.volume(one) for one in volumes]
        if self.maybe(0.8):
            spec["serviceAccountName"] = self.random.choice(accounts)
        if self.maybe(0.15):
            spec["hostNetwork"] = self.maybe(0.8)
        if self.maybe(0.2):
            spec["terminationGracePeriodSeconds"], spec["nodeSelector"] = 5, {"os": "linux"}
        if self.maybe(0.2):
            spec.update({key: copy.deepcopy(NEWER[key]) for key in self.some(list(NEWER), 3)})
        if self.maybe(0.1):
            spec.update({key: copy.deepcopy(OF_THE_BUILD[key]) for key in self.some(list(OF_THE_BUILD), 2)})
        return spec

    def labels(self):
        # Without the last: the API server takes no label that begins with a space.
        return {PREFIX + "use": "true"} if self.maybe(0.95) else {PREFIX + "use": self.random.choice(WORDS[1:-1])}

    def batch(self, seed, count):
        """Accounts, and what makes pods: pods themselves and workloads."""
        accounts = [self.account(f"sa{number}") for number in range(12)]
        names = [one["metadata"]["name"] for one in accounts] + ["default"]
        made = []
        for number in range(count):
            name = f"p{seed}-{number}" + self.random.choice(["", "-" + "x" * 50, ".dotted", "-0"])
            kind = self.random.choice(["Pod"] * 8 + ["Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet"])
            template = {"metadata": {"labels": self.labels(), "annotations": self.annotations()},
                        "spec": self.spec(names, reserved(name if kind == "Pod" else "other"))}
            if kind == "Pod":
                template["metadata"].update(name=name, namespace="default")
                made.append({"apiVersion": "v1", "kind": "Pod", **template})
            else:
                template["metadata"]["labels"]["app"] = "x"
                name = name.replace(".", "-")[:40]
                spec = {"template": template}
                if kind == "Job":
                    template["spec"]["restartPolicy"] = "Never"
                else:
                    spec["selector"] = {"matchLabels": {"app": "x"}}
                made.append({"apiVersion": "batch/v1" if kind == "Job" else "apps/v1", "kind": kind,
                             "metadata": {"name": name, "namespace": "default"}, "spec": spec})
        return accounts, made


def reserved(name):
    import hashlib

    return "azure-workload-identity-reserved-" + hashlib.sha256(name.encode()).hexdigest()[:30]


def patched(document, patch):
    """The document after a JSON patch (RFC 6902) of add, replace and remove."""
    document = copy.deepcopy(document)
    for step in patch:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
        place = document
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if isinstance(place, list):
            index = len(place) if last == "-" else int(last)
            if step["op"] == "add":
                place.insert(index, step["value"])
            elif step["op"] == "replace":
                place[index] = step["value"]
            else:
                del place[index]
        elif step["op"] == "remove":
            del place[last]
        else:
            place[last] = step["value"]
    return document


def asked(port, pod):
    """What the real webhook makes of a pod: a refusal, or the spec."""
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "namespace": "default",
        "resource": {"group": "", "version": "v1", "resource": "pods"}, "operation": "CREATE", "object": pod,
        "userInfo": {}}}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/mutate-v1-pod", json.dumps(review).encode(),
                                     {"Content-Type": "application/json"})
    answer = json.load(urllib.request.urlopen(request, timeout=30))["response"]
    if not answer["allowed"]:
        return REFUSED + answer["status"]["message"], None
    return "", patched(pod, json.loads(base64.b64decode(answer.get("patch", "W10="))))["spec"]


def plain(value, own):
    """Without what the API server adds, and what is the same whether it is there or not; addresses by their meaning."""
    if isinstance(value, dict):
        kept = {}
        for key, one in value.items():
            one = plain(one, own)
            if one not in (None, "", [], {}, False) and key not in ("nodeName", "defaultMode"):
                kept[key] = one
        if kept.get("serviceAccountName") == "default":
            del kept["serviceAccountName"]
        return kept
    if isinstance(value, list):
        return [plain(one, own) for one in value]
    if isinstance(value, str):
        for address, meaning in own.items():
            value = value.replace(address, meaning)
        return "--log-level=" if value == "--log-level=info" else value
    return value


def differences(path, real, ours):
    if isinstance(real, dict) and isinstance(ours, dict):
        return [one for key in sorted(set(real) | set(ours))
                for one in differences(f"{path}.{key}", real.get(key), ours.get(key))]
    if isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        return [one for index, (a, b) in enumerate(zip(real, ours))
                for one in differences(f"{path}[{index}]", a, b)]
    return [] if real == ours else [f"{path}\n      real {json.dumps(real)}\n      ours {json.dumps(ours)}"]


def waiting(condition, what):
    for _ in range(6000):
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    sys.exit(f"{what} did not start")


def ended(process):
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def created(pod):
    """A pod as the API server shows it to the webhook, which is before it has made up a name."""
    metadata = {key: value for key, value in pod["metadata"].items() if key in ("labels", "annotations", "name", "namespace")}
    owner = next(iter(pod["metadata"].get("ownerReferences", [])), None)
    if owner and owner["kind"] == "StatefulSet":
        metadata["name"] += "-0"
    elif owner:
        del metadata["name"]
        metadata["generateName"] = owner["name"] + "-"
    return metadata


class Batch:
    """One cluster that podid serves, and the real webhook beside it."""

    def __init__(self, webhook, podid, folder, accounts, made):
        self.folder = folder
        manifests = os.path.join(folder, "pods.json")
        with open(manifests, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": accounts + made}, file)
        kubeconfig = os.path.join(folder, "kubeconfig")
        self.out = open(os.path.join(folder, "out"), "w+", encoding="utf-8")
        self.podid = subprocess.Popen(
            [*podid, "--profile", "workload-identity", "--kubeconfig", kubeconfig, "--webhook", "1.6.0",
             "--identity-binding", CLIENT, manifests], stdin=subprocess.DEVNULL, stdout=self.out,
            stderr=open(os.path.join(folder, "err"), "w", encoding="utf-8"))
        self.served = json.loads(waiting(self.first_line, "podid"))
        self.api = json.loads(subprocess.run(
            ["kubectl", "--kubeconfig", kubeconfig, "get", "pods", "-n", "default", "-o", "json"],
            check=True, capture_output=True).stdout)["items"]
        self.port = 20000 + os.getpid() % 20000
        environment = {"PATH": os.environ["PATH"], "AZURE_TENANT_ID": TENANT, "AZURE_KUBERNETES_SNI_NAME": "sni",
                       "AZURE_KUBERNETES_TOKEN_PROXY": "https://proxy.example",
                       "AZURE_KUBERNETES_CA_CONFIGMAP_NAME": "azure-wi-webhook-ca"}
        self.webhook = subprocess.Popen(
            [webhook, "-kubeconfig", kubeconfig, "-listen", f"127.0.0.1:{self.port}", "-suffix", "identity-binding",
             "-cte-audience", "api://AKSIdentityBinding"], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(os.path.join(folder, "webhook"), "w", encoding="utf-8"))
        waiting(self.answers, "the real webhook")

    def first_line(self):
        self.out.seek(0)
        line = self.out.readline()
        return line if line.endswith("\n") else None

    def answers(self):
        try:
            asked(self.port, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": []}})
            return True
        except OSError:
            if self.webhook.poll() is not None:
                sys.exit(open(os.path.join(self.folder, "webhook"), encoding="utf-8").read())
            return False

    def close(self):
        ended(self.webhook)
        ended(self.podid)

    def compare(self, made):
        """How many pods there were, and what differed."""
        refusals = {pod["name"]: pod.get("refusal", "") for pod in self.served["pods"]}
        shown = {pod["metadata"]["name"]: pod for pod in self.api}
        own = {self.served["entra"]: "https://login.microsoftonline.com"}
        found = []
        for one in made:
            name = one["metadata"]["name"]
            template = one if one["kind"] == "Pod" else one["spec"]["template"]
            pod = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
                   "metadata": created(shown[name]) if name in shown else template["metadata"]}
            if template["metadata"]["labels"][PREFIX + "use"] == "true":
                refusal, spec = asked(self.port, pod)
            else:
                refusal, spec = "", pod["spec"]
            ours = shown.get(name, {}).get("spec")
            for field in OF_THE_BUILD if spec and template["metadata"]["labels"][PREFIX + "use"] == "true" else ():
                spec.pop(field, None)
            for container in (ours or {}).get("containers", []) + (ours or {}).get("initContainers", []):
                for variable in container.get("env", []):
                    if variable["name"] == "AZURE_KUBERNETES_TOKEN_PROXY" and variable.get("value", "").startswith("https://"):
                        variable["value"] = "https://proxy.example"
                    if variable["name"] == "AZURE_KUBERNETES_SNI_NAME":
                        variable["value"] = "sni"
            if refusal or refusals.get(name):
                lines = differences("refusal", refusal, refusals.get(name, ""))
            else:
                lines = differences("spec", plain(spec, own), plain(ours, own))
            if lines:
                found.append((one, lines))
        return len(made), found


def main():
    webhook, seed, seconds, *podid = sys.argv[1:]
    seed, end = int(seed), time.monotonic() + float(seconds)
    asked_in_all, differing = 0, 0
    first = seed
    while True:
        pods = Pods(seed)
        accounts, made = pods.batch(seed, 150)
        with tempfile.TemporaryDirectory() as folder:
            batch = Batch(webhook, podid, folder, accounts, made)
            try:
                count, found = batch.compare(made)
            finally:
                batch.close()
        asked_in_all += count
        differing += len(found)
        for one, lines in found[:5]:
            print(f"seed {seed}: {one['kind']} {one['metadata']['name']}", *("   " + line for line in lines[:4]), sep="\n")
            print("   " + json.dumps(one))
        seed += 1
        if time.monotonic() > end:
            break
    print(f"webhook: seeds {first} to {seed - 1}, {asked_in_all} pods, {differing} differ")
    sys.exit(differing > 0)


main()
