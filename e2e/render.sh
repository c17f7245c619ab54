#!/usr/bin/env bash
# Renders k8s/ with kubectl, one file for each way to use it. The demo's tests check these files and so need no kubectl.
# The alert rules become a template for Azure, in k8s/monitoring/azure. Run it after a change in k8s/: e2e notices files that
# are out of date.
#
#   e2e/render.sh [FOLDER]      all of it into that folder
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
into=${1:-$root/demo-app/src/test/resources/manifests/rendered}
mkdir -p "$into"
/usr/bin/python3 "$root/e2e/rule-group.py" "$root/k8s/monitoring/rules.yaml" > "${1:-$root/k8s/monitoring/azure}/rule-group.json"

kubectl kustomize "$root/k8s/base" > "$into/base.yaml"
kubectl kustomize "$root/k8s/deployments/none" > "$into/base-deployment.yaml"
for mode in pod-identity service-principal workload-identity; do
    kubectl kustomize "$root/k8s/overlays/$mode" > "$into/$mode.yaml"
    kubectl kustomize "$root/k8s/deployments/$mode" > "$into/$mode-deployment.yaml"
done

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$root/k8s" "$copy/k8s"
# with FOLDER COMPONENT: the folder with one more component, rendered.
with() {
    mkdir -p "$copy/k8s/with/it"
    printf 'resources: [../../%s]\ncomponents: [../../%s]\n' "$1" "$2" > "$copy/k8s/with/it/kustomization.yaml"
    kubectl kustomize "$copy/k8s/with/it"
}
with overlays/workload-identity components/cilium > "$into/workload-identity-cilium.yaml"
with deployments/workload-identity components/cilium > "$into/workload-identity-deployment-cilium.yaml"
with overlays/workload-identity monitoring > "$into/workload-identity-monitoring.yaml"
with deployments/workload-identity monitoring/azure > "$into/workload-identity-deployment-monitoring.yaml"

# For a registry that needs a secret, one line of the base must be changed.
sed -i 's:- \.\./components/attach-acr:- ../components/image-pull-secret:' "$copy/k8s/base/kustomization.yaml"
kubectl kustomize "$copy/k8s/base" > "$into/image-pull-secret.yaml"
kubectl kustomize "$copy/k8s/deployments/workload-identity" > "$into/image-pull-secret-deployment.yaml"
