"""The alert rules of a PrometheusRule as a template that Azure Resource Manager takes.

usage: rule-group.py RULES.yaml
"""

import json
import sys

import yaml

# Azure's "critical" and "warning".
SEVERITIES = {"critical": 0, "warning": 2}


def rule(source):
    assert not any(text.startswith("[") for text in source["annotations"].values()), "an expression for Resource Manager"
    return {
        "alert": source["alert"],
        "expression": source["expr"],
        "for": "PT" + source["for"].upper(),
        "severity": SEVERITIES[source["labels"]["severity"]],
        "labels": source["labels"],
        "annotations": source["annotations"],
        "enabled": True,
        "resolveConfiguration": {"autoResolved": True, "timeToResolve": "PT10M"},
        "actions": "[map(parameters('actionGroups'), lambda('id', createObject('actionGroupId', lambdaVariables('id'))))]",
    }


(group,) = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))["spec"]["groups"]
template = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "metadata": {"description": "Made by e2e/render.sh from k8s/monitoring/rules.yaml: change that file."},
    "parameters": {
        "workspace": {"type": "string", "metadata": {"description": "Resource ID of the Azure Monitor workspace"}},
        "cluster": {"type": "string", "metadata": {"description": "Name of the AKS cluster"}},
        "location": {
            "type": "string",
            "defaultValue": "[resourceGroup().location]",
            "metadata": {"description": "The region of the workspace"},
        },
        "actionGroups": {
            "type": "array",
            "defaultValue": [],
            "metadata": {"description": "Resource IDs of the action groups that are told"},
        },
    },
    "resources": [
        {
            "type": "Microsoft.AlertsManagement/prometheusRuleGroups",
            "apiVersion": "2023-03-01",
            "name": group["name"],
            "location": "[parameters('location')]",
            "properties": {
                "description": "Tokens and blobs of the demo",
                "clusterName": "[parameters('cluster')]",
                "scopes": ["[parameters('workspace')]"],
                "enabled": True,
                "interval": "PT1M",
                "rules": [rule(source) for source in group["rules"]],
            },
        }
    ],
}
print(json.dumps(template, indent=2, ensure_ascii=False))
