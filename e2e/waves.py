"""Creates pods with aad-pod-identity in waves, and says whether each one had its AzureAssignedIdentity for as long as it lived.

Most pods are on nodes that are objects alone, so that they cost no machine. The others run, ask NMI for tokens until their wave ends,
and are ready when they have got one of their own identity. While a wave comes, the wave before it goes.

usage: waves.py API NODE WAVES PODS RUNNING SECONDS NAME=PID...
    API      the address of kubectl proxy
    NODE     the node on which pods run
    PODS     in each wave, RUNNING of them on that node
    SECONDS  from the first wave to the last one's end
    NAME=PID a process whose processor time and memory are printed
"""

import collections
import itertools
import json
import os
import statistics
import sys
import threading
import time
import urllib.error
import urllib.request

API, NODE = sys.argv[1:3]
WAVES, PODS, RUNNING, SECONDS = map(int, sys.argv[3:7])
PROCESSES = dict(argument.split("=") for argument in sys.argv[7:])
NAMESPACE = "waves"
IDENTITIES = 10
EMPTY_NODES = 4
# The emulated Azure takes 15 s to put an identity on a machine, as Azure does.
PATIENCE = 120
PODS_PATH = f"/api/v1/namespaces/{NAMESPACE}/pods"
IDENTITY_PATH = f"/apis/aadpodidentity.k8s.io/v1/namespaces/{NAMESPACE}"
ASSIGNED_PATH = "/apis/aadpodidentity.k8s.io/v1/azureassignedidentities"
# What pods were told that got no token, with the number of times.
WORDS = collections.Counter()
PROGRAM = r"""
asked=0 early=0 refused=0
while :; do
    answer=$(/bin/busybox wget -q -T 100 -O - --header 'Metadata: true' \
        'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/' 2>&1)
    claims=${answer#*access_token\":\"}
    claims=${claims#*.}
    if echo "${claims%%.*}==" | /bin/busybox tr _- /+ | /bin/busybox base64 -d 2> /dev/null | /bin/busybox grep -q "\"appid\":\"$CLIENT\""; then
        : > /tokens
    else
        if [ -e /tokens ]; then refused=$((refused + 1)); else early=$((early + 1)); fi
        echo "$answer" | /bin/busybox cut -c 1-200
    fi
    asked=$((asked + 1))
    echo "counts $asked $early $refused"
    /bin/busybox sleep 2
done
"""


def call(method, path, body=None, kind="application/json"):
    request = urllib.request.Request(API + path, json.dumps(body).encode() if body else None, {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def create(path, body):
    try:
        call("POST", path, body)
    except urllib.error.HTTPError as e:
        if e.code != 409:
            raise RuntimeError(f"{path}: {e.read()}") from e


class Follower(threading.Thread):
    """Tells a function of each event of a kind, with the time, from the beginning to the end of the program."""

    def __init__(self, path, tell):
        super().__init__(daemon=True)
        self.path, self.tell, self.failure = path, tell, None
        self.version = json.loads(call("GET", path))["metadata"]["resourceVersion"]
        self.start()

    def run(self):
        try:
            url = f"{API}{self.path}?watch=1&timeoutSeconds=7200&resourceVersion={self.version}"
            with urllib.request.urlopen(url) as events:
                for line in events:
                    event = json.loads(line)
                    self.tell(event["type"], event["object"], time.monotonic())
            self.failure = "its watch ended"
        except (OSError, KeyError, ValueError) as e:
            self.failure = repr(e)


class Pod:
    def __init__(self, wave, number):
        self.runs = number < RUNNING
        self.name = f"wave-{wave}-{number}"
        self.identity = number % IDENTITIES
        self.created = self.assigned = self.unassigned = self.ready = self.ended = None

    def create(self, wave):
        node = NODE if self.runs else f"waves-{self.identity % EMPTY_NODES}"
        container = {"name": "asks", "image": "localhost/pause:1", "imagePullPolicy": "IfNotPresent",
                     "command": ["/bin/busybox", "sh", "-c", PROGRAM], "env": [{"name": "CLIENT", "value": client(self.identity)}],
                     "readinessProbe": {"exec": {"command": ["/bin/busybox", "test", "-e", "/tokens"]}, "periodSeconds": 2}}
        self.created = time.monotonic()
        create(PODS_PATH, {"metadata": {"name": self.name, "labels": {"aadpodidbinding": f"waves-{self.identity}", "wave": str(wave)}},
                           "spec": {"nodeName": node, "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": False,
                                    "tolerations": [{"operator": "Exists"}], "containers": [container]}})
        if not self.runs:
            address = f"10.78.{wave}.{self.name.rsplit('-', 1)[1]}"
            call("PATCH", f"{PODS_PATH}/{self.name}/status", {"status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}},
                 "application/strategic-merge-patch+json")

    def delete(self):
        counts = (0, 0, 0)
        if self.runs:
            lines = call("GET", f"{PODS_PATH}/{self.name}/log").decode().splitlines()
            counts = next((tuple(map(int, line.split()[1:])) for line in reversed(lines) if line.startswith("counts ")), counts)
            WORDS.update(line for line in lines if not line.startswith("counts "))
        self.ended = time.monotonic()
        call("DELETE", f"{PODS_PATH}/{self.name}?gracePeriodSeconds=0")
        return counts


def client(identity):
    return f"55555555-0000-4000-8000-{identity:012}"


def prepare():
    create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    for number in range(EMPTY_NODES):
        create("/api/v1/nodes", {"metadata": {"name": f"waves-{number}"}, "spec": {}})
    for number in range(IDENTITIES):
        name = f"waves-{number}"
        resource = f"/subscriptions/50d1d000-0000-4000-8000-000000000005/resourcegroups/waves/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        common = {"apiVersion": "aadpodidentity.k8s.io/v1", "metadata": {"name": name}}
        create(IDENTITY_PATH + "/azureidentities", common | {"kind": "AzureIdentity", "spec": {"type": 0, "resourceID": resource, "clientID": client(number)}})
        create(IDENTITY_PATH + "/azureidentitybindings", common | {"kind": "AzureIdentityBinding", "spec": {"azureIdentity": name, "selector": name}})


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return [f"not within {PATIENCE} s: {what}"]
        time.sleep(0.2)
    return []


def seconds(times):
    times = list(times)
    return f"{statistics.median(times):5.1f} {max(times):5.1f}" if times else "    -     -"


def used(pid):
    """Seconds of processor time, and MB of memory."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    with open(f"/proc/{pid}/status") as status:
        resident = next(line for line in status if line.startswith("VmRSS")).split()[1]
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(resident) / 1000


def main():
    prepare()
    pods, faults = {}, []

    def assigned(event, identity, now):
        pod = pods.get(identity["spec"]["pod"])
        if pod is None:
            return
        if event == "DELETED":
            pod.unassigned = now
            if pod.ended is None:
                faults.append(f"{pod.name}: its AzureAssignedIdentity went while it lived")
        elif identity["status"]["status"] == "Assigned" and pod.assigned is None:
            pod.assigned = now

    def changed(event, object_, now):
        pod = pods.get(object_["metadata"]["name"])
        is_ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in object_["status"].get("conditions", []))
        if pod is not None and pod.runs and is_ready and pod.ready is None:
            pod.ready = now

    followers = [Follower(ASSIGNED_PATH, assigned), Follower(PODS_PATH, changed)]
    before, totals, began = [], [0, 0, 0], time.monotonic()
    base = {name: used(pid)[0] for name, pid in PROCESSES.items()}
    heads = "  ".join(f"{name + ' CPU s':>12} {'MB':>5}" for name in PROCESSES)
    print(f"wave pods  Assigned s: median most  token s: median most  gone s: median most  {heads}", flush=True)
    # After the last wave one more turn, in which it goes.
    for wave in range(WAVES + 1):
        time.sleep(max(0.0, began + wave * SECONDS / WAVES - time.monotonic()))
        now = [Pod(wave, number) for number in range(PODS)] if wave < WAVES else []
        pods.update((pod.name, pod) for pod in now)
        for coming, going in itertools.zip_longest(now, before):
            if coming:
                coming.create(wave)
            if going:
                totals = [total + count for total, count in zip(totals, going.delete())]
        faults += wait_until(f"wave {wave} is assigned", lambda: all(pod.assigned for pod in now))
        faults += wait_until(f"the pods of wave {wave} that run have tokens", lambda: all(pod.ready or not pod.runs for pod in now))
        faults += wait_until(f"what wave {wave - 1} had is gone", lambda: all(pod.unassigned for pod in before))
        figures = "  ".join(f"{cpu - base[name]:12.1f} {memory:5.0f}" for name, pid in PROCESSES.items() for cpu, memory in [used(pid)])
        print(f"{wave + 1 if now else 'end':>4} {len(now):4}        {seconds(pod.assigned - pod.created for pod in now if pod.assigned):>20}"
              f"     {seconds(pod.ready - pod.created for pod in now if pod.ready):>15}"
              f"    {seconds(pod.unassigned - pod.ended for pod in before if pod.unassigned):>15}  {figures}", flush=True)
        before = now
    left = len(json.loads(call("GET", ASSIGNED_PATH))["items"])
    faults += [follower.path + ": " + follower.failure for follower in followers if follower.failure]
    print(f"{len(pods)} pods in {WAVES} waves within {time.monotonic() - began:.0f} s: {sum(1 for pod in pods.values() if pod.assigned)} were assigned, "
          f"{left} AzureAssignedIdentities are left; {totals[0]} tokens asked for, {totals[1]} refused before a pod's first token, {totals[2]} after it",
          flush=True)
    for words, count in WORDS.most_common():
        print(f"{count} times: {words}", flush=True)
    for fault in faults:
        print(fault, flush=True)
    sys.exit(1 if faults or left or totals[2] else 0)


main()
