"""Runs the real MIC and podid's on clusters of chance, step by step, and prints what differs.

usage: mic.py MIC SEED SECONDS CLUSTER...

MIC is the real program, CLUSTER... the command that serves a cluster with its API server, ServedClusterMain of podid's
tests. What is compared after each step: the assigned identities with their state, what the machines have in Azure, the
events, and what the log says, whatever its order. A seed makes the same cluster and steps again; the next cluster has the
next seed.
"""

import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

from standins import GROUP, Cluster, ResourceManager

SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-000000000001"
IDENTITIES = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
COMPUTE = f"azure:///subscriptions/{SUBSCRIPTION}/resourceGroups/mc_shop/providers/Microsoft.Compute/"
NAMESPACED = {"aadpodidentity.k8s.io/Behavior": "namespaced"}
NODES = {"aks-np-12345678-vmss000000": "virtualMachineScaleSets/aks-np-12345678-vmss/virtualMachines/0",
         "aks-np-12345678-vmss000001": "virtualMachineScaleSets/aks-np-12345678-vmss/virtualMachines/1",
         "aks-nodepool1-00000000-0": "virtualMachines/aks-nodepool1-00000000-0"}
FAST = 200


def client_id(number):
    return f"aaaaaaaa-0000-4000-8000-{number:012d}"


def custom(kind, namespace, name, spec, annotations=None):
    metadata = {"name": name, "namespace": namespace, **({"annotations": annotations} if annotations else {})}
    return {"apiVersion": GROUP, "kind": kind, "metadata": metadata, "spec": spec}


class RealMic:
    """The real MIC with stand-ins for its cluster and its Azure."""

    def __init__(self, program, folder, *flags):
        self.cluster, self.arm = Cluster(), ResourceManager()
        self.folder = folder
        for name, place in NODES.items():
            self.cluster.put({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name},
                              "spec": {"providerID": COMPUTE + place}})
        self.write("kubeconfig", {"apiVersion": "v1", "kind": "Config", "current-context": "c",
                                  "clusters": [{"name": "c", "cluster": {"server": self.cluster.server.url}}],
                                  "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                                  "users": [{"name": "u", "user": {}}]})
        self.arm.write_settings(folder, SUBSCRIPTION)
        self.log = os.path.join(folder, "mic.log")
        port = 30000 + os.getpid() % 15000
        self.process = subprocess.Popen(
            [program, f"--kubeconfig={folder}/kubeconfig", f"--cloudconfig={folder}/azure.json", "--clientQps=1000",
             f"--http-probe-port={port}", f"--prometheus-port={port + 15000}", "--enable-type-upgrade=false", *flags],
            env={"PATH": os.environ["PATH"], "MIC_POD_NAMESPACE": "default", "MSI_ENDPOINT": self.arm.server.url + "/token",
                 "AZURE_ENVIRONMENT_FILEPATH": f"{folder}/environment"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.log, "w", encoding="utf-8"))
        self.read = 0
        waiting(lambda: "sync thread started" in self.text(), "the real MIC")

    def write(self, name, value):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file)

    def text(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def settle(self):
        """Waits until nothing has happened for a while, and gives the lines of the log since the last time."""
        quiet(lambda: (len(self.text()), self.cluster.version_of_mic()), self.process)
        text = self.text()
        lines, self.read = text[self.read:].splitlines(), len(text)
        return lines

    def assigned(self):
        return {f"{one['metadata']['namespace']}/{one['metadata']['name']}": (
            one["status"].get("status"), one["spec"]["azureIdentityRef"]["spec"].get("clientID") or "",
            one["spec"]["azureBindingRef"]["metadata"]["name"], one["spec"]["podNamespace"] + "/" + one["spec"]["pod"],
            one["spec"]["nodename"]) for one in self.cluster.all("azureassignedidentities")}

    def events(self):
        return {(one["type"], one["reason"], one["message"]) for one in self.cluster.all("events")}

    def machines(self):
        return {name: sorted(machine.get("identity", {}).get("userAssignedIdentities", {}))
                for name, machine in self.arm.machines.items() if machine.get("identity")}

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.cluster.close()
        self.arm.close()


def waiting(condition, what):
    for _ in range(6000):
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    sys.exit(f"{what} did not start")


def quiet(state, process, pause=1.0, most=60):
    """Waits until the state has been the same for that many seconds."""
    before, since, end = state(), time.monotonic(), time.monotonic() + most
    while time.monotonic() - since < pause and time.monotonic() < end:
        time.sleep(0.05)
        if process.poll() is not None:
            sys.exit(f"{process.args[0]} has ended")
        if state() != before:
            before, since = state(), time.monotonic()


class OurMic:
    """podid with the same cluster, whose files are written again at each step."""

    def __init__(self, podid, folder, flags):
        self.manifests = os.path.join(folder, "cluster.json")
        self.kubeconfig = os.path.join(folder, "podid-kubeconfig")
        self.out = os.path.join(folder, "podid.out")
        self.log = os.path.join(folder, "podid.log")
        self.write([])
        self.process = subprocess.Popen(
            [*podid, "--profile", "1.8.17", "--time-scale", str(FAST), "--kubeconfig", self.kubeconfig,
             *flags, self.manifests], stdin=subprocess.DEVNULL, stdout=open(self.out, "w", encoding="utf-8"),
            stderr=open(self.log, "w", encoding="utf-8"))
        waiting(lambda: "sync thread started" in self.text() and os.path.exists(self.kubeconfig), "podid")
        self.read = self.applied = 0

    def apply(self, items):
        """Puts all objects, and waits until podid has read them."""
        self.applied += 1
        self.write([*items, nudge(self.applied)])
        command = ["kubectl", "--kubeconfig", self.kubeconfig, "get", "azureidentity", "nudge", "-n", "default", "-o", "json"]
        wanted = nudge(self.applied)["spec"]["clientID"]
        waiting(lambda: wanted.encode() in subprocess.run(command, capture_output=True).stdout, "what podid reads")

    def write(self, items):
        with open(self.manifests + ".new", "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": items}, file)
        os.replace(self.manifests + ".new", self.manifests)

    def text(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def settle(self):
        quiet(lambda: len(self.text()), self.process, pause=2.5)
        text = self.text()
        lines, self.read = text[self.read:].splitlines(), len(text)
        told = [line.split(None, 1)[1].split("  ") for line in lines if line.startswith("event ")]
        self.events = {(kind, reason, message) for kind, reason, _, message in told}
        return [line.split(None, 1)[1] for line in lines if line.startswith("mic ")]

    def assigned(self):
        listed = json.loads(subprocess.run(
            ["kubectl", "--kubeconfig", self.kubeconfig, "get", "azureassignedidentities", "-A", "-o", "json"],
            check=True, capture_output=True).stdout)["items"]
        return {f"{one['metadata']['namespace']}/{one['metadata']['name']}": (
            one["status"].get("status"), one["spec"]["azureIdentityRef"]["spec"].get("clientID") or "",
            one["spec"]["azureBindingRef"]["metadata"]["name"], one["spec"]["podNamespace"] + "/" + one["spec"]["pod"],
            one["spec"]["nodename"]) for one in listed}

    def close(self):
        self.process.terminate()
        self.process.wait(30)


class Steps:
    """A cluster of chance, and changes to it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.items = {}
        self.ends = 0

    def identity(self):
        namespace, number = self.random.choice(["default", "team", "shop"]), self.random.randint(0, 5)
        name = f"id-{number}"
        kind = self.random.choice([0, 0, 0, 0, 0, 1, 2, 7])
        spec = {"type": kind, "clientID": self.random.choice([client_id(number)] * 4 + [client_id(number).upper(), ""])}
        if kind == 0:
            resource = IDENTITIES + f"{namespace}-{name}"
            spec["resourceID"] = self.random.choice([resource] * 8 + [
                resource[1:], resource.upper(), resource.replace("resourcegroups", "resourceGroups"), "", "x" + resource])
        else:
            spec.update(tenantID="t", clientPassword={"name": "s", "namespace": "default"})
        return custom("AzureIdentity", namespace, name, spec, NAMESPACED if self.random.random() < 0.25 else None)

    def binding(self):
        return custom("AzureIdentityBinding", self.random.choice(["default", "default", "team", "shop"]),
                      f"b-{self.random.randint(0, 7)}",
                      {"azureIdentity": f"id-{self.random.randint(0, 6)}", "selector": self.random.choice("aabbcdE")})

    def pod(self):
        label = self.random.choice(["a", "a", "b", "b", "c", "d", "e", "nobody", "", None])
        metadata = {"name": f"p{self.random.randint(0, 7)}", "namespace": self.random.choice(["default", "team", "shop"]),
                    "labels": {} if label is None else {"aadpodidbinding": label}}
        if self.random.random() < 0.2:
            metadata["labels"]["app"] = "excepted"
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata,
                "spec": {"nodeName": self.random.choice(list(NODES)), "containers": [{"name": "c", "image": "i"}]},
                "status": {"phase": self.random.choice(["Running"] * 6 + ["Pending", "Succeeded", "Failed"])}}

    def exception(self):
        return custom("AzurePodIdentityException", self.random.choice(["default", "team"]), "e",
                      {"podLabels": {"app": "excepted"}})

    def step(self, changes):
        """Some objects that are new or other than before, and some that are gone."""
        put, removed = {}, []
        for _ in range(changes):
            made = self.random.choice([self.identity, self.binding, self.binding, self.pod, self.pod, self.exception])
            present = [key for key in self.items if key not in put and key not in removed]
            if present and self.random.random() < 0.3:
                removed.append(self.random.choice(present))
            else:
                item = made()
                key = (item["kind"], item["metadata"]["namespace"], item["metadata"]["name"])
                if key not in removed:
                    put[key] = item
        for key in removed:
            del self.items[key]
        self.items.update(put)
        return list(put.values()), removed


STATE = re.compile(r"mic\.go:(587|594|608|638|648|963)\]")


def messages(lines):
    """Level, file and number, and text of the lines of klog."""
    found = [re.match(r"([IWE])\d{4} [\d:.]+ +\d+ ([\w.]+:\d+\] .*)", line) for line in lines]
    return {f"{one[1]} {one[2]}" for one in found if one}


def of_state(lines):
    """What each cycle says again of the state as it is."""
    return {one for one in messages(lines) if STATE.search(one)}


def nudge(number):
    """An identity that nobody uses: its change makes a cycle."""
    return custom("AzureIdentity", "default", "nudge", {"type": 1, "tenantID": "t", "clientID": client_id(900 + number)})


def compare(real, ours, before, after):
    """What differs; lines of the step itself, and of a cycle after it."""
    found = []
    a, b = real.assigned(), ours.assigned()
    for key in sorted(set(a) | set(b)):
        if a.get(key) != b.get(key):
            found.append(f"assigned {key}\n      real {a.get(key)}\n      ours {b.get(key)}")
    a, b = (of_state(lines) for lines in after)
    for one in sorted(a ^ b):
        found.append(("only real: " if one in a else "only ours: ") + one)
    # The real one sees the changes of a step one by one, and may do more on the way.
    a, b = (messages(lines) for lines in before)
    for one in sorted(b - a):
        if re.search(r"(crd\.go:\d+|mic\.go:1\d{3})\]", one) and "processing node" not in one:
            found.append("only ours: " + one)
    for one in sorted(ours.events - real.events()):
        found.append(f"event only ours: {one}")
    return found


def main():
    program, seed, seconds, *podid = sys.argv[1:]
    first = seed = int(seed)
    end = time.monotonic() + float(seconds)
    steps_in_all = differing = 0
    while True:
        flags = ["--forceNamespaced"] if seed % 5 == 0 else []
        with tempfile.TemporaryDirectory() as folder:
            steps = Steps(seed)
            real = RealMic(program, folder, *flags)
            ours = OurMic(podid, folder, ["--force-namespaced"] if flags else [])
            try:
                for number in range(6):
                    put, removed = steps.step(12 if number == 0 else 3)
                    lines = []
                    for items, gone in ((put, removed), ([nudge(number)], [])):
                        with real.cluster.changed:
                            for item in items:
                                real.cluster.put(copy.deepcopy(item))
                            for key in gone:
                                real.cluster.remove(*key)
                        ours.apply(steps.items.values())
                        lines.append((real.settle(), ours.settle()))
                        if items is put:
                            made = ours.events
                    ours.events = made
                    steps_in_all += 1
                    found = compare(real, ours, *lines)
                    if found:
                        differing += 1
                        print(f"seed {seed}, step {number}:", *("   " + line for line in found[:8]), sep="\n")
                        print("   put " + json.dumps(put) + "\n   removed " + json.dumps(removed), flush=True)
            finally:
                real.close()
                ours.close()
        seed += 1
        if time.monotonic() > end:
            break
    print(f"mic: seeds {first} to {seed - 1}, {steps_in_all} steps, {differing} differ")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
