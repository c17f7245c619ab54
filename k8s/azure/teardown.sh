#!/usr/bin/env bash
# Removes what setup.sh created. See --help.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=k8s/azure/lib.sh
. "$HERE/lib.sh"

YES=
DELETE_APPLICATION=

usage() {
    cat << 'TEXT'
usage: k8s/azure/teardown.sh [options]

Deletes the resource group that setup.sh created, with everything in it, and waits until it is gone. A group that existed
before (it does not have the tag made-by=pod-identity-setup) is not touched.

  --group NAME             podidentitydemo
  --delete-application     also the application of mode service-principal, which is not in a group
  --application NAME       podidentitydemo
  --subscription ID        the current one of az
  --yes                    do not ask
  --dry-run                print every command, to paste into bash; do not contact Azure

Exit status: 0 nothing is left, 1 a command failed, 2 wrong usage, 3 az or the sign-in is missing.
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
            --group | --application | --subscription)
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

delete_application() {
    local id
    [ -n "$DELETE_APPLICATION" ] || return 0
    step "application $APPLICATION"
    if [ -n "$DRY_RUN" ]; then
        capture CLIENT_ID az ad app list --filter "displayName eq '$APPLICATION'" --query '[0].appId' -o tsv
        run az ad app delete --id "$CLIENT_ID"
        return
    fi
    id=$(az ad app list --filter "displayName eq '$APPLICATION'" --query '[].appId' -o tsv < /dev/null)
    case $id in
        '') say "   there is none" ;;
        *$'\n'*) die "$EXIT_USAGE" "there are several applications named $APPLICATION: delete the right one with az ad app delete --id" ;;
        *) run az ad app delete --id "$id" ;;
    esac
}

main() {
    parse "$@"
    begin
    if [ -z "$DRY_RUN" ]; then
        need_tool az "See https://learn.microsoft.com/cli/azure/install-azure-cli"
        need_sign_in
    fi
    [ -z "$SUBSCRIPTION" ] || run az account set --subscription "$SUBSCRIPTION"
    delete_group
    delete_application
}

main "$@"
