#!/usr/bin/env bash
# Removes what setup.sh created. See --help.
# shellcheck disable=SC2016,SC2153
set -euo pipefail

# shellcheck source=k8s/azure/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HELP="usage: k8s/azure/teardown.sh [options]

Deletes the resource group that setup.sh created, with everything in it, and waits until it is gone. A group that existed
before (it does not have the tag $GROUP_TAG) is not touched. If the cluster is in a group of its own,
deletes the demo's objects from the cluster. At the end, says what stays and how to delete that.
Exit status: 0 done, 1 a command failed, 2 wrong usage, 3 az or the sign-in is missing."
OPTIONS="group|podidentitydemo||$NAME_PATTERN
cluster|podidentitydemo||$NAME_PATTERN
cluster-group||the cluster's group, if setup.sh was given a different one|$NAME_PATTERN
namespace|default|of the demo in that cluster|^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$
subscription||by default the current one of az|^[A-Za-z0-9 ._()-]+$
yes||do not ask|flag
dry-run||print every command, to paste into bash; do not contact Azure|flag"
STAYS=

# A cluster of somebody else's keeps running, so the demo is taken out of it.
leave_cluster() {
    step "the demo in cluster $CLUSTER"
    [ -n "$DRY_RUN" ] || exists 'az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o none' || {
        say "   there is no such cluster"
        return 0
    }
    connect
    run 'kubectl delete deployment,pod,service,poddisruptionbudget,networkpolicy,serviceaccount podidentitydemo -n "$NAMESPACE" --ignore-not-found'
    # A kind that the cluster does not know is not an error.
    if [ -n "$DRY_RUN" ] || kubectl get crd ciliumnetworkpolicies.cilium.io -o name > /dev/null 2>&1 < /dev/null; then
        run 'kubectl delete ciliumnetworkpolicies.cilium.io podidentitydemo-local-dns -n "$NAMESPACE" --ignore-not-found'
    fi
    [ "$NAMESPACE" = default ] || STAYS="the namespace $NAMESPACE: kubectl delete namespace $NAMESPACE"
}

may_delete_group() {
    local answer tag
    exists 'az group show -n "$GROUP" -o none' || {
        say "   there is none"
        return 1
    }
    tag=$(az group show -n "$GROUP" --query "tags.\"${GROUP_TAG%=*}\"" -o tsv < /dev/null)
    [ "$tag" = "${GROUP_TAG#*=}" ] || die "$EXIT_USAGE" "setup.sh did not create the group $GROUP (no tag $GROUP_TAG): delete its contents by hand"
    [ -z "$YES" ] || return 0
    [ -t 0 ] || die "$EXIT_USAGE" "this deletes the group $GROUP and everything in it: add --yes"
    read -r -p "Delete the group $GROUP and everything in it? Type its name: " answer
    [ "$answer" = "$GROUP" ] || die "$EXIT_USAGE" "nothing was deleted"
}

parse "$@"
begin
need_azure
[ -z "$SUBSCRIPTION" ] || run 'az account set --subscription "$SUBSCRIPTION"'
if [ -n "$CLUSTER_GROUP" ] && [ "$CLUSTER_GROUP" != "$GROUP" ]; then leave_cluster; fi
step "resource group $GROUP"
if [ -n "$DRY_RUN" ] || may_delete_group; then run 'az group delete -n "$GROUP" --yes'; fi
[ -z "$DRY_RUN" ] || exit 0
if [ -n "$STAYS" ]; then say "This stays: $STAYS"; else say "Nothing is left of what setup.sh created."; fi
