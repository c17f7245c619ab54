# shellcheck shell=bash disable=SC2034,SC2154
# The pods of k8s/ as podman runs them, from the image that jib pushed: read-only, without capabilities, within 384 MB.
# Each way to an identity once. The page is read through a published port, as with kubectl port-forward. The emulator
# runs in the pod's network, so that it needs to listen only on loopback.

POD_PORT=$(free_port)
POD_URL=http://127.0.0.1:$POD_PORT
POD_MANAGEMENT_PORT=$(free_port)
# Ports in the pod's network, in which otherwise only the app runs.
POD_IMDS=20080
POD_ENTRA=20443
POD_STORAGE=20444
WEBHOOK_MOUNT=/var/run/secrets/azure/tokens

pods_begin() {
    mkdir -p "$WORK/networks"
    podman_e2e network create --disable-dns "$POD_NETWORK"
    mkdir -p "$WORK/pod-trust" "$WORK/pod-token"
    chmod 755 "$WORK" "$WORK/pod-trust" "$WORK/pod-token"
    : > "$OUT/pods.txt"
}

# What a cluster adds to a rendered pod: a port and the variable that the kubelet sets; and, for this test, an image, an
# account and a trust store of this machine. Probes are removed: podman runs them in a shell, which the image lacks.
# adapt_pod [NAME=VALUE...] < JSON of manifests
adapt_pod() {
    local settings
    settings=$(printf '%s\n' "$@" KUBERNETES_SERVICE_HOST=10.0.0.1 \
        "DEMO_STORAGE_ENDPOINT=$(jq -r .storage "$EMULATOR" | sed -E "s#:[0-9]+/#:$POD_STORAGE/#")" \
        "JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=/trust/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit" \
        | jq -Rn '[inputs | select(. != "") | {name: sub("=.*"; ""), value: sub("^[^=]*="; "")}]')
    jq --arg image "$PUSHED:1" --argjson port "$POD_PORT" --argjson management "$POD_MANAGEMENT_PORT" --argjson settings "$settings" \
        --arg trust "$WORK/pod-trust" --arg token "$WORK/pod-token" --arg mount "$WEBHOOK_MOUNT" '
        .[] | select(.kind == "Pod") | .spec.volumes += [
            {name: "trust", hostPath: {path: $trust}}, {name: "azure-identity-token", hostPath: {path: $token}}]
        | .spec.containers[0] |= (.image = $image | .ports[0] += {hostIP: "127.0.0.1", hostPort: $port}
            | .ports[1] += {hostIP: "127.0.0.1", hostPort: $management}
            | del(.startupProbe, .livenessProbe, .readinessProbe)
            | .env |= map(select(.name as $name | $settings | all(.name != $name))) + $settings
            | .volumeMounts += [{name: "trust", mountPath: "/trust", readOnly: true},
                {name: "azure-identity-token", mountPath: $mount, readOnly: true}])'
}

# create_pod OVERLAY [NAME=VALUE...]: the pod with its network, whose name is in $WORK/pod-network; the app waits.
create_pod() {
    local overlay=$1 infra
    shift
    render "overlays/$overlay"
    adapt_pod "$@" < "$WORK/rendered.json" > "$WORK/pod.json"
    podman_e2e kube play --start=false --network "$POD_NETWORK" "$WORK/pod.json"
    infra=$(podman_e2e ps --all --filter pod=podidentitydemo --format '{{.ID}} {{.IsInfra}}' | awk '$2 == "true" { print $1 }')
    podman_e2e start "$infra"
    podman_e2e inspect --format '{{.NetworkSettings.SandboxKey}}' "$infra" > "$WORK/pod-network"
}

start_pod() {
    local began=$EPOCHREALTIME
    podman_e2e pod start podidentitydemo
    await_pod liveness
    awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }' > "$WORK/pod-seconds"
    await_pod readiness
}

await_pod() {
    local i
    for i in {1..600}; do
        if answers "http://127.0.0.1:$POD_MANAGEMENT_PORT/actuator/health/$1"; then return 0; fi
        sleep 0.1
    done
    podman_e2e logs podidentitydemo-podidentitydemo
    fail "no $1 after $i checks"
}

in_pod_network() {
    nsenter "--net=$(cat "$WORK/pod-network")" "$@"
}

# emulate COMMAND...: starts it on the pod's loopback, and puts its CA where the app reads it.
emulate() {
    start pod-emulator nsenter "--net=$(cat "$WORK/pod-network")" "$@"
    wait_until 60 pod-emulator grep -q '^{' "$WORK/pod-emulator.out"
    install -m 644 "$(head -1 "$WORK/pod-emulator.out" | jq -r .trustStore)" "$WORK/pod-trust/trust.p12"
}

emulate_node() {
    emulate java -jar "$PODID_JAR" serve --json --secret-file "$WORK/client-secret" \
        --imds-port "$POD_IMDS" --entra-port "$POD_ENTRA" --storage-port "$POD_STORAGE"
}

# expect_pod OVERLAY SOURCE: checks token, blobs, page and the settings of the manifest; writes a paragraph to pods.txt.
expect_pod() {
    local overlay=$1 source=$2 pid
    expect_status 200 "$WORK/pods-identity.json" "$POD_URL/api/identity"
    expect_json "$WORK/pods-identity.json" ".source == \"$source\"" '.principal.type == "APP"'
    expect_status 200 "$WORK/pods-blobs.json" "$POD_URL/api/blobs"
    expect_json "$WORK/pods-blobs.json" 'map(.name) | index("hello.txt") != null'
    expect_management_apart
    expect_status 200 "$WORK/pods-page.html" "$POD_URL/"
    expect_text "$WORK/pods-page.html" "$source" hello.txt
    podman_e2e inspect podidentitydemo-podidentitydemo > "$WORK/pods-inspect.json"
    expect_json "$WORK/pods-inspect.json" '.[0].HostConfig.ReadonlyRootfs' '.[0].Config.User | startswith("10001")' \
        '.[0].EffectiveCaps | . == null or . == []' '.[0].HostConfig.Memory == 402653184' '.[0].State.OOMKilled | not'
    podman_e2e logs podidentitydemo-podidentitydemo > "$WORK/pods.log" 2>&1
    expect_no_secret "$WORK/pods-page.html" "$WORK/pods-identity.json" "$WORK/pods-blobs.json" "$WORK/pods.log"
    pid=$(jq '.[0].State.Pid' "$WORK/pods-inspect.json")
    {
        echo "\$ kubectl kustomize k8s/overlays/$overlay | podman kube play -"
        echo "answers after $(cat "$WORK/pod-seconds") s, memory $(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$pid/status") MB of 384"
        echo "\$ curl $POD_URL/api/identity"
        jq -c '{source, principal, resource}' "$WORK/pods-identity.json"
        echo "\$ curl $POD_URL/api/blobs"
        jq -c 'map(.name)' "$WORK/pods-blobs.json"
        echo
    } >> "$OUT/pods.txt"
}

# The port of the page, to which the Service leads, has no Actuator; the other port cannot clear the cached tokens.
expect_management_apart() {
    local management=http://127.0.0.1:$POD_MANAGEMENT_PORT/actuator
    expect_status 404 "$WORK/pods-actuator.json" "$POD_URL/actuator/tokenprovider"
    expect_status 200 "$WORK/pods-explained.json" "$management/tokenprovider"
    expect_status 405 "$WORK/pods-cleared.json" "$management/tokenprovider" -X DELETE
    expect_status 200 "$WORK/pods-metrics.txt" "$management/prometheus"
    expect_no_secret "$WORK/pods-explained.json" "$WORK/pods-metrics.txt"
}

# metadata_address PORT: redirects the address that every client uses to that port.
metadata_address() {
    in_pod_network ip address add 169.254.169.254/32 dev lo
    in_pod_network nft -f - << END
table ip nmi {
    chain output {
        type nat hook output priority -100
        ip daddr 169.254.169.254 tcp dport 80 redirect to :$1
    }
}
END
}

# NMI does the same on a node, and answers in the metadata service's place for a pod that it knows.
pod_real_address() {
    create_pod pod-identity
    emulate java -jar "$PODID_JAR" serve --json --time-scale 60 --secret-file "$WORK/client-secret" \
        --imds-port "$POD_IMDS" --entra-port "$POD_ENTRA" --storage-port "$POD_STORAGE" "$WORK/rendered.yaml"
    metadata_address "$(head -1 "$WORK/pod-emulator.out" | jq -r '.pods[] | select(.name == "podidentitydemo") | .imds | sub(".*:"; "")')"
    start_pod
    expect_pod pod-identity IMDS
    grep -q 'metadata/identity/oauth2/token' "$WORK/pod-emulator.err"
}

# What step 9 of k8s/README.md shows on a cluster of today, whose node answers whoever asks: no token, and why.
pod_of_nobody() {
    create_pod ../base
    emulate java -jar "$PODID_JAR" serve --json --profile workload-identity --secret-file "$WORK/client-secret" \
        --imds-port "$POD_IMDS" --entra-port "$POD_ENTRA" --storage-port "$POD_STORAGE" "$WORK/rendered.yaml"
    metadata_address "$POD_IMDS"
    start_pod
    in_pod_network curl -sS --noproxy '*' -H Metadata:true -o "$WORK/pods-node.json" \
        'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/'
    expect_json "$WORK/pods-node.json" '.access_token | length > 0'
    expect_status 503 "$WORK/pods-identity.json" "$POD_URL/api/identity"
    expect_text "$WORK/pods-identity.json" 'this would be the identity of the node' 'azure.workload.identity/use' 'RunAs=App'
    expect_status 200 "$WORK/pods-page.html" "$POD_URL/"
    expect_text "$WORK/pods-page.html" 'this would be the identity of the node'
    if grep -q 'az role assignment' "$WORK/pods-page.html"; then fail "a role command for the node"; fi
}

# The same by one setting, with nobody's role at the account: the page says whose identity it is, and no role command.
pod_as_its_node() {
    create_pod ../base AzureServicesAuthConnectionString=RunAs=App
    echo '[]' > "$WORK/no-roles.yaml"
    emulate java -jar "$PODID_JAR" serve --json --profile workload-identity --secret-file "$WORK/client-secret" \
        --roles "$WORK/no-roles.yaml" \
        --imds-port "$POD_IMDS" --entra-port "$POD_ENTRA" --storage-port "$POD_STORAGE" "$WORK/rendered.yaml"
    metadata_address "$POD_IMDS"
    start_pod
    expect_status 200 "$WORK/pods-identity.json" "$POD_URL/api/identity"
    expect_json "$WORK/pods-identity.json" '.source == "IMDS"'
    expect_text "$WORK/pods-identity.json" 'this is the identity of the node'
    expect_status 403 "$WORK/pods-blobs.json" "$POD_URL/api/blobs"
    expect_text "$WORK/pods-blobs.json" 'Do not assign one'
    expect_status 200 "$WORK/pods-page.html" "$POD_URL/"
    if grep -q 'az role assignment' "$WORK/pods-page.html" "$WORK/pods-blobs.json"; then fail "a role command for the node"; fi
}

pod_by_variable() {
    create_pod service-principal "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:$POD_IMDS"
    emulate_node
    start_pod
    expect_pod service-principal IMDS
}

# What the workload identity webhook adds, and an Entra ID that trusts the pod's service account. There is no IMDS.
pod_workload_identity() {
    local client
    render overlays/workload-identity
    client=$(jq -r '.[] | select(.kind == "ServiceAccount") | .metadata.annotations["azure.workload.identity/client-id"]' "$WORK/rendered.json")
    create_pod workload-identity "AZURE_CLIENT_ID=$client" "AZURE_TENANT_ID=$(jq -r .tenantId "$EMULATOR")" \
        "AZURE_AUTHORITY_HOST=https://localhost:$POD_ENTRA/" "AZURE_FEDERATED_TOKEN_FILE=$WEBHOOK_MOUNT/azure-identity-token"
    emulate java -cp "$PODID_JAR" "$ROOT/e2e/stubs/WorkloadCluster.java" "$client" default:podidentitydemo \
        "$WORK/pod-token/azure-identity-token" "$POD_IMDS" "$POD_ENTRA" "$POD_STORAGE"
    start_pod
    expect_pod workload-identity "Workload identity"
    expect_json "$WORK/pods-identity.json" ".principal.appId == \"$client\""
    if grep -q '/metadata/identity' "$WORK/pod-emulator.err"; then fail "the metadata service was asked"; fi
}

end_pod() {
    stop pod-emulator
    podman_e2e kube down --force "$WORK/pod.json" > /dev/null 2>&1 || podman_e2e pod rm -f -t 2 podidentitydemo > /dev/null 2>&1 || true
}

check "a network for the pods" pods_begin
check "k8s/overlays/pod-identity: a token from 169.254.169.254, blobs through the published port" pod_real_address
end_pod
check "a pod without an identity, on a node that answers every pod: no token, and why" pod_of_nobody
end_pod
check "the same with RunAs=App: the node's token, and no role command for it" pod_as_its_node
end_pod
check "k8s/overlays/service-principal: the same with the address from a variable" pod_by_variable
end_pod
check "k8s/overlays/workload-identity: the projected token becomes one of Entra ID" pod_workload_identity
end_pod
sed 's/^/      /' "$OUT/pods.txt"
