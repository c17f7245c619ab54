# shellcheck shell=bash disable=SC2016,SC2034,SC2153,SC2154
# The second half of setup.sh: the application and its password, the image, the manifests, and a check of the result.

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

# Builds and pushes the image, and sets IMAGE to it by the digest that the push returned: the manifests change exactly when
# the image does, and a node never runs an older one of the same tag.
push_image() {
    local name
    [ -z "$IMAGE" ] || return 0
    name=$LOGIN_SERVER/podidentitydemo:$TAG
    REVISION=$(git -C "$ROOT" rev-parse HEAD 2> /dev/null) || REVISION=unknown
    choose_builder
    step "image $name, by $BUILDER"
    [ "$BUILDER" = jib ] || run mvn -q -f "$ROOT/pom.xml" -pl demo-app,token-provider -am -DskipTests package
    "push_by_$BUILDER" "$name"
    [ -n "$DRY_RUN" ] || match "the digest of the image" "$DIGEST" '^sha256:[0-9a-f]{64}$'
    IMAGE=$LOGIN_SERVER/podidentitydemo@$DIGEST
    say "   $IMAGE"
}

# The Dockerfile's image starts in half the CPU time of jib's (decision 14), so jib is only for machines without an engine.
choose_builder() {
    [ "$BUILDER" = auto ] || return 0
    BUILDER=jib
    if [ -n "$(command -v podman)" ]; then BUILDER=podman; fi
    if [ -n "$(command -v docker)" ] && docker info > /dev/null 2>&1 < /dev/null; then BUILDER=docker; fi
}

# jib reads the password from a folder that is deleted when this script ends.
push_by_jib() {
    local digest=$ROOT/demo-app/target/jib-image.digest
    local build=(mvn -q -f "$ROOT/pom.xml" -pl demo-app -am -DskipTests package jib:build "-Djib.to.image=$1" "-Dimage.revision=$REVISION")
    if [ -n "$DRY_RUN" ]; then
        echo 'export DOCKER_CONFIG=$(mktemp -d)'
        printf '%s | { read -r TOKEN; printf %s "$(printf %s "$TOKEN" | base64 | tr -d '"'\\\\n'"')" > "$DOCKER_CONFIG/config.json"; }\n' \
            "$(words az acr login -g "$GROUP" -n "$REGISTRY" --expose-token --query accessToken -o tsv)" \
            "'{\"auths\":{\"'\"$LOGIN_SERVER\"'\":{\"auth\":\"%s\"}}}'" "00000000-0000-0000-0000-000000000000:%s"
        words "${build[@]}"
        printf '\nrm -r "$DOCKER_CONFIG"; unset DOCKER_CONFIG\n'
        capture DIGEST cat "$digest"
        return
    fi
    log_in_to_registry
    DOCKER_CONFIG=$SCRATCH/docker run "${build[@]}"
    capture DIGEST cat "$digest"
}

push_by_docker() {
    log_in docker
    run docker build -q --platform "$PLATFORM" --build-arg "REVISION=$REVISION" -t "$1" "$ROOT"
    run docker push -q "$1"
    capture DIGEST docker inspect --format '{{index .RepoDigests 0}}' "$1"
    DIGEST=${DIGEST##*@}
    [ -z "$DRY_RUN" ] || { echo 'DIGEST=${DIGEST##*@}'; DIGEST='$DIGEST'; }
}

push_by_podman() {
    local file=$SCRATCH/digest
    if [ -n "$DRY_RUN" ]; then
        file='$DIGEST_FILE'
        echo 'DIGEST_FILE=$(mktemp)'
    fi
    log_in podman
    run podman build -q --platform "$PLATFORM" --build-arg "REVISION=$REVISION" -t "$1" "$ROOT"
    run podman push -q --digestfile "$file" "$1"
    capture DIGEST cat "$file"
}

# log_in docker|podman: by a pipe. "az acr login" alone would put the token on docker's command line.
log_in() {
    local token login=("$1" login -u 00000000-0000-0000-0000-000000000000 --password-stdin "$LOGIN_SERVER")
    local expose=(az acr login -g "$GROUP" -n "$REGISTRY" --expose-token --query accessToken -o tsv)
    if [ -n "$DRY_RUN" ]; then
        printf '%s | %s\n' "$(words "${expose[@]}")" "$(words "${login[@]}")"
        return
    fi
    token=$("${expose[@]}" 2> "$SCRATCH/acr.err" < /dev/null) || {
        cat "$SCRATCH/acr.err" >&2
        return 1
    }
    say "   $(words "${login[@]}")"
    printf %s "$token" | "${login[@]}"
}

# Builds in Azure: nothing but Maven is needed here, and the platform is the registry's, linux/amd64.
push_by_acr() {
    run az acr build -g "$GROUP" -r "$REGISTRY" -t "podidentitydemo:$TAG" --build-arg "REVISION=$REVISION" "$ROOT"
    capture DIGEST az acr repository show -n "$REGISTRY" --image "podidentitydemo:$TAG" --query digest -o tsv
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
    step "the demo, from k8s/$(source_folder)"
    if [ -n "$DRY_RUN" ]; then
        RENDERED=$HERE/.setup.dry-run
        printf 'mkdir -p %s\ncat > %s << YAML\n' "$(quote "$RENDERED")" "$(quote "$RENDERED/kustomization.yaml")"
        kustomization ../..
        printf 'YAML\nkubectl kustomize %s | kubectl apply -f -\nrm -r %s\n' "$(quote "$RENDERED")" "$(quote "$RENDERED")"
        RENDERED=
        return
    fi
    check_values
    RENDERED=$(mktemp -d "$HERE/.setup.XXXXXX")
    kustomization ../.. > "$RENDERED/kustomization.yaml"
    kubectl kustomize "$RENDERED" > "$SCRATCH/manifests.yaml"
    check_rendered "$SCRATCH/manifests.yaml"
    make_room
    apply
}

# What runs already: a pod with another image is deleted, because its status says "ready" for a while after a change, and
# because workload identity prepares a pod only when it is created.
make_room() {
    local image
    image=$(kubectl get pod podidentitydemo -n "$NAMESPACE" --ignore-not-found -o 'jsonpath={.spec.containers[0].image}' < /dev/null)
    if [ "$KIND" = deployment ]; then
        [ -z "$image" ] || run kubectl delete pod podidentitydemo -n "$NAMESPACE"
        return
    fi
    [ -z "$(kubectl get deployment podidentitydemo -n "$NAMESPACE" --ignore-not-found -o name < /dev/null)" ] \
        || die "$EXIT_USAGE" "there is a Deployment podidentitydemo in $NAMESPACE: add --deployment, or delete it first"
    [ -z "$image" ] || [ "$image" = "$IMAGE" ] || run kubectl delete pod podidentitydemo -n "$NAMESPACE"
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
    local target=$KIND/podidentitydemo
    step "check the result"
    case $KIND in
        pod) run kubectl wait --for=condition=Ready "$target" -n "$NAMESPACE" "--timeout=${TIMEOUT}s" ;;
        *) run kubectl rollout status "$target" -n "$NAMESPACE" "--timeout=${TIMEOUT}s" ;;
    esac
    if [ -n "$DRY_RUN" ]; then
        words kubectl port-forward -n "$NAMESPACE" --address 127.0.0.1 "$target" "${PORT:-8080}:8080"
        printf '\nrm -f "$KUBECONFIG"; unset KUBECONFIG\n'
        return
    fi
    forward "$target"
    await "the pod reads blobs" "$TIMEOUT" reads_blobs
    check_identity
    if [ -n "$PORT_FORWARD" ]; then
        say "Open http://localhost:$PORT (Ctrl-C ends only the forwarding; teardown.sh removes everything)."
        wait "$FORWARD_PID"
    fi
    say "Done. To use your own kubectl: $(words az aks get-credentials -g "$CLUSTER_GROUP" -n "$CLUSTER")"
}

# Port 8080 unless another program has it, then any free one; a port that was asked for is never replaced. One address
# only: with two, kubectl goes on if it gets just one of them, and the other one's answer is another program's.
forward() {
    local asked=$PORT
    start_forward "$1" "${asked:-8080}" && return 0
    [ -z "$asked" ] && grep -q 'unable to listen' "$SCRATCH/forward.log" && start_forward "$1" '' && return 0
    cat "$SCRATCH/forward.log" >&2
    die "$EXIT_FAILED" "kubectl cannot forward port ${asked:-8080} of this machine to $1"
}

# start_forward TARGET PORT: with an empty port, kubectl takes a free one. Sets PORT to the one that is bound.
start_forward() {
    local i
    kubectl port-forward -n "$NAMESPACE" --address 127.0.0.1 "$1" "$2:8080" > "$SCRATCH/forward.log" 2>&1 < /dev/null &
    FORWARD_PID=$!
    for ((i = 0; i < 300; i++)); do
        PORT=$(sed -n 's/^Forwarding from 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$SCRATCH/forward.log")
        [ -z "$PORT" ] || return 0
        kill -0 "$FORWARD_PID" 2> /dev/null || break
        sleep 0.1
    done
    kill "$FORWARD_PID" 2> /dev/null || true
    FORWARD_PID=
    return 1
}

# 403 and 503 are expected until roles and credentials are known in every part of Azure.
reads_blobs() {
    local status
    kill -0 "$FORWARD_PID" 2> /dev/null || {
        cat "$SCRATCH/forward.log" >&2
        return 1
    }
    status=$(curl -s --noproxy '*' --max-time 20 -o "$SCRATCH/blobs.json" -w '%{http_code}' "http://127.0.0.1:$PORT/api/blobs") || return "$NOT_YET"
    [ "$status" = 200 ] || return "$NOT_YET"
}

# Whose answer it is: of the identity that was set up, from the source of this mode.
check_identity() {
    local identity source=IMDS
    [ "$MODE" != workload-identity ] || source='Workload identity'
    identity=$(curl -s --noproxy '*' --max-time 20 "http://127.0.0.1:$PORT/api/identity" | tr -d '\n' | sed 's/" *: */":/g')
    case $identity in
        *"\"source\":\"$source\""*) ;;
        *) die "$EXIT_FAILED" "the pod's token is not from \"$source\": $(printf %s "$identity" | head -c 300)" ;;
    esac
    case $identity in
        *"\"appId\":\"$CLIENT_ID\""*) say "   its identity is $CLIENT_ID, from \"$source\"" ;;
        *) die "$EXIT_FAILED" "the answer is not of the identity $CLIENT_ID: $(printf %s "$identity" | head -c 300)" ;;
    esac
}
