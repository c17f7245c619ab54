#!/usr/bin/env bash
# Removes what setup.sh created. See --help.
# shellcheck disable=SC2016
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=k8s/azure/lib.sh
. "$HERE/lib.sh"

YES=
CLUSTER=podidentitydemo
CLUSTER_GROUP=
NAMESPACE=default
STAYS=
DELETE_APPLICATION=

usage() {
    cat << 'TEXT'
usage: k8s/azure/teardown.sh [options]

Deletes the resource group that setup.sh created, with everything in it, and waits until it is gone. A group that existed
before (it does not have the tag made-by=pod-identity-setup) is not touched. If the cluster is in a group of its own,
deletes the demo's objects and its secret from the cluster. Deletes the passwords of the application of mode
service-principal that setup.sh made (those named podidentitydemo). At the end, says what stays and how to delete that.

  --group NAME             podidentitydemo
  --cluster NAME           podidentitydemo
  --cluster-group NAME     the cluster's group, if setup.sh was given a different one
  --namespace NAME         default, of the demo in that cluster
  --delete-application     also the application itself; it is not in a group
  --application NAME       podidentitydemo
  --subscription ID        the current one of az
  --yes                    do not ask
  --dry-run                print every command, to paste into bash; do not contact Azure

Exit status: 0 done, 1 a command failed, 2 wrong usage, 3 az or the sign-in is missing.
TEXT
}

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h)
                usage
                exit 0
                ;;
            --dry-run) DRY_RUN=yes ;;
            --yes) YES=yes ;;
            --delete-application) DELETE_APPLICATION=yes ;;
            --group | --application | --subscription | --cluster | --cluster-group | --namespace)
                option_value "$1" $#
                printf -v "$(printf %s "${1#--}" | tr 'a-z-' 'A-Z_')" %s "$2"
                shift
                ;;
            *) die "$EXIT_USAGE" "unknown option \"$1\". See --help." ;;
        esac
        shift
    done
    match --group "$GROUP" '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'
    match --application "$APPLICATION" '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$'
    match --cluster "$CLUSTER" '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'
    match --cluster-group "$CLUSTER_GROUP" '^([A-Za-z0-9][A-Za-z0-9_.-]{0,62})?$'
    match --namespace "$NAMESPACE" '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
}

stays() {
    STAYS="$STAYS
  - $*"
}

# A cluster of somebody else's keeps running, so the demo is taken out of it. A kind that the cluster does not know, such
# as AzureIdentity, is not an error.
leave_cluster() {
    local nodes kind
    [ -n "$CLUSTER_GROUP" ] && [ "$CLUSTER_GROUP" != "$GROUP" ] || return 0
    step "the demo in cluster $CLUSTER"
    if [ -z "$DRY_RUN" ] && ! exists az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o none; then
        say "   there is no such cluster"
        return
    fi
    if [ -n "$DRY_RUN" ]; then
        echo 'export KUBECONFIG=$(mktemp)'
        KUBECONFIG='$KUBECONFIG'
    else
        export KUBECONFIG=$SCRATCH/kubeconfig
    fi
    run az aks get-credentials -g "$CLUSTER_GROUP" -n "$CLUSTER" --file "$KUBECONFIG" --overwrite-existing -o none
    run kubectl delete deployment,pod,service,poddisruptionbudget,networkpolicy,serviceaccount podidentitydemo \
        -n "$NAMESPACE" --ignore-not-found
    run kubectl delete secret spaccess -n "$NAMESPACE" --ignore-not-found
    for kind in azureidentities azureidentitybindings; do
        known "$kind.aadpodidentity.k8s.io" || continue
        run kubectl delete "$kind.aadpodidentity.k8s.io" azureaccess spaccess -n "$NAMESPACE" --ignore-not-found
    done
    if known ciliumnetworkpolicies.cilium.io; then
        run kubectl delete ciliumnetworkpolicies.cilium.io podidentitydemo-local-dns -n "$NAMESPACE" --ignore-not-found
    fi
    [ -z "$DRY_RUN" ] || return 0
    nodes=$(az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" --query nodeResourceGroup -o tsv < /dev/null)
    stays "the role Virtual Machine Contributor of the cluster's kubelet identity on the group $nodes, if setup.sh created it:" \
        "other identities of aad-pod-identity need it too. List it: az role assignment list -g $nodes -o table"
    [ "$NAMESPACE" = default ] || stays "the namespace $NAMESPACE: kubectl delete namespace $NAMESPACE"
}

known() {
    [ -n "$DRY_RUN" ] || kubectl get crd "$1" -o name > /dev/null 2>&1 < /dev/null
}

confirm() {
    local answer
    [ -z "$YES" ] || return 0
    [ -t 0 ] || die "$EXIT_USAGE" "this deletes the group $GROUP and everything in it: add --yes"
    read -r -p "Delete the group $GROUP and everything in it? Type its name: " answer
    [ "$answer" = "$GROUP" ] || die "$EXIT_USAGE" "nothing was deleted"
}

delete_group() {
    local tag
    step "resource group $GROUP"
    if [ -z "$DRY_RUN" ]; then
        if ! exists az group show -n "$GROUP" -o none; then
            say "   there is none"
            return
        fi
        tag=$(az group show -n "$GROUP" --query "tags.\"$TAG_NAME\"" -o tsv < /dev/null)
        [ "$tag" = "$TAG_VALUE" ] \
            || die "$EXIT_USAGE" "setup.sh did not create the group $GROUP (no tag $TAG_NAME=$TAG_VALUE): delete its contents by hand"
        confirm
    fi
    run az group delete -n "$GROUP" --yes
}

# The application is in no group. Only its passwords are deleted without being asked for: the demo's, not those of others.
delete_application() {
    local ids id
    step "application $APPLICATION"
    if [ -n "$DRY_RUN" ]; then
        capture CLIENT_ID az ad app list --filter "displayName eq '$APPLICATION'" --query '[0].appId' -o tsv
        delete_or_leave "$CLIENT_ID"
        return
    fi
    # Many users may not list applications, and most have made none.
    if ! ids=$(az ad app list --filter "displayName eq '$APPLICATION'" --query '[].appId' -o tsv < /dev/null); then
        [ -z "$DELETE_APPLICATION" ] || return 1
        stays "the application $APPLICATION with its password, if --mode service-principal made one: az cannot list it (see above)"
        return
    fi
    [ -z "$DELETE_APPLICATION" ] || [[ $ids != *$'\n'* ]] \
        || die "$EXIT_USAGE" "there are several applications named $APPLICATION: delete the right one with az ad app delete --id"
    [ -n "$ids" ] || say "   there is none"
    for id in $ids; do
        delete_or_leave "$id"
    done
}

delete_or_leave() {
    if [ -n "$DELETE_APPLICATION" ]; then
        run az ad app delete --id "$1"
    else
        delete_passwords "$1"
        stays "the application $APPLICATION ($1), without the demo's password: az ad app delete --id $1"
    fi
}

# By their name, which make_secret of deploy.sh gives them.
delete_passwords() {
    local keys key list=(az ad app credential list --id "$1" --query "[?displayName=='podidentitydemo'].keyId" -o tsv)
    if [ -n "$DRY_RUN" ]; then
        printf 'for KEY in $(%s); do az ad app credential delete --id "%s" --key-id "$KEY"; done\n' "$(words "${list[@]}")" "$1"
        return
    fi
    keys=$("${list[@]}" < /dev/null)
    for key in $keys; do
        run az ad app credential delete --id "$1" --key-id "$key"
    done
}

main() {
    parse "$@"
    begin
    if [ -z "$DRY_RUN" ]; then
        need_tool az "See https://learn.microsoft.com/cli/azure/install-azure-cli"
        need_sign_in
    fi
    [ -z "$SUBSCRIPTION" ] || run az account set --subscription "$SUBSCRIPTION"
    leave_cluster
    delete_group
    delete_application
    [ -z "$DRY_RUN" ] || return 0
    if [ -n "$STAYS" ]; then
        say "This stays:$STAYS"
    else
        say "Nothing is left of what setup.sh created."
    fi
}

main "$@"
