#!/usr/bin/env bash
# Writes k8s/mine/kustomization.yaml from your values, so that no tracked file needs an edit; git ignores the folder:
#
#   k8s/configure.sh [NAME=VALUE...]
#   kubectl apply -k k8s/mine
#
# The values are read from k8s/settings.env (copy k8s/settings.example.env, which explains them), and from the command
# line, which wins. Nothing in the cluster or in Azure is changed. Exit status: 0 written, 1 it does not render, 2 a wrong
# value.
set -euo pipefail

K8S=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# die STATUS MESSAGE...
die() {
    echo "configure.sh: ${*:2}" >&2
    exit "$1"
}

GUID='^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
# shellcheck disable=SC2034
MODE=workload-identity KIND=pod NAMESPACE=default IMAGE='' PULL_SECRET='' STORAGE_ENDPOINT='' STORAGE_CONTAINER=samples \
    CLIENT_ID='' TENANT_ID='' IDENTITY_ID='' NODE_SUBNET=10.224.0.0/16 NETWORK=none MONITORING=none

# set_value WHERE NAME=VALUE
set_value() {
    case ${2%%=*} in
        MODE | KIND | NAMESPACE | IMAGE | PULL_SECRET | STORAGE_ENDPOINT | STORAGE_CONTAINER | CLIENT_ID | TENANT_ID | \
            IDENTITY_ID | NODE_SUBNET | NETWORK | MONITORING) printf -v "${2%%=*}" %s "${2#*=}" ;;
        *) die 2 "$1: unknown setting \"${2%%=*}\". See k8s/settings.example.env." ;;
    esac
}

read_settings() {
    local line number=0
    [ -f "$K8S/settings.env" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'} number=$((number + 1))
        case $line in '' | '#'*) ;; *) set_value "k8s/settings.env, line $number" "$line" ;; esac
    done < "$K8S/settings.env"
}

# match WHAT NAME PATTERN: these values are put into YAML.
match() {
    [[ ${!2} =~ $3 ]] || die 2 "$1 cannot be \"${!2}\": it must match $3"
}

check_values() {
    match MODE MODE '^(none|workload-identity|pod-identity|service-principal)$'
    match KIND KIND '^(pod|deployment)$'
    match NETWORK NETWORK '^(none|azure|calico|cilium)$'
    match MONITORING MONITORING '^(none|operator|azure)$'
    match "the image" IMAGE '^[a-z0-9][A-Za-z0-9._:/@-]*$'
    match "the blob endpoint" STORAGE_ENDPOINT '^https://[A-Za-z0-9./:-]+$'
    match "the container" STORAGE_CONTAINER '^[a-z0-9][a-z0-9-]{2,62}$'
    match "the namespace" NAMESPACE '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
    match "the pull secret" PULL_SECRET '^([a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?)?$'
    match "the nodes' subnet" NODE_SUBNET '^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$'
    [ "$MODE" = none ] || match "the client ID" CLIENT_ID "$GUID"
    [ "$MODE" != service-principal ] || match "the tenant ID" TENANT_ID "$GUID"
    [ "$MODE" != pod-identity ] || match "the identity's path" IDENTITY_ID '^/subscriptions/[A-Za-z0-9/_.()-]*$'
}

source_folder() {
    case $MODE/$KIND in
        none/pod) echo base ;;
        */deployment) echo "deployments/$MODE" ;;
        *) echo "overlays/$MODE" ;;
    esac
}

# patch KIND NAME=VALUE...: replaces the values at these paths in the objects of that kind.
patch() {
    printf '  - target: {kind: %s}\n    patch: |\n' "$1"
    shift
    local value
    for value in "$@"; do
        printf '      - {op: replace, path: %s, value: "%s"}\n' "${value%%=*}" "${value#*=}"
    done
}

kustomization() {
    local secret='' spec
    [ -z "$PULL_SECRET" ] || secret="imagePullSecrets: [{name: $PULL_SECRET}], "
    spec="{${secret}containers: [{name: podidentitydemo, image: \"$IMAGE\", env: [{name: DEMO_STORAGE_ENDPOINT, value: \"${STORAGE_ENDPOINT%/}\"},
        {name: DEMO_STORAGE_CONTAINER, value: \"$STORAGE_CONTAINER\"}]}]}"
    cat << YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: $NAMESPACE
resources:
  - ../$(source_folder)
components:
$([ "$NETWORK" != cilium ] || echo "  - ../components/cilium")
$([ "$MONITORING" != operator ] || echo "  - ../monitoring")
$([ "$MONITORING" != azure ] || echo "  - ../monitoring/azure")
patches:
  - target: {kind: Pod, name: podidentitydemo}
    patch: |
      {apiVersion: v1, kind: Pod, metadata: {name: podidentitydemo}, spec: $spec}
  - target: {kind: Deployment, name: podidentitydemo}
    patch: |
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: podidentitydemo}, spec: {template: {spec: $spec}}}
YAML
    case $MODE in
        workload-identity) patch ServiceAccount "/metadata/annotations/azure.workload.identity~1client-id=$CLIENT_ID" ;;
        pod-identity) patch AzureIdentity "/spec/clientID=$CLIENT_ID" "/spec/resourceID=$IDENTITY_ID" ;;
        service-principal) patch AzureIdentity "/spec/clientID=$CLIENT_ID" "/spec/tenantID=$TENANT_ID" "/spec/clientPassword/namespace=$NAMESPACE" ;;
    esac
    # The address of NMI before 1.6.2, in the last of the policy's rules (network-policy-nmi.yaml).
    case $MODE in
        pod-identity | service-principal) patch NetworkPolicy "/spec/egress/2/to/1/ipBlock/cidr=$NODE_SUBNET"
            echo '      - {op: test, path: /spec/egress/2/ports/0/port, value: 2579}' ;;
    esac
}

case ${1:-} in -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
read_settings
for argument in "$@"; do
    set_value "command line" "$argument"
done
check_values
mkdir -p "$K8S/mine"
kustomization | sed '/^$/d' > "$K8S/mine/kustomization.yaml"
if command -v kubectl > /dev/null; then
    rendered=$(kubectl kustomize "$K8S/mine") || die 1 "kubectl cannot render k8s/mine, see above"
    # A remaining placeholder of the overlays would be noticed only in the pod.
    ! grep -nE 'myregistry|mystorageaccount|[1234]{8}-[1234]{4}-' <<< "$rendered" >&2 || die 1 "the manifests still contain the placeholders above"
fi
echo "k8s/mine is $(source_folder) with your values. Deploy it: kubectl apply -k k8s/mine" >&2
