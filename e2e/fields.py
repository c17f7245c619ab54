#!/usr/bin/env python3
"""Prints the fields of Kubernetes types, as podid check knows them: with what kubectl get --raw prints of
/openapi/v3/api/v1, /openapi/v3/apis/apps/v1 and /openapi/v3/apis/batch/v1 as files."""
import json
import sys

TYPES = """Pod Deployment ReplicaSet StatefulSet DaemonSet ReplicationController Job CronJob DeploymentSpec ReplicaSetSpec
StatefulSetSpec DaemonSetSpec ReplicationControllerSpec JobSpec CronJobSpec JobTemplateSpec PodTemplateSpec ObjectMeta PodSpec
Container EnvVar VolumeMount Volume ServiceAccount""".split()

schemas = {}
for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as text:
        for name, schema in json.load(text)["components"]["schemas"].items():
            schemas.setdefault(name.split(".")[-1], schema)
print("# What e2e/fields.py prints for Kubernetes 1.34; podid check takes a field that is not here for unknown.")
for name in TYPES:
    print(name + " = " + " ".join(sorted(schemas[name]["properties"])))
