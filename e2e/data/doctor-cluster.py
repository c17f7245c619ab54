"""Prints the objects of e2e's step with doctor on a real cluster, one List: doctor-cluster.py IMAGE first|later.

IMAGE is one that the node has and whose container stays up. What comes first must be there before a pod is created.
"""

import json
import sys

IMAGE, PART = sys.argv[1:]
CLIENT = "21111111-1111-4111-8111-111111111111"
TOKENS = "/var/run/secrets/azure/tokens"
USE = {"azure.workload.identity/use": "true"}
SYSTEM = {"azure-workload-identity.io/system": "true"}
LABEL = {"e2e": "doctor"}
VARIABLES = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": "10000000-0000-4000-8000-000000000001",
             "AZURE_FEDERATED_TOKEN_FILE": TOKENS + "/azure-identity-token",
             "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/"}
BOUND = {"AZURE_KUBERNETES_TOKEN_PROXY": "https://kubernetes.default.svc", "AZURE_KUBERNETES_SNI_NAME": "x",
         "AZURE_KUBERNETES_CA_FILE": TOKENS + "/ca-cert/ca.crt"}

first, then = [], []


def add(to, version, kind, namespace, name, labels=None, **fields):
    metadata = {"name": name, "labels": dict(labels or {}, **LABEL)}
    if namespace:
        metadata["namespace"] = namespace
    to.append({"apiVersion": version, "kind": kind, "metadata": metadata, **fields})


def pod(variables=VARIABLES, image=IMAGE, account="orders", node=None, **container):
    """As the webhook has changed it; it is not asked here, where no service has an address that works."""
    spec = {"serviceAccountName": account, "terminationGracePeriodSeconds": 0, "nodeSelector": node or {},
            "containers": [dict({"name": "main", "image": image, "imagePullPolicy": "IfNotPresent"}, **container)]}
    if variables:
        spec["containers"][0]["env"] = [{"name": name, "value": value} for name, value in variables.items()]
        spec["containers"][0]["volumeMounts"] = [{"name": "azure-identity-token", "mountPath": TOKENS}]
        token = {"audience": "api://AzureADTokenExchange", "path": "azure-identity-token"}
        spec["volumes"] = [{"name": "azure-identity-token", "projected": {"sources": [{"serviceAccountToken": token}]}}]
    return spec


def template(name, spec, annotations=None, labels=USE):
    return {"metadata": {"labels": dict(labels, app=name), "annotations": annotations or {}}, "spec": spec}


def workload(kind, namespace, name, spec, annotations=None, labels=USE, **fields):
    made = {"selector": {"matchLabels": {"app": name}}, "template": template(name, spec, annotations, labels)}
    add(then, "apps/v1", kind, namespace, name, spec=dict(made, **fields))


def job(namespace, name, spec, **fields):
    add(then, "batch/v1", "Job", namespace, name,
        spec=dict({"template": template(name, dict(spec, restartPolicy="Never")), "backoffLimit": 0}, **fields))


def cron_job(namespace, name, spec, **fields):
    runs = {"spec": {"template": template(name, dict(spec, restartPolicy="Never"))}}
    add(then, "batch/v1", "CronJob", namespace, name, spec=dict({"schedule": "0 0 1 1 *", "jobTemplate": runs}, **fields))


def space(name, **labels):
    add(first, "v1", "Namespace", None, name, labels)
    for account in "orders", "other":
        add(first, "v1", "ServiceAccount", name, account)
        first[-1]["metadata"]["annotations"] = {"azure.workload.identity/client-id": CLIENT}
    for role in "view", "edit":
        add(first, "rbac.authorization.k8s.io/v1", "RoleBinding", name, role,
            roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            subjects=[{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "doctor-" + role}])


space("doctor-healthy")
space("doctor-broken")
space("doctor-restricted", **{"pod-security.kubernetes.io/enforce": "restricted"})
space("doctor-quota")
add(first, "v1", "ResourceQuota", "doctor-quota", "none", spec={"hard": {"pods": "0"}})
service = {"name": "azure-wi-webhook-webhook-service", "namespace": "doctor-webhook", "path": "/mutate-v1-pod"}
add(first, "v1", "Namespace", None, "doctor-webhook")
add(first, "v1", "Service", "doctor-webhook", service["name"], spec={"selector": SYSTEM, "ports": [{"port": 443}]})
add(first, "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", None, "azure-wi-webhook-e2e", webhooks=[
    {"name": "mutation.azure-workload-identity.io", "admissionReviewVersions": ["v1"], "sideEffects": "None",
     "objectSelector": {"matchLabels": {"no": "pod"}}, "clientConfig": {"service": service},
     "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}])
workload("Deployment", "doctor-webhook", "webhook", pod(variables=None, account="default"), labels=SYSTEM)
add(first, "rbac.authorization.k8s.io/v1", "ClusterRole", None, "doctor-e2e", rules=[
    {"verbs": ["use-managed-identity"], "apiGroups": ["cid.wi.aks.azure.com"], "resources": [CLIENT]}])
add(first, "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", None, "doctor-e2e",
    roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "doctor-e2e"},
    subjects=[{"kind": "ServiceAccount", "name": "orders", "namespace": "doctor-healthy"}])
BINDING = {"azure.workload.identity/use-identity-binding": "true"}

workload("Deployment", "doctor-healthy", "web", pod(), replicas=2)
workload("StatefulSet", "doctor-healthy", "db", pod(), serviceName="db")
workload("DaemonSet", "doctor-healthy", "agent", pod())
workload("Deployment", "doctor-healthy", "bound", pod(variables={**VARIABLES, **BOUND}), annotations=BINDING)
add(then, "v1", "Pod", "doctor-healthy", "alone", USE, spec=pod())
cron_job("doctor-healthy", "nightly", pod())
cron_job("doctor-healthy", "paused", pod(), suspend=True)
job("doctor-healthy", "held", pod(), suspend=True)

workload("Deployment", "doctor-broken", "pulls", pod(image="127.0.0.1:1/none:1"))
workload("StatefulSet", "doctor-broken", "db", pod(image="127.0.0.1:1/none:1"), serviceName="db")
workload("Deployment", "doctor-broken", "crashes", pod(command=["/none"]))
workload("Deployment", "doctor-broken", "pending", pod(node={"disk": "none"}))
workload("Deployment", "doctor-broken", "config", pod(envFrom=[{"configMapRef": {"name": "none"}}]))
workload("Deployment", "doctor-broken", "unchanged", pod(variables=None))
workload("Deployment", "doctor-broken", "account", pod(account="none"))
workload("Deployment", "doctor-broken", "bound", pod(variables={**VARIABLES, **BOUND}, account="other"), annotations=BINDING)
job("doctor-broken", "failed", pod(command=["/none"]))
# It was deleted and is still there: what is said of it has been done.
add(then, "v1", "Pod", "doctor-broken", "gone", USE, spec=pod(variables=None))
then[-1]["metadata"]["finalizers"] = ["example.com/e2e"]

workload("Deployment", "doctor-restricted", "web", pod())
workload("StatefulSet", "doctor-restricted", "db", pod(), serviceName="db")
workload("DaemonSet", "doctor-restricted", "agent", pod())
job("doctor-restricted", "once", pod())
workload("Deployment", "doctor-quota", "web", pod())

print(json.dumps({"apiVersion": "v1", "kind": "List", "items": first if PART == "first" else then}))
