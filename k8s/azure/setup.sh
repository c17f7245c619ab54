#!/usr/bin/env bash
# Sets up everything that the demo needs in Azure, and deploys it. See --help.
# shellcheck disable=SC2016
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
# shellcheck source=k8s/azure/lib.sh
. "$HERE/lib.sh"
# shellcheck source=k8s/azure/manifests.sh
. "$HERE/manifests.sh"
# shellcheck source=k8s/azure/deploy.sh
. "$HERE/deploy.sh"

MODE=workload-identity
LOCATION=northeurope
CLUSTER=podidentitydemo
CLUSTER_GROUP=
IDENTITY=podidentitydemo
CREDENTIAL=podidentitydemo
AUDIENCE=api://AzureADTokenExchange
REGISTRY=
ACCOUNT=
CONTAINER=samples
NAMESPACE=default
NODES=1
NODE_SIZE=
IMAGE=
TAG=0.1.0
BUILDER=auto
PLATFORM=linux/amd64
KIND=pod
MONITORING=none
PULL_SECRET=
IDENTITY_ID=
NODE_SUBNET=10.224.0.0/16
ENV_FILE=
PORT=
PORT_FORWARD=yes
TIMEOUT=900
INTERVAL=5
# The cluster's network policy engine: cilium, calico, azure or none.
NETWORK=none

usage() {
    cat << 'TEXT'
usage: k8s/azure/setup.sh [options]

Creates a resource group, a registry, an AKS cluster, an identity, a storage account with a sample blob, and the role that
allows the identity to read it. Then builds the image, deploys the demo, and forwards http://localhost:8080 to it. What
exists already is not changed: after a failure, run it again and it continues. It keeps no file; it asks Azure what exists.

  --mode MODE            workload-identity (default): a managed identity that trusts the pod's service account
                         pod-identity:      a managed identity, with aad-pod-identity
                         service-principal: an application with a password, with aad-pod-identity
                         aad-pod-identity is archived and its AKS add-on ended in September 2025: AKS no longer installs
                         it. These two modes need a cluster where it still runs; they do not create one.
  --dry-run              print every command, to paste into bash; do not contact Azure
  --location REGION      northeurope
  --group NAME           podidentitydemo, the resource group
  --cluster NAME         podidentitydemo
  --cluster-group NAME   the cluster's group, if it is a different one
  --identity NAME        podidentitydemo, the managed identity
  --credential NAME      podidentitydemo, its federated credential
  --audience AUDIENCE    api://AzureADTokenExchange; other clouds need a different one
  --application NAME     podidentitydemo, the application of mode service-principal
  --registry NAME        podid and a number computed from subscription and group
  --account NAME         the storage account; its default name is computed in the same way
  --container NAME       samples
  --namespace NAME       default
  --nodes N, --node-size SIZE   1, and the default of AKS
  --node-subnet CIDR     10.224.0.0/16, for aad-pod-identity before 1.6.2 in a cluster with a subnet of its own
  --image IMAGE          deploy this image: no registry, no build (the cluster must be able to pull it)
  --tag TAG              0.1.0, of the image that is built; it is deployed by its digest, so a new image is always used
  --builder BUILDER      docker or podman (the Dockerfile, with an AOT cache: starts faster), acr (the same, built in
                         Azure), jib (needs Maven only); default: the first of docker, podman, jib that is there
  --platform PLATFORM    linux/amd64, for docker and podman; linux/arm64 for Arm nodes
  --deployment           two pods as a Deployment with Service and PodDisruptionBudget, instead of a single pod
  --monitoring KIND      none (default), operator (Prometheus operator) or azure (Azure's managed Prometheus)
  --subscription ID      the current one of az
  --from-env-file FILE   mode service-principal: your own application, from the lines AZURE_CLIENT_ID=...,
                         AZURE_TENANT_ID=..., AZURE_CLIENT_SECRET=... in a file that only you can read
  --port N               on this machine; default: 8080, or a free one if another program has it
  --no-port-forward      check that blobs can be read, then end
  --timeout SECONDS      900, for each wait; roles can take ten minutes to work everywhere
  --interval SECONDS     5, between two checks

No secret is put on a command line or into a file that remains. Exit status: 0 done, 1 a command failed, 2 wrong usage,
3 something is missing (a tool, the sign-in, aad-pod-identity), 4 a wait took too long.
teardown.sh removes everything. An AKS cluster costs money as long as it exists.
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
            --no-port-forward) PORT_FORWARD= ;;
            --deployment) KIND=deployment ;;
            --mode | --location | --group | --cluster | --cluster-group | --identity | --credential | --audience | --application | \
                --registry | --account | --container | --namespace | --nodes | --node-size | --node-subnet | --image | --tag | \
                --builder | --platform | --monitoring | --subscription | --port | --timeout | --interval)
                option_value "$1" $#
                printf -v "$(printf %s "${1#--}" | tr 'a-z-' 'A-Z_')" %s "$2"
                shift
                ;;
            --from-env-file)
                option_value "$1" $#
                ENV_FILE=$2
                shift
                ;;
            *) die "$EXIT_USAGE" "unknown option \"$1\". See --help." ;;
        esac
        shift
    done
    CLUSTER_GROUP=${CLUSTER_GROUP:-$GROUP}
}

validate() {
    local name='^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$' number='^[1-9][0-9]{0,5}$'
    match --mode "$MODE" '^(workload-identity|pod-identity|service-principal)$'
    match --location "$LOCATION" '^[a-z0-9]+$'
    match --group "$GROUP" "$name"
    match --cluster "$CLUSTER" "$name"
    match --cluster-group "$CLUSTER_GROUP" "$name"
    match --identity "$IDENTITY" '^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$'
    match --credential "$CREDENTIAL" '^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$'
    match --audience "$AUDIENCE" '^[A-Za-z0-9:/._-]+$'
    match --application "$APPLICATION" '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$'
    match --registry "$REGISTRY" '^([A-Za-z0-9]{5,50})?$'
    match --account "$ACCOUNT" '^([a-z0-9]{3,24})?$'
    match --container "$CONTAINER" '^[a-z0-9][a-z0-9-]{2,62}$'
    match --namespace "$NAMESPACE" '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
    match --nodes "$NODES" "$number"
    match --node-size "$NODE_SIZE" '^[A-Za-z0-9_]*$'
    match --node-subnet "$NODE_SUBNET" '^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$'
    match --image "$IMAGE" '^([a-z0-9][A-Za-z0-9._:/@-]*)?$'
    match --tag "$TAG" '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$'
    match --builder "$BUILDER" '^(auto|docker|podman|acr|jib)$'
    match --platform "$PLATFORM" '^linux/(amd64|arm64)$'
    match --monitoring "$MONITORING" '^(none|operator|azure)$'
    match --port "$PORT" '^([1-9][0-9]{0,4})?$'
    match --timeout "$TIMEOUT" "$number"
    match --interval "$INTERVAL" "$number"
    [ -z "$ENV_FILE" ] || [ "$MODE" = service-principal ] || die "$EXIT_USAGE" "--from-env-file is for --mode service-principal"
}

check_tools() {
    [ -z "$DRY_RUN" ] || return 0
    need_tool az "See https://learn.microsoft.com/cli/azure/install-azure-cli"
    need_tool kubectl "Install it with az aks install-cli."
    need_tool curl ""
    [ -n "$IMAGE" ] || need_tool mvn "Maven builds the image; or use an existing one: --image IMAGE"
    need_sign_in
}

choose_subscription() {
    step "subscription"
    [ -z "$SUBSCRIPTION" ] || run az account set --subscription "$SUBSCRIPTION"
    capture SUBSCRIPTION_ID az account show --query id -o tsv
    capture TENANT_ID az account show --query tenantId -o tsv
}

# Names of registries and accounts are unique worldwide. The same subscription and group always give the same name, so
# that a second run finds what the first one created.
choose_names() {
    local number
    if [ -n "$DRY_RUN" ]; then
        [ -n "$REGISTRY" ] && [ -n "$ACCOUNT" ] && return
        printf 'NUMBER=$(printf %%s "$SUBSCRIPTION_ID/%s" | cksum | cut -d" " -f1)\n' "$GROUP"
        number='$NUMBER'
    else
        number=$(printf %s "$SUBSCRIPTION_ID/$GROUP" | cksum | cut -d' ' -f1)
    fi
    REGISTRY=${REGISTRY:-podid$number}
    ACCOUNT=${ACCOUNT:-podid$number}
}

# Fails early, before anything is created and paid for that cannot work.
warn_of_the_end() {
    [ "$MODE" != workload-identity ] || return 0
    step "aad-pod-identity"
    say "   --mode $MODE needs aad-pod-identity, which is archived; its AKS add-on ended in September 2025 and AKS no
   longer installs it. On a cluster without it the pod runs, but its page says that there is no token.
   --mode workload-identity is what AKS offers today. It needs no secret and nothing to install."
    if [ -z "$DRY_RUN" ] && ! exists az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o none; then
        die "$EXIT_MISSING" "there is no cluster $CLUSTER in $CLUSTER_GROUP, and a new one would have no aad-pod-identity." \
            "Name a cluster where it still runs (--cluster, --cluster-group), or use --mode workload-identity."
    fi
}

make_group() {
    step "resource group $GROUP"
    ensure az group show -n "$GROUP" -o none \
        -- az group create -n "$GROUP" -l "$LOCATION" --tags "$TAG_NAME=$TAG_VALUE" -o none
}

make_registry() {
    [ -z "$IMAGE" ] || return 0
    step "registry $REGISTRY"
    ensure az acr show -g "$GROUP" -n "$REGISTRY" -o none \
        -- az acr create -g "$GROUP" -n "$REGISTRY" -l "$LOCATION" --sku Basic -o none
    capture REGISTRY_ID az acr show -g "$GROUP" -n "$REGISTRY" --query id -o tsv
    capture LOGIN_SERVER az acr show -g "$GROUP" -n "$REGISTRY" --query loginServer -o tsv
}

make_cluster() {
    local size=()
    [ "$MODE" = workload-identity ] || return 0
    step "AKS cluster $CLUSTER (about five minutes if it is new)"
    [ -z "$NODE_SIZE" ] || size=(--node-vm-size "$NODE_SIZE")
    ensure az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o none \
        -- az aks create -g "$CLUSTER_GROUP" -n "$CLUSTER" -l "$LOCATION" --tier free --node-count "$NODES" \
        ${size[@]+"${size[@]}"} --network-plugin azure --network-plugin-mode overlay --network-dataplane cilium \
        --enable-oidc-issuer --enable-workload-identity --no-ssh-key -o none
    [ -n "$DRY_RUN" ] || settle_cluster
}

# An existing cluster may still be in creation, broken after a failure, or created without workload identity.
settle_cluster() {
    local state=(az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o tsv --query
        "join(' ', [provisioningState, to_string(oidcIssuerProfile.enabled), to_string(securityProfile.workloadIdentity.enabled)])")
    case $("${state[@]}" < /dev/null) in
        Creating* | Updating* | Upgrading* | Starting*)
            run az aks wait -g "$CLUSTER_GROUP" -n "$CLUSTER" --custom "provisioningState!='Creating' && provisioningState!='Updating'" \
                --interval "$INTERVAL" --timeout 1800
            ;;
    esac
    case $("${state[@]}" < /dev/null) in
        'Succeeded true true') ;;
        *) run az aks update -g "$CLUSTER_GROUP" -n "$CLUSTER" --enable-oidc-issuer --enable-workload-identity -o none ;;
    esac
}

# Which policies the cluster enforces: Cilium needs one of its own for LocalDNS, and others do not know that kind.
learn_network() {
    if [ -n "$DRY_RUN" ]; then
        [ "$MODE" != workload-identity ] || NETWORK=cilium
        return
    fi
    capture NETWORK az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o tsv \
        --query "networkProfile.networkDataplane=='cilium' && 'cilium' || networkProfile.networkPolicy || 'none'"
    [ "$NETWORK" != none ] || say "   warning: the cluster enforces no network policies (networkPolicy is none): each pod
   can reach the node's metadata service. An update can add Cilium: az aks update --network-dataplane cilium"
}

connect_cluster() {
    step "credentials of the cluster, only for this run"
    if [ -n "$DRY_RUN" ]; then
        echo 'export KUBECONFIG=$(mktemp)'
        KUBECONFIG='$KUBECONFIG'
    else
        export KUBECONFIG=$SCRATCH/kubeconfig
    fi
    run az aks get-credentials -g "$CLUSTER_GROUP" -n "$CLUSTER" --file "$KUBECONFIG" --overwrite-existing -o none
    [ "$MODE" = workload-identity ] || need_aad_pod_identity
}

need_aad_pod_identity() {
    if [ -n "$DRY_RUN" ]; then
        words kubectl get crd azureidentities.aadpodidentity.k8s.io -o name
        echo
        return
    fi
    kubectl get crd azureidentities.aadpodidentity.k8s.io -o name > /dev/null < /dev/null \
        || die "$EXIT_MISSING" "cluster $CLUSTER does not know AzureIdentity: aad-pod-identity is not installed there." \
            "Install its last version, 1.8.17, yourself if you need it, or use --mode workload-identity."
}

# ensure_role OBJECT_ID TYPE ROLE SCOPE. Uses object ID and type, because a new name is not known everywhere in Entra ID
# at once.
ensure_role() {
    local found
    if [ -z "$DRY_RUN" ]; then
        found=$(az role assignment list --assignee-object-id "$1" --scope "$4" --fill-principal-name false \
            --query "[?roleDefinitionName=='$3'].id" -o tsv < /dev/null)
        if [ -n "$found" ]; then
            say "   already exists"
            return
        fi
    fi
    run az role assignment create --assignee-object-id "$1" --assignee-principal-type "$2" --role "$3" --scope "$4" -o none
}

let_cluster_pull() {
    [ -z "$IMAGE" ] || return 0
    step "the cluster may pull from the registry"
    capture KUBELET_ID az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" --query identityProfile.kubeletidentity.objectId -o tsv
    ensure_role "$KUBELET_ID" ServicePrincipal AcrPull "$REGISTRY_ID"
}

make_identity() {
    [ "$MODE" != service-principal ] || return 0
    step "managed identity $IDENTITY"
    ensure az identity show -g "$GROUP" -n "$IDENTITY" -o none \
        -- az identity create -g "$GROUP" -n "$IDENTITY" -l "$LOCATION" -o none
    capture IDENTITY_ID az identity show -g "$GROUP" -n "$IDENTITY" --query id -o tsv
    capture CLIENT_ID az identity show -g "$GROUP" -n "$IDENTITY" --query clientId -o tsv
    capture PRINCIPAL_ID az identity show -g "$GROUP" -n "$IDENTITY" --query principalId -o tsv
}

# Issuer and subject must match exactly, including the slash at the issuer's end.
make_credential() {
    local subject=system:serviceaccount:$NAMESPACE:podidentitydemo of=(-g "$GROUP" --identity-name "$IDENTITY" --name "$CREDENTIAL")
    [ "$MODE" = workload-identity ] || return 0
    step "federated credential $CREDENTIAL: the identity trusts $subject"
    capture ISSUER az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" --query oidcIssuerProfile.issuerUrl -o tsv
    ensure az identity federated-credential show "${of[@]}" -o none \
        -- az identity federated-credential create "${of[@]}" --issuer "$ISSUER" --subject "$subject" \
        --audiences "$AUDIENCE" -o none
    [ -n "$DRY_RUN" ] || settle_credential "$subject" "${of[@]}"
}

# An existing credential may trust a deleted cluster: a new cluster has another issuer.
settle_credential() {
    local subject=$1 trusted
    shift
    trusted=$(az identity federated-credential show "$@" --query "join(' ', [issuer, subject])" -o tsv < /dev/null)
    [ "$trusted" = "$ISSUER $subject" ] \
        || run az identity federated-credential update "$@" --issuer "$ISSUER" --subject "$subject" \
            --audiences "$AUDIENCE" -o none
}

# The roles that aad-pod-identity needs to assign the identity to the nodes.
let_cluster_assign() {
    local nodes
    [ "$MODE" = pod-identity ] || return 0
    step "the cluster may assign the identity to its nodes"
    [ -n "${KUBELET_ID:-}" ] || capture KUBELET_ID az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" --query identityProfile.kubeletidentity.objectId -o tsv
    capture NODE_GROUP az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" --query nodeResourceGroup -o tsv
    nodes=/subscriptions/$SUBSCRIPTION_ID/resourceGroups/$NODE_GROUP
    ensure_role "$KUBELET_ID" ServicePrincipal 'Managed Identity Operator' "$IDENTITY_ID"
    ensure_role "$KUBELET_ID" ServicePrincipal 'Virtual Machine Contributor' "$nodes"
}

make_storage() {
    step "storage account $ACCOUNT"
    ensure az storage account show -g "$GROUP" -n "$ACCOUNT" -o none \
        -- az storage account create -g "$GROUP" -n "$ACCOUNT" -l "$LOCATION" --sku Standard_LRS --kind StorageV2 \
        --min-tls-version TLS1_2 --allow-blob-public-access false --allow-shared-key-access false -o none
    capture ACCOUNT_ID az storage account show -g "$GROUP" -n "$ACCOUNT" --query id -o tsv
    capture ENDPOINT az storage account show -g "$GROUP" -n "$ACCOUNT" --query primaryEndpoints.blob -o tsv
    step "container $CONTAINER"
    ensure az storage container-rm show -g "$GROUP" --storage-account "$ACCOUNT" -n "$CONTAINER" -o none \
        -- az storage container-rm create -g "$GROUP" --storage-account "$ACCOUNT" -n "$CONTAINER" -o none
}

let_identity_read() {
    step "the pod's identity may read blobs"
    ensure_role "$PRINCIPAL_ID" ServicePrincipal 'Storage Blob Data Reader' "$ACCOUNT_ID"
}

# The account accepts no keys, so the signed-in user needs a role to upload the sample, even an owner of the group.
put_sample() {
    step "a sample blob"
    who_am_i
    ensure_role "$CALLER_ID" "$CALLER_TYPE" 'Storage Blob Data Contributor' "$ACCOUNT_ID"
    if [ -n "$DRY_RUN" ]; then
        words az storage blob upload --blob-endpoint "$ENDPOINT" -c "$CONTAINER" -n hello.txt \
            --data 'Read with a token, not with a key.' --auth-mode login --overwrite --no-progress -o none
        echo
    else
        await "your role works in the storage account" "$TIMEOUT" upload_sample
    fi
}

who_am_i() {
    CALLER_TYPE=User
    if [ -z "$DRY_RUN" ] && [ "$(az account show --query user.type -o tsv < /dev/null)" = servicePrincipal ]; then
        CALLER_TYPE=ServicePrincipal
        capture CALLER_ID az ad sp show --id "$(az account show --query user.name -o tsv < /dev/null)" --query id -o tsv
    else
        capture CALLER_ID az ad signed-in-user show --query id -o tsv
    fi
}

upload_sample() {
    local blob=(--blob-endpoint "$ENDPOINT" -c "$CONTAINER" -n hello.txt --auth-mode login) found
    if found=$(az storage blob exists "${blob[@]}" --query exists -o tsv 2> "$SCRATCH/upload.err" < /dev/null); then
        [ "$found" != true ] || return 0
        az storage blob upload "${blob[@]}" --data 'Read with a token, not with a key.' --content-type text/plain \
            --no-progress -o none 2> "$SCRATCH/upload.err" < /dev/null && return 0
    fi
    ! grep -qE 'required permissions|AuthorizationPermissionMismatch|AuthorizationFailure' "$SCRATCH/upload.err" || return "$NOT_YET"
    cat "$SCRATCH/upload.err" >&2
    return 1
}

main() {
    parse "$@"
    validate
    begin
    check_tools
    choose_subscription
    choose_names
    warn_of_the_end
    make_group
    make_registry
    make_cluster
    learn_network
    connect_cluster
    let_cluster_pull
    make_identity
    make_application
    make_credential
    let_cluster_assign
    make_storage
    let_identity_read
    put_sample
    push_image
    make_namespace
    make_secret
    deploy
    look_at_it
}

main "$@"
