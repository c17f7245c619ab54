# shellcheck shell=bash disable=SC2016,SC2034,SC2153,SC2154
# The second half of setup.sh: the application and its password, the image, the manifests, and a check of the result.

GUID='^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
RENDERED=
FORWARD_PID=

clean_up() {
    [ -z "$FORWARD_PID" ] || kill "$FORWARD_PID" 2> /dev/null || true
    [ -z "$RENDERED" ] || rm -rf "$RENDERED"
}

make_application() {
    [ "$MODE" = service-principal ] || return 0
    step "application $APPLICATION"
    if [ -n "$ENV_FILE" ]; then
        read_env_file
    else
        find_application
    fi
    capture PRINCIPAL_ID az ad sp show --id "$CLIENT_ID" --query id -o tsv
}

find_application() {
    local found
    if [ -n "$DRY_RUN" ]; then
        words az ad app create --display-name "$APPLICATION" -o none
        echo
        capture CLIENT_ID az ad app list --filter "displayName eq '$APPLICATION'" --query '[0].appId' -o tsv
        words az ad sp create --id "$CLIENT_ID" -o none
        echo
        return
    fi
    found=$(az ad app list --filter "displayName eq '$APPLICATION'" --query '[].appId' -o tsv < /dev/null)
    case $found in
        '') run az ad app create --display-name "$APPLICATION" -o none ;;
        *$'\n'*) die "$EXIT_USAGE" "there are several applications named $APPLICATION: choose another --application, or --from-env-file" ;;
        *) say "   already exists" ;;
    esac
    capture CLIENT_ID az ad app list --filter "displayName eq '$APPLICATION'" --query '[0].appId' -o tsv
    ensure az ad sp show --id "$CLIENT_ID" -o none -- az ad sp create --id "$CLIENT_ID" -o none
}

# The file is only read, never executed.
read_env_file() {
    local line
    [ -f "$ENV_FILE" ] || die "$EXIT_USAGE" "there is no file $ENV_FILE"
    [ -z "$(find "$ENV_FILE" -prune \( -perm -040 -o -perm -020 -o -perm -004 -o -perm -002 \) -print)" ] \
        || die "$EXIT_USAGE" "others can read $ENV_FILE: chmod 600 it first"
    CLIENT_ID='' TENANT_ID='' CLIENT_SECRET=''
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        case $line in
            AZURE_CLIENT_ID=*) CLIENT_ID=${line#*=} ;;
            AZURE_TENANT_ID=*) TENANT_ID=${line#*=} ;;
            AZURE_CLIENT_SECRET=*) CLIENT_SECRET=${line#*=} ;;
        esac
    done < "$ENV_FILE"
    match "AZURE_CLIENT_ID in $ENV_FILE" "$CLIENT_ID" "$GUID"
    match "AZURE_TENANT_ID in $ENV_FILE" "$TENANT_ID" "$GUID"
    [ -n "$CLIENT_SECRET" ] || die "$EXIT_USAGE" "there is no AZURE_CLIENT_SECRET in $ENV_FILE"
}

# jib reads the password from a folder that is deleted when this script ends.
push_image() {
    [ -z "$IMAGE" ] || return 0
    IMAGE=$LOGIN_SERVER/podidentitydemo:$TAG
    step "image $IMAGE"
    local build=(mvn -q -f "$ROOT/pom.xml" -pl demo-app -am -DskipTests package jib:build "-Djib.to.image=$IMAGE")
    if [ -n "$DRY_RUN" ]; then
        echo 'export DOCKER_CONFIG=$(mktemp -d)'
        printf '%s | { read -r TOKEN; printf %s "$(printf %s "$TOKEN" | base64 | tr -d '"'\\\\n'"')" > "$DOCKER_CONFIG/config.json"; }\n' \
            "$(words az acr login -g "$GROUP" -n "$REGISTRY" --expose-token --query accessToken -o tsv)" \
            "'{\"auths\":{\"'\"$LOGIN_SERVER\"'\":{\"auth\":\"%s\"}}}'" "00000000-0000-0000-0000-000000000000:%s"
        words "${build[@]}"
        printf '\nrm -r "$DOCKER_CONFIG"; unset DOCKER_CONFIG\n'
        return
    fi
    log_in_to_registry
    DOCKER_CONFIG=$SCRATCH/docker run "${build[@]}"
}

# An Entra token is used as the password, with the empty GUID as the user name.
log_in_to_registry() {
    local token
    token=$(az acr login -g "$GROUP" -n "$REGISTRY" --expose-token --query accessToken -o tsv 2> "$SCRATCH/acr.err" < /dev/null) || {
        cat "$SCRATCH/acr.err" >&2
        return 1
    }
    (umask 077 && mkdir -p "$SCRATCH/docker" && : > "$SCRATCH/docker/config.json")
    printf '{"auths":{"%s":{"auth":"%s"}}}\n' "$LOGIN_SERVER" \
        "$(printf '00000000-0000-0000-0000-000000000000:%s' "$token" | base64 | tr -d '\n')" > "$SCRATCH/docker/config.json"
}

make_namespace() {
    [ "$NAMESPACE" != default ] || return 0
    step "namespace $NAMESPACE"
    if [ -z "$DRY_RUN" ] && [ -n "$(kubectl get namespace "$NAMESPACE" --ignore-not-found -o name < /dev/null)" ]; then
        say "   already exists"
        return
    fi
    run kubectl create namespace "$NAMESPACE"
}

# The password goes from Entra ID into the cluster's secret through a pipe, so that it appears nowhere else. It is created
# only if there is no secret yet.
make_secret() {
    local create=(kubectl create secret generic spaccess -n "$NAMESPACE" --from-file=password=/dev/stdin)
    local reset=(az ad app credential reset --id "${CLIENT_ID:-}" --append --display-name podidentitydemo --query password -o tsv)
    [ "$MODE" = service-principal ] || return 0
    step "secret spaccess: the application's password"
    if [ -n "$DRY_RUN" ]; then
        [ -z "$ENV_FILE" ] || reset=(sed -n 's/^AZURE_CLIENT_SECRET=//p' "$ENV_FILE")
        printf "%s | tr -d '\\\\n' | %s\n" "$(words "${reset[@]}")" "$(words "${create[@]}")"
        return
    fi
    if [ -n "$(kubectl get secret spaccess -n "$NAMESPACE" --ignore-not-found -o name < /dev/null)" ]; then
        say "   already exists (for a new password, delete it and run this again)"
        return
    fi
    if [ -z "$ENV_FILE" ]; then
        CLIENT_SECRET=$("${reset[@]}" 2> "$SCRATCH/reset.err" < /dev/null) || {
            cat "$SCRATCH/reset.err" >&2
            return 1
        }
    fi
    say "   $(words "${create[@]}")"
    printf %s "$CLIENT_SECRET" | "${create[@]}"
    CLIENT_SECRET=
}

deploy() {
    step "the demo, from k8s/overlays/$MODE"
    if [ -n "$DRY_RUN" ]; then
        RENDERED=$HERE/.setup.dry-run
        printf 'mkdir -p %s\ncat > %s << YAML\n' "$(quote "$RENDERED")" "$(quote "$RENDERED/kustomization.yaml")"
        kustomization
        printf 'YAML\nkubectl kustomize %s | kubectl apply -f -\nrm -r %s\n' "$(quote "$RENDERED")" "$(quote "$RENDERED")"
        RENDERED=
        return
    fi
    check_values
    RENDERED=$(mktemp -d "$HERE/.setup.XXXXXX")
    kustomization > "$RENDERED/kustomization.yaml"
    kubectl kustomize "$RENDERED" > "$SCRATCH/manifests.yaml"
    # A remaining placeholder of the overlays would be noticed only in the pod.
    ! grep -nE 'myregistry|mystorageaccount|[1234]{8}-[1234]{4}-' "$SCRATCH/manifests.yaml" >&2 \
        || die "$EXIT_FAILED" "the manifests still contain the placeholders above"
    apply
}

# These values come from Azure and are put into YAML.
check_values() {
    match "the image" "$IMAGE" '^[a-z0-9][A-Za-z0-9._:/@-]*$'
    match "the client ID" "$CLIENT_ID" "$GUID"
    match "the tenant ID" "$TENANT_ID" "$GUID"
    match "the blob endpoint" "$ENDPOINT" '^https://[A-Za-z0-9./:-]+$'
    match "the identity's path" "${IDENTITY_ID:-/}" '^/[A-Za-z0-9/_.()-]*$'
}

kustomization() {
    cat << YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: $NAMESPACE
resources:
  - ../../overlays/$MODE
$([ "$NETWORK" != cilium ] || printf 'components:\n  - ../../components/cilium')
patches:
  - target: {kind: Pod, name: podidentitydemo}
    patch: |
      apiVersion: v1
      kind: Pod
      metadata: {name: podidentitydemo}
      spec:
$(container "        ")
  - target: {kind: Deployment, name: podidentitydemo}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: podidentitydemo}
      spec:
        template:
          spec:
$(container "            ")
$(identity_patch)
YAML
}

# container INDENT
container() {
    sed "s/^/$1/" << YAML
containers:
  - name: podidentitydemo
    image: "$IMAGE"
    env:
      - {name: DEMO_STORAGE_ENDPOINT, value: "${ENDPOINT%/}"}
      - {name: DEMO_STORAGE_CONTAINER, value: "$CONTAINER"}
YAML
}

identity_patch() {
    case $MODE in
        workload-identity) echo "  - target: {kind: ServiceAccount}
    patch: |
      - {op: replace, path: /metadata/annotations/azure.workload.identity~1client-id, value: \"$CLIENT_ID\"}" ;;
        pod-identity) echo "  - target: {kind: AzureIdentity}
    patch: |
      - {op: replace, path: /spec/resourceID, value: \"$IDENTITY_ID\"}
      - {op: replace, path: /spec/clientID, value: \"$CLIENT_ID\"}" ;;
        service-principal) echo "  - target: {kind: AzureIdentity}
    patch: |
      - {op: replace, path: /spec/tenantID, value: \"$TENANT_ID\"}
      - {op: replace, path: /spec/clientID, value: \"$CLIENT_ID\"}
      - {op: replace, path: /spec/clientPassword/namespace, value: \"$NAMESPACE\"}" ;;
    esac
}

# Few fields of a running pod can be changed. If apply fails for that reason, the pod is deleted and created again.
apply() {
    say "   kubectl apply"
    kubectl apply -f "$SCRATCH/manifests.yaml" < /dev/null 2> "$SCRATCH/apply.err" && return 0
    cat "$SCRATCH/apply.err" >&2
    grep -q 'pod updates may not change' "$SCRATCH/apply.err" || return 1
    run kubectl delete pod podidentitydemo -n "$NAMESPACE" --ignore-not-found
    kubectl apply -f "$SCRATCH/manifests.yaml" < /dev/null
}

# Ends when the pod has listed the blobs: this proves that role, credential and manifests all match.
look_at_it() {
    local target=pod/podidentitydemo
    [ -n "$DRY_RUN" ] || grep -q '^kind: Pod$' "$SCRATCH/manifests.yaml" || target=deployment/podidentitydemo
    step "check the result"
    run kubectl wait --for=condition=Ready pod -l app=podidentitydemo -n "$NAMESPACE" "--timeout=${TIMEOUT}s"
    if [ -n "$DRY_RUN" ]; then
        words kubectl port-forward -n "$NAMESPACE" "$target" "$PORT:8080"
        printf '\nrm -f "$KUBECONFIG"; unset KUBECONFIG\n'
        return
    fi
    kubectl port-forward -n "$NAMESPACE" "$target" "$PORT:8080" > "$SCRATCH/forward.log" 2>&1 < /dev/null &
    FORWARD_PID=$!
    await "the pod reads blobs" "$TIMEOUT" reads_blobs
    say "   its identity: $(curl -s --noproxy '*' --max-time 20 "http://localhost:$PORT/api/identity" | head -c 200)"
    if [ -n "$PORT_FORWARD" ]; then
        say "Open http://localhost:$PORT (Ctrl-C ends only the forwarding; teardown.sh removes everything)."
        wait "$FORWARD_PID"
    fi
    say "Done. To use your own kubectl: $(words az aks get-credentials -g "$CLUSTER_GROUP" -n "$CLUSTER")"
}

# 403 and 503 are expected until roles and credentials are known in every part of Azure.
reads_blobs() {
    local status
    kill -0 "$FORWARD_PID" 2> /dev/null || {
        cat "$SCRATCH/forward.log" >&2
        return 1
    }
    status=$(curl -s --noproxy '*' --max-time 20 -o "$SCRATCH/blobs.json" -w '%{http_code}' "http://localhost:$PORT/api/blobs") || return "$NOT_YET"
    [ "$status" = 200 ] || return "$NOT_YET"
}
