#!/usr/bin/env bash
# What kubectl makes of k8s/, a file for each way to use it; the demo's tests check them, where no kubectl is needed.
# Run it after a change in k8s/: e2e notices files that are out of date.
#
#   e2e/render.sh [FOLDER]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
into=${1:-$root/demo-app/src/test/resources/manifests/rendered}
mkdir -p "$into"

kubectl kustomize "$root/k8s/base" > "$into/base.yaml"
for mode in pod-identity service-principal workload-identity; do
    kubectl kustomize "$root/k8s/overlays/$mode" > "$into/$mode.yaml"
    kubectl kustomize "$root/k8s/deployments/$mode" > "$into/$mode-deployment.yaml"
done

# As somebody does whose registry wants a secret: one line of the base is another.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$root/k8s" "$copy/k8s"
sed -i 's:- \.\./components/attach-acr:- ../components/image-pull-secret:' "$copy/k8s/base/kustomization.yaml"
kubectl kustomize "$copy/k8s/base" > "$into/image-pull-secret.yaml"
kubectl kustomize "$copy/k8s/deployments/workload-identity" > "$into/image-pull-secret-deployment.yaml"
