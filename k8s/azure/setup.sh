#!/usr/bin/env bash
# Sets up everything that the demo needs in Azure, and deploys it. See --help.
# shellcheck disable=SC2016,SC2034,SC2153
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=k8s/azure/lib.sh
. "$ROOT/k8s/azure/lib.sh"

HELP="usage: k8s/azure/setup.sh [options]

Creates a resource group, a registry, an AKS cluster, an identity, a storage account with a sample blob, and the role that
allows the identity to read it. Then builds the image, deploys the demo, and forwards http://localhost:8080 to it. What
exists already is not changed: after a failure, run it again and it continues. It asks Azure what exists; the one file that
it keeps is k8s/mine, by which kubectl apply -k k8s/mine deploys the same.

No secret is put on a command line or into a file that remains. Exit status: 0 done, 1 a command failed, 2 wrong usage,
3 something is missing (a tool, the sign-in), 4 a wait took too long.
teardown.sh removes everything. An AKS cluster costs money as long as it exists.

The identity trusts the pod's service account (workload identity). With aad-pod-identity, which AKS no longer installs:
k8s/README.md."
OPTIONS="dry-run||print every command, to paste into bash; do not contact Azure|flag
location|northeurope|the region|^[a-z0-9]+$
group|podidentitydemo|the resource group|$NAME_PATTERN
cluster|podidentitydemo||$NAME_PATTERN
cluster-group||the cluster's group, if it is a different one|$NAME_PATTERN
identity|podidentitydemo|the managed identity, and its federated credential|^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$
audience|api://AzureADTokenExchange|of the federated credential; other clouds need a different one|^[A-Za-z0-9:/._-]+$
registry||by default podid and a number computed from subscription and group|^[A-Za-z0-9]{5,50}$
account||the storage account; by default named like the registry|^[a-z0-9]{3,24}$
container|samples||^[a-z0-9][a-z0-9-]{2,62}$
namespace|default||^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$
nodes|1||^[1-9][0-9]{0,3}$
node-size||by default that of AKS|^[A-Za-z0-9_]+$
image||deploy this one: no registry, no build (the cluster must be able to pull it)|^[a-z0-9][A-Za-z0-9._:/@-]*$
tag|v1|of the image that is built; it is deployed by its digest, so a new image is always used|^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$
builder||docker, podman (the Dockerfile), jib (Maven alone); by default the first of them that is there|^(docker|podman|jib)$
platform|linux/amd64|for docker and podman; linux/arm64 for Arm nodes|^linux/(amd64|arm64)$
deployment||two pods as a Deployment with Service and PodDisruptionBudget, instead of a single pod|flag
monitoring|none|operator (Prometheus operator) or azure (Azure's managed Prometheus)|^(none|operator|azure)$
subscription||by default the current one of az|^[A-Za-z0-9 ._()-]+$
port|8080|on this machine|^[1-9][0-9]{0,4}$
no-port-forward||check that blobs can be read, then end|flag
timeout|900|seconds for each wait; roles can take ten minutes to work everywhere|^[1-9][0-9]{0,5}$
interval|5|seconds between two checks|^[1-9][0-9]{0,5}$"

choose() {
    step "subscription"
    [ -z "$SUBSCRIPTION" ] || run 'az account set --subscription "$SUBSCRIPTION"'
    capture SUBSCRIPTION_ID 'az account show --query id -o tsv'
    # Names of registries and accounts are unique worldwide. The same subscription and group always give the same name, so
    # that a second run finds what the first one created.
    if [ -z "$REGISTRY" ] || [ -z "$ACCOUNT" ]; then capture NUMBER 'printf %s "$SUBSCRIPTION_ID"/"$GROUP" | cksum | cut -d" " -f1'; fi
    [ -n "$REGISTRY" ] || REGISTRY=podid${NUMBER:-'$NUMBER'}
    [ -n "$ACCOUNT" ] || ACCOUNT=podid${NUMBER:-'$NUMBER'}
}

STATE="join(' ', [provisioningState, to_string(oidcIssuerProfile.enabled), to_string(securityProfile.workloadIdentity.enabled)])"
SETTLED="provisioningState!='Creating' && provisioningState!='Updating'"
ENGINE="networkProfile.networkDataplane=='cilium' && 'cilium' || networkProfile.networkPolicy || 'none'"

make_cluster() {
    local size='' state='az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o tsv --query "$STATE"'
    step "AKS cluster $CLUSTER (about five minutes if it is new)"
    [ -z "$NODE_SIZE" ] || size='--node-vm-size "$NODE_SIZE" '
    ensure 'az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o none' \
        'az aks create -g "$CLUSTER_GROUP" -n "$CLUSTER" -l "$LOCATION" --tier free --node-count "$NODES" '"$size"'--network-plugin azure --network-plugin-mode overlay --network-dataplane cilium --enable-oidc-issuer --enable-workload-identity --no-ssh-key -o none'
    [ -z "$DRY_RUN" ] || return 0
    # An existing cluster may still be in creation, broken after a failure, or created without workload identity.
    case $(eval "$state" < /dev/null) in
        Creating* | Updating* | Upgrading* | Starting*)
            run 'az aks wait -g "$CLUSTER_GROUP" -n "$CLUSTER" --custom "$SETTLED" --interval "$INTERVAL" --timeout 1800' ;;
    esac
    [ "$(eval "$state" < /dev/null)" = 'Succeeded true true' ] \
        || run 'az aks update -g "$CLUSTER_GROUP" -n "$CLUSTER" --enable-oidc-issuer --enable-workload-identity -o none'
}

# Which policies the cluster enforces: Cilium needs one of its own for LocalDNS, and others do not know that kind.
use_cluster() {
    step "the cluster's network, and credentials only for this run"
    NETWORK=cilium
    [ -n "$DRY_RUN" ] || capture NETWORK 'az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" -o tsv --query "$ENGINE"'
    [ "$NETWORK" != none ] || [ -n "$DRY_RUN" ] || say "   warning: the cluster enforces no network policies (networkPolicy is none): each pod
   can reach the node's metadata service. An update can add Cilium: az aks update --network-dataplane cilium"
    connect
}

# let_in OBJECT_ID TYPE ROLE SCOPE: by object ID and type, because a new name is not known everywhere in Entra ID at once.
let_in() {
    local found=''
    [ -n "$DRY_RUN" ] || found=$(eval "az role assignment list --assignee-object-id $1 --scope $4 --fill-principal-name false -o tsv \
        --query \"[?roleDefinitionName=='$3'].id\"" < /dev/null)
    if [ -n "$found" ]; then
        say "   already exists"
    else
        run "az role assignment create --assignee-object-id $1 --assignee-principal-type $2 --role '$3' --scope $4 -o none"
    fi
}

# Issuer and subject must match exactly, including the slash at the issuer's end. An existing credential may trust a deleted
# cluster: a new cluster has another issuer.
make_credential() {
    local of='-g "$GROUP" --identity-name "$IDENTITY" --name "$IDENTITY"' to='--issuer "$ISSUER" --subject "$SUBJECT" --audiences "$AUDIENCE" -o none'
    SUBJECT=system:serviceaccount:$NAMESPACE:podidentitydemo
    step "federated credential $IDENTITY: the identity trusts $SUBJECT"
    capture ISSUER 'az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" --query oidcIssuerProfile.issuerUrl -o tsv'
    ensure "az identity federated-credential show $of -o none" "az identity federated-credential create $of $to"
    [ -n "$DRY_RUN" ] || [ "$(eval "az identity federated-credential show $of --query \"join(' ', [issuer, subject])\" -o tsv" < /dev/null)" = "$ISSUER $SUBJECT" ] \
        || run "az identity federated-credential update $of $to"
}

make_identity() {
    step "managed identity $IDENTITY"
    ensure 'az identity show -g "$GROUP" -n "$IDENTITY" -o none' 'az identity create -g "$GROUP" -n "$IDENTITY" -l "$LOCATION" -o none'
    capture CLIENT_ID 'az identity show -g "$GROUP" -n "$IDENTITY" --query clientId -o tsv'
    capture PRINCIPAL_ID 'az identity show -g "$GROUP" -n "$IDENTITY" --query principalId -o tsv'
}

make_storage() {
    step "storage account $ACCOUNT"
    ensure 'az storage account show -g "$GROUP" -n "$ACCOUNT" -o none' \
        'az storage account create -g "$GROUP" -n "$ACCOUNT" -l "$LOCATION" --sku Standard_LRS --kind StorageV2 --min-tls-version TLS1_2 --allow-blob-public-access false --allow-shared-key-access false -o none'
    capture ACCOUNT_ID 'az storage account show -g "$GROUP" -n "$ACCOUNT" --query id -o tsv'
    capture ENDPOINT 'az storage account show -g "$GROUP" -n "$ACCOUNT" --query primaryEndpoints.blob -o tsv'
    step "container $CONTAINER"
    ensure 'az storage container-rm show -g "$GROUP" --storage-account "$ACCOUNT" -n "$CONTAINER" -o none' \
        'az storage container-rm create -g "$GROUP" --storage-account "$ACCOUNT" -n "$CONTAINER" -o none'
    step "the pod's identity may read blobs"
    let_in '"$PRINCIPAL_ID"' ServicePrincipal 'Storage Blob Data Reader' '"$ACCOUNT_ID"'
}

UPLOAD='az storage blob upload --blob-endpoint "$ENDPOINT" -c "$CONTAINER" -n hello.txt --data "Read with a token, not with a key." --content-type text/plain --auth-mode login --overwrite --no-progress -o none'

# The account accepts no keys, so the signed-in user needs a role to upload the sample, even an owner of the group.
put_sample() {
    local type=User who='az ad signed-in-user show'
    step "a sample blob"
    if [ -z "$DRY_RUN" ] && [ "$(az account show --query user.type -o tsv < /dev/null)" = servicePrincipal ]; then
        type=ServicePrincipal who="az ad sp show --id $(az account show --query user.name -o tsv < /dev/null)"
    fi
    capture CALLER_ID "$who --query id -o tsv"
    let_in '"$CALLER_ID"' "$type" 'Storage Blob Data Contributor' '"$ACCOUNT_ID"'
    if [ -n "$DRY_RUN" ]; then run "$UPLOAD"; else await "your role works in the storage account" upload_sample; fi
}

upload_sample() {
    local exists
    { exists=$(az storage blob exists --blob-endpoint "$ENDPOINT" -c "$CONTAINER" -n hello.txt --auth-mode login --query exists -o tsv < /dev/null) \
        && { [ "$exists" = true ] || eval "$UPLOAD" < /dev/null; }; } 2> "$SCRATCH/upload.err" && return 0
    ! grep -qE 'required permissions|AuthorizationPermissionMismatch|AuthorizationFailure' "$SCRATCH/upload.err" || return "$NOT_YET"
    cat "$SCRATCH/upload.err" >&2
    return 1
}

# A token of Entra ID is the password, with the empty GUID as the user name. It goes through a pipe: "az acr login" alone would
# put it on docker's command line.
TOKEN='az acr login -g "$GROUP" -n "$REGISTRY" --expose-token --only-show-errors --query accessToken -o tsv'
TOKEN_USER=00000000-0000-0000-0000-000000000000
JAR='mvn -q -f "$ROOT/pom.xml" -pl demo-app,token-provider -am -DskipTests package'
BUILD='build -q --platform "$PLATFORM" --build-arg "REVISION=$REVISION" -t "$NAME" "$ROOT"'

# Builds and pushes the image, and sets IMAGE to it by the digest that the push returned: the manifests change exactly when
# the image does, and a node never runs an older one of the same tag. jib makes the same image, on machines without an engine.
push_image() {
    REVISION=$(git -C "$ROOT" rev-parse HEAD 2> /dev/null) || REVISION=unknown
    if [ -z "$BUILDER" ]; then
        BUILDER=jib
        if [ -n "$(command -v podman)" ]; then BUILDER=podman; fi
        if [ -n "$(command -v docker)" ] && docker info > /dev/null 2>&1 < /dev/null; then BUILDER=docker; fi
    fi
    step "image podidentitydemo:$TAG, by $BUILDER"
    run 'NAME=$LOGIN_SERVER/podidentitydemo:$TAG'
    case $BUILDER in
        docker | podman)
            run "$JAR"
            run "$TOKEN"' | "$BUILDER" login -u "$TOKEN_USER" --password-stdin "$LOGIN_SERVER"'
            run '"$BUILDER" '"$BUILD" ;;
    esac
    case $BUILDER in
        docker)
            run 'docker push -q "$NAME"'
            capture DIGEST "docker inspect --format '{{index .RepoDigests 0}}' "'"$NAME"' ;;
        podman)
            run 'DIGEST_FILE=$(mktemp)'
            run 'podman push -q --digestfile "$DIGEST_FILE" "$NAME"'
            capture DIGEST 'cat "$DIGEST_FILE"' ;;
        jib)
            run 'export DOCKER_CONFIG=$(mktemp -d)'
            run "$TOKEN"' | { umask 077; read -r PASSWORD; printf "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}" "$LOGIN_SERVER" "$(printf %s:%s "$TOKEN_USER" "$PASSWORD" | base64 | tr -d "\\n")" > "$DOCKER_CONFIG/config.json"; }'
            run 'mvn -q -f "$ROOT/pom.xml" -pl demo-app -am -DskipTests package jib:build "-Djib.to.image=$NAME" "-Dimage.revision=$REVISION"'
            run 'rm -r "$DOCKER_CONFIG"; unset DOCKER_CONFIG'
            capture DIGEST 'cat "$ROOT/demo-app/target/jib-image.digest"' ;;
    esac
    [ -n "$DRY_RUN" ] || match "the digest of the image" "${DIGEST##*@}" '^sha256:[0-9a-f]{64}$'
    run 'IMAGE=$LOGIN_SERVER/podidentitydemo@${DIGEST##*@}'
}

# found TEXT: whether kubectl prints something.
found() {
    [ -z "$DRY_RUN" ] && [ -n "$(eval "kubectl get $1 --ignore-not-found -o name" < /dev/null)" ]
}

# A pod with another image is deleted, because its status says "ready" for a while after a change, and because workload identity
# prepares a pod only when it is created.
deploy() {
    local image=''
    KIND=${DEPLOYMENT:+deployment} KIND=${KIND:-pod}
    step "the demo, as $KIND"
    run '"$ROOT/k8s/configure.sh" MODE=workload-identity KIND="$KIND" NAMESPACE="$NAMESPACE" IMAGE="$IMAGE" PULL_SECRET= STORAGE_ENDPOINT="$ENDPOINT" STORAGE_CONTAINER="$CONTAINER" CLIENT_ID="$CLIENT_ID" NETWORK="$NETWORK" MONITORING="$MONITORING"'
    [ -n "$DRY_RUN" ] || image=$(kubectl get pod podidentitydemo -n "$NAMESPACE" --ignore-not-found -o 'jsonpath={.spec.containers[0].image}' < /dev/null)
    if [ "$KIND" = pod ] && found 'deployment podidentitydemo -n "$NAMESPACE"'; then
        die "$EXIT_USAGE" "there is a Deployment podidentitydemo in $NAMESPACE: add --deployment, or delete it first"
    fi
    [ -z "$image" ] || [ "$KIND/$image" = "pod/$IMAGE" ] || run 'kubectl delete pod podidentitydemo -n "$NAMESPACE"'
    # Few fields of a running pod can be changed: if others differ, it is created again.
    [ -n "$DRY_RUN" ] || kubectl apply -k "$ROOT/k8s/mine" --dry-run=server > /dev/null 2> "$SCRATCH/apply.err" < /dev/null \
        || ! grep -q 'pod updates may not change' "$SCRATCH/apply.err" || run 'kubectl delete pod podidentitydemo -n "$NAMESPACE"'
    run 'kubectl apply -k "$ROOT/k8s/mine"'
}

# Ends when the pod has listed the blobs: this proves that role, credential and manifests all match.
look_at_it() {
    # One address only: with two, kubectl goes on if it gets just one of them, and the other one's answer is another program's.
    local forward='kubectl port-forward -n "$NAMESPACE" --address 127.0.0.1 "$KIND"/podidentitydemo "$PORT":8080'
    step "check the result"
    case $KIND in
        pod) run 'kubectl wait --for=condition=Ready pod/podidentitydemo -n "$NAMESPACE" --timeout="$TIMEOUT"s' ;;
        *) run 'kubectl rollout status deployment/podidentitydemo -n "$NAMESPACE" --timeout="$TIMEOUT"s' ;;
    esac
    if [ -n "$DRY_RUN" ]; then
        run "$forward"
        run 'rm -f "$KUBECONFIG"; unset KUBECONFIG'
        return
    fi
    eval "exec $forward" > "$SCRATCH/forward.log" 2>&1 < /dev/null &
    FORWARD_PID=$!
    await "the pod reads blobs" reads_blobs
    check_identity
    if [ -z "$NO_PORT_FORWARD" ]; then
        say "Open http://localhost:$PORT (Ctrl-C ends only the forwarding; teardown.sh removes everything)."
        wait "$FORWARD_PID"
    fi
    say "Done. To use your own kubectl: $(shown 'az aks get-credentials -g "$CLUSTER_GROUP" -n "$CLUSTER"')"
}

ask() {
    curl -s --noproxy '*' --max-time 20 "$@"
}

# 403 and 503 are expected until roles and credentials are known in every part of Azure.
reads_blobs() {
    kill -0 "$FORWARD_PID" 2> /dev/null || {
        cat "$SCRATCH/forward.log" >&2
        die "$EXIT_FAILED" "kubectl cannot forward port $PORT of this machine to the $KIND; for another one: --port PORT"
    }
    grep -q '^Forwarding from ' "$SCRATCH/forward.log" || return "$NOT_YET"
    [ "$(ask -o "$SCRATCH/blobs.json" -w '%{http_code}' "http://127.0.0.1:$PORT/api/blobs")" = 200 ] || return "$NOT_YET"
}

check_identity() {
    local identity source='Workload identity'
    identity=$(ask "http://127.0.0.1:$PORT/api/identity" | tr -d '\n' | sed 's/" *: */":/g')
    [[ $identity == *"\"source\":\"$source\""* && $identity == *"\"appId\":\"$CLIENT_ID\""* ]] \
        || die "$EXIT_FAILED" "the pod's token is not of the identity $CLIENT_ID from \"$source\": $(printf %s "$identity" | head -c 300)"
    say "   its identity is $CLIENT_ID, from \"$source\""
}

parse "$@"
CLUSTER_GROUP=${CLUSTER_GROUP:-$GROUP}
begin
# What commands of a dry run find out must not come from the environment.
unset SUBSCRIPTION_ID NUMBER REGISTRY_ID LOGIN_SERVER KUBELET_ID CLIENT_ID PRINCIPAL_ID ISSUER ACCOUNT_ID ENDPOINT CALLER_ID NAME \
    DIGEST DIGEST_FILE
if [ -z "$DRY_RUN" ]; then
    need_tool kubectl "Install it with az aks install-cli."
    need_tool curl ""
    [ -n "$IMAGE" ] || need_tool mvn "Maven builds the image; or use an existing one: --image IMAGE"
fi
need_azure
choose
step "resource group $GROUP"
ensure 'az group show -n "$GROUP" -o none' 'az group create -n "$GROUP" -l "$LOCATION" --tags "$GROUP_TAG" -o none'
if [ -z "$IMAGE" ]; then
    step "registry $REGISTRY"
    ensure 'az acr show -g "$GROUP" -n "$REGISTRY" -o none' 'az acr create -g "$GROUP" -n "$REGISTRY" -l "$LOCATION" --sku Basic -o none'
    capture REGISTRY_ID 'az acr show -g "$GROUP" -n "$REGISTRY" --query id -o tsv'
    capture LOGIN_SERVER 'az acr show -g "$GROUP" -n "$REGISTRY" --query loginServer -o tsv'
fi
make_cluster
use_cluster
if [ -z "$IMAGE" ]; then
    step "the cluster may pull from the registry"
    capture KUBELET_ID 'az aks show -g "$CLUSTER_GROUP" -n "$CLUSTER" --query identityProfile.kubeletidentity.objectId -o tsv'
    let_in '"$KUBELET_ID"' ServicePrincipal AcrPull '"$REGISTRY_ID"'
fi
make_identity
make_credential
make_storage
put_sample
[ -n "$IMAGE" ] || push_image
if [ "$NAMESPACE" != default ]; then
    step "namespace $NAMESPACE"
    if found 'namespace "$NAMESPACE"'; then say "   already exists"; else run 'kubectl create namespace "$NAMESPACE"'; fi
fi
deploy
look_at_it
