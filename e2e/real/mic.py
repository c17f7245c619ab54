"""Runs the real MIC and podid's on clusters of chance, step by step, and prints what differs.

usage: mic.py MIC SEED SECONDS PODID...

MIC is the real program, PODID... the command that runs podid. What is compared after each step: the assigned identities
with their state, what the machines have in Azure, the events, and what the log says, whatever its order. A seed makes the
same cluster and steps again; the next cluster has the next seed.
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
        names = ["managementPortalURL", "publishSettingsURL", "serviceManagementEndpoint", "resourceManagerEndpoint",
                 "activeDirectoryEndpoint", "galleryEndpoint", "keyVaultEndpoint", "graphEndpoint", "tokenAudience"]
        self.write("environment", {"name": "AZURESTACKCLOUD", "storageEndpointSuffix": "",
                                   **{name: self.arm.server.url + "/" for name in names}})
        self.write("azure.json", {"cloud": "AzureStackCloud", "tenantId": "t", "subscriptionId": SUBSCRIPTION,
                                  "resourceGroup": "mc_shop", "vmType": "vmss", "useManagedIdentityExtension": True,
                                  "userAssignedIdentityID": "msi-of-mic"})
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

    def machines(self):
        return {name: sorted(machine.get("identity", {}).get("userAssignedIdentities", {}))
                for name, machine in self.arm.machines.items() if machine.get("identity")}

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.cluster.close()
        self.arm.close()


def waiting(condition, what):
    for _ in range(1200):
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
