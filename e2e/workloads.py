"""Prints, as one list of objects, each kind of workload for a service account of podid's own tenant and for one of another tenant. What
starts before its program, and what runs alongside it, says whose token it gets; so does the program of a Job. One Job has no label.

usage: workloads.py IMAGE RESOURCE
"""

import itertools
import json
import sys

IMAGE, RESOURCE = sys.argv[1:]
RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def container(name, **more):
    return {"name": name, "image": IMAGE, "imagePullPolicy": "IfNotPresent", "securityContext": RESTRICTED,
            "command": ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", "/app/token-provider.jar", "explain",
                        "--resource", RESOURCE], **more}


def template(account, labels, restart):
    idle = {"name": "idle", "image": "localhost/pause:1", "imagePullPolicy": "IfNotPresent", "securityContext": RESTRICTED}
    return {"metadata": {"labels": labels}, "spec": {
        "serviceAccountName": account, "restartPolicy": restart, "terminationGracePeriodSeconds": 0,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "initContainers": [container("alongside", restartPolicy="Always"), container("before")],
        "containers": [container("program")] if restart == "Never" else [idle]}}


def workload(kind, account, labelled):
    name = f"{kind.lower()}-{account}" + ("" if labelled else "-unlabelled")
    labels = {"app": name, **({"azure.workload.identity/use": "true"} if labelled else {})}
    runs = template(account, labels, "Always" if kind in ("Deployment", "StatefulSet") else "Never")
    if kind == "Job":
        return "batch/v1", name, {"template": runs, "backoffLimit": 0}
    if kind == "CronJob":
        return "batch/v1", name, {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": runs, "backoffLimit": 0}}}
    more = {"serviceName": name} if kind == "StatefulSet" else {}
    return "apps/v1", name, {"selector": {"matchLabels": {"app": name}}, "template": runs, **more}


WORKLOADS = [*itertools.product(["Deployment", "StatefulSet", "Job", "CronJob"], ["plain", "contoso"], [True]), ("Job", "plain", False)]
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "kinds"}, "spec": spec}
    for kind, account, labelled in WORKLOADS for version, name, spec in [workload(kind, account, labelled)]]}))
