#!/usr/bin/env bash
# Writes the overlay of your own. See --help.
set -euo pipefail

K8S=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=k8s/azure/lib.sh
. "$K8S/azure/lib.sh"
# shellcheck source=k8s/azure/manifests.sh
. "$K8S/azure/manifests.sh"

usage() {
    cat << 'TEXT'
usage: k8s/configure.sh [NAME=VALUE...]

Writes k8s/mine/kustomization.yaml from your values, so that no tracked file needs an edit; git ignores the folder.
Then:  kubectl apply -k k8s/mine

The values are read from k8s/settings.env (copy k8s/settings.example.env, which explains them), and from the command
line, which wins. Nothing in the cluster or in Azure is changed. Exit status: 0 written, 1 it does not render, 2 a wrong
value.
TEXT
}

MODE=workload-identity KIND=pod NAMESPACE=default IMAGE='' PULL_SECRET='' STORAGE_ENDPOINT='' STORAGE_CONTAINER=samples
CLIENT_ID='' TENANT_ID='' IDENTITY_ID='' NODE_SUBNET=10.224.0.0/16 NETWORK=none MONITORING=none

# set_value WHERE NAME=VALUE
set_value() {
    case ${2%%=*} in
        MODE | KIND | NAMESPACE | IMAGE | PULL_SECRET | STORAGE_ENDPOINT | STORAGE_CONTAINER | CLIENT_ID | TENANT_ID | \
            IDENTITY_ID | NODE_SUBNET | NETWORK | MONITORING) printf -v "${2%%=*}" %s "${2#*=}" ;;
        *) die "$EXIT_USAGE" "$1: unknown setting \"${2%%=*}\". See k8s/settings.example.env." ;;
    esac
}

read_settings() {
    local line number=0
    [ -f "$K8S/settings.env" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'} number=$((number + 1))
        case $line in
            '' | '#'*) ;;
            *) set_value "k8s/settings.env, line $number" "$line" ;;
        esac
    done < "$K8S/settings.env"
}

main() {
    local argument
    case ${1:-} in
        --help | -h)
            usage
            exit 0
            ;;
    esac
    begin
    read_settings
    for argument in "$@"; do
        set_value "command line" "$argument"
    done
    match MODE "$MODE" '^(none|workload-identity|pod-identity|service-principal)$'
    match KIND "$KIND" '^(pod|deployment)$'
    match NETWORK "$NETWORK" '^(none|azure|calico|cilium)$'
    match MONITORING "$MONITORING" '^(none|operator|azure)$'
    ENDPOINT=$STORAGE_ENDPOINT CONTAINER=$STORAGE_CONTAINER
    check_values
    mkdir -p "$K8S/mine"
    kustomization .. > "$K8S/mine/kustomization.yaml"
    if command -v kubectl > /dev/null; then
        kubectl kustomize "$K8S/mine" > "$SCRATCH/rendered.yaml"
        check_rendered "$SCRATCH/rendered.yaml"
    fi
    say "k8s/mine is $(source_folder) with your values. Deploy it: kubectl apply -k k8s/mine"
}

main "$@"
