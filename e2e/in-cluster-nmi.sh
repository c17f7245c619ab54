# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# What step 92-in-cluster checks of k8s/emulated-pod-identity.

NMI_IMAGE=localhost/podid-nmi:e2e
IPTABLES_IMAGE=localhost/pod-identity-iptables:e2e
PARCELS=33333333-0000-4000-8000-000000000001
# As fast as a step needs it: NMI waits 2 s in place of 80.
TIME_SCALE=40

# The base of kube-proxy's image is a stand-in too: this machine's iptables beside what Java needs.
nmi_image() {
    local file container root=$WORK/iptables
    mkdir -p "$root/usr/sbin"
    { echo /usr/sbin/xtables-nft-multi; ldd /usr/sbin/xtables-nft-multi | grep -o '/[^ ]*'; find /usr/lib/*/xtables -name 'lib*.so'; } \
        | while read -r file; do install -D "$(readlink -f "$file")" "$root$file"; done
    ln -s xtables-nft-multi "$root/usr/sbin/iptables"
    container=$(buildah "${STORAGE[@]}" from --pull=never "$BASE_IMAGE")
    buildah "${STORAGE[@]}" copy -q "$container" "$root" /
    buildah "${STORAGE[@]}" commit -q "$container" "$IPTABLES_IMAGE"
    build "$NMI_IMAGE" -f podid/Dockerfile --target nmi --build-arg "IPTABLES=$IPTABLES_IMAGE"
}

nmi_starts() {
    kubectl kustomize "$ROOT/k8s/emulated-pod-identity" | sed "s#image: localhost/podid:.*#image: $PODID_IMAGE#
        s#image: localhost/podid-nmi:.*#image: $NMI_IMAGE#; s#^\( *- \)--profile=1.8.17#&\n\1--time-scale=$TIME_SCALE#" > "$WORK/azure.yaml"
    on_cluster kubectl apply -f - < "$WORK/azure.yaml"
    azure rollout status deploy/emulated-azure --timeout=60s
    on_cluster kubectl -n emulated-nmi rollout status daemonset/nmi --timeout=60s
}

# assigned: the assigned identities as JSON.
assigned() {
    on_cluster kubectl get azureassignedidentities -A -o json
}

are_assigned() {
    [ "$(assigned | jq '[.items[] | select(.status.status == "Assigned")] | length')" = "$1" ]
}

nmi_serves() {
    start states "${CLUSTER[@]}" kubectl get azureassignedidentities -A -w -o 'jsonpath={.metadata.name} {.status.status}{"\n"}'
    on_cluster kubectl apply -f - < "$ROOT/e2e/data/pod-identity-pods.yaml"
    on_cluster kubectl -n shop rollout status deploy/parcels --timeout=120s
    eventually 30 says_now "$PARCELS" page parcels /api/identity
    page parcels /api/blobs > "$WORK/parcels-blobs.json"
    expect_json "$WORK/parcels-blobs.json" 'map(.name) == ["blue.png", "elements.csv", "hello.txt"]'
    on_cluster kubectl -n shop exec deploy/parcels -- java -jar /app/token-provider.jar explain --resource "$STORAGE_RESOURCE" > "$OUT/in-cluster-parcels.txt"
    expect_text "$OUT/in-cluster-parcels.txt" "$PARCELS" "imds"
    # As MIC does it: names, labels, copies, states, events.
    assigned > "$OUT/in-cluster-assigned.json"
    expect_json "$OUT/in-cluster-assigned.json" 'any(.items[]; .metadata.namespace == "default" and (.metadata.name | test("^parcels-[^ ]+-shop-parcels$"))
        and (.metadata.labels | keys == ["nodename"]) and .metadata.finalizers == ["azureassignedidentity.finalizers.aadpodidentity.k8s.io"]
        and .spec.azureIdentityRef.spec.clientID == "'"$PARCELS"'" and .spec.azureBindingRef.metadata.resourceVersion != null)'
    local state
    for state in Created Assigned; do grep -E "^parcels-.*-shop-parcels $state\$" "$WORK/states.out" | head -1; done > "$WORK/states"
    expect_equal 2 "$(wc -l < "$WORK/states")"
    on_cluster kubectl -n shop get events --field-selector reason="binding applied" -o json > "$WORK/mic-events.json"
    expect_json "$WORK/mic-events.json" 'any(.items[]; .source.component == "aadpodidentity.k8s.io" and (.message | startswith("Binding parcels-of-shop applied on node ")))'
}

# find_pods POD...: so that they can be asked from.
find_pods() {
    local pod id
    for pod in "$@"; do
        id=$(on_cluster kubectl -n shop get pod "$pod" -o 'jsonpath={.status.containerStatuses[0].containerID}')
        ctr -a "$NODE_DIR/containerd.sock" -n k8s.io tasks ls | awk -v id="${id#containerd://}" '$1 == id { print $2 }' > "$WORK/pid-of-$pod"
    done
}

# ask POD URL [curl options]: from the pod's network, with headers, and without what is a token or differs each time.
ask() {
    local pod=$1 url=$2
    shift 2
    nsenter --net="/proc/$(cat "$WORK/pid-of-$pod")/ns/net" curl -sS -i --noproxy '*' -m 30 "$@" "$url" | sed -E 's/\r$//; /^(Date|Content-Length): /d; s/"(expires_[a-z]*|not_before|ext_[a-z_]*)":"[0-9]*"/"\1":"…"/g
        s/after [0-9]+ attempts, retry duration \[[0-9]+\]s/after … attempts, retry duration […]s/' | "$PYTHON" "$ROOT/e2e/data/named-tokens.py"
}

TOKEN='/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/'
IMDS=http://169.254.169.254

nmi_decides() {
    eventually 20 are_assigned 2
    on_cluster kubectl -n shop wait --for=condition=Ready pod/bound pod/unbound pod/excepted --timeout=30s
    find_pods bound unbound excepted
    ask bound "$IMDS$TOKEN" -H 'Metadata: true' > "$WORK/nmi-bound"
    expect_text "$WORK/nmi-bound" 'HTTP/1.1 200 OK' "\"access_token\":\"token of $PARCELS\""
    ask unbound "$IMDS$TOKEN" -H 'Metadata: true' > "$WORK/nmi-unbound"
    expect_text "$WORK/nmi-unbound" 'HTTP/1.1 404 Not Found' 'getting assigned identities for pod shop/unbound in CREATED state failed after'
    ask excepted "$IMDS$TOKEN&client_id=$PARCELS" -H 'Metadata: true' > "$WORK/nmi-excepted"
    expect_text "$WORK/nmi-excepted" 'HTTP/1.1 200 OK' "\"access_token\":\"token of $PARCELS\""
    ask excepted "$IMDS/metadata/instance?api-version=2021-02-01" -H 'Metadata: true' > "$WORK/nmi-instance"
    expect_text "$WORK/nmi-instance" 'HTTP/1.1 200 OK' 'Server: IMDS/'
}

gives_the_same() {
    ask bound "$IMDS$TOKEN" -H 'Metadata: true' | diff "$WORK/nmi-bound" -
}

nmi_outlives_podid() {
    assigned | jq '[.items[].metadata | {name, uid, resourceVersion}]' > "$WORK/assigned-before"
    azure delete pods --all
    azure rollout status deploy/emulated-azure --timeout=60s
    eventually 20 gives_the_same
    assigned | jq '[.items[].metadata | {name, uid, resourceVersion}]' | diff "$WORK/assigned-before" -
}

# The real NMI on the same objects and pods, without its iptables rule, so that ours stays: it is asked at its port.
real_nmi() {
    local azure_ip pod path options asked=() n=0 i
    azure_ip=$(azure get pods -o 'jsonpath={.items[0].status.podIP}')
    mkdir -p "$WORK/no-rule"
    printf '#!/bin/sh\necho iptables v1.8.11\n' > "$WORK/no-rule/iptables"
    chmod +x "$WORK/no-rule/iptables"
    on_cluster iptables -t nat -A OUTPUT -d 169.254.169.254/32 -p tcp --dport 80 -j DNAT --to-destination "$azure_ip:10101"
    start nmi "${CLUSTER[@]}" env PATH="$WORK/no-rule:$PATH" HOST_IP=10.77.0.1 "$NMI" --node=node1 \
        --nmi-listen-address=0.0.0.0 --nmi-port=2580 --http-probe-port=8085 --prometheus-port=9091 --allow-network-plugin-kubenet \
        --retry-attempts-for-created=1 --retry-attempts-for-assigned=1 --find-identity-retry-interval=1
    eventually 20 on_cluster curl -s --noproxy '*' http://127.0.0.1:8085/healthz
    while read -r pod path options; do
        n=$((n + 1))
        # shellcheck disable=SC2086
        ask "$pod" "http://10.77.0.1:2580$path" $options > "$WORK/real-$n" &
        asked+=($!)
        # shellcheck disable=SC2086
        ask "$pod" "$IMDS$path" $options > "$WORK/ours-$n" &
        asked+=($!)
    done << END
bound $TOKEN -HMetadata:true
bound $TOKEN&client_id=$PARCELS -HMetadata:true
bound $TOKEN&client_id=44444444-0000-4000-8000-000000000001 -HMetadata:true
bound $TOKEN&msi_res_id=/subscriptions/50d1d000-0000-4000-8000-000000000005/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/parcels -HMetadata:true
bound $TOKEN
bound /metadata/identity/oauth2/token?api-version=2018-02-01 -HMetadata:true
bound $TOKEN -HMetadata:true -XPOST
bound /metadata/identity/oauth2//token?resource=x -HMetadata:true
bound /metadata/identity/xoauth2/token?resource=x -HMetadata:true
bound /metadata/instance?api-version=2021-02-01 -HMetadata:true
bound /host/token?resource=https://storage.azure.com/ -Hpodns:shop -Hpodname:bound
unbound $TOKEN -HMetadata:true
unbound /metadata/instance/compute?api-version=2021-02-01
excepted $TOKEN -HMetadata:true
excepted $TOKEN&client_id=$PARCELS -HMetadata:true
excepted $TOKEN&client_id=44444444-0000-4000-8000-000000000001 -HMetadata:true
END
    wait "${asked[@]}"
    on_cluster iptables -t nat -D OUTPUT -d 169.254.169.254/32 -p tcp --dport 80 -j DNAT --to-destination "$azure_ip:10101"
    cp "$WORK"/{real,ours}-[0-9]* "$OUT"
    for ((i = 1; i <= n; i++)); do diff "$WORK/real-$i" "$WORK/ours-$i" || fail "request $i"; done
    expect_equal 16 "$n"
    stop nmi
}

# What runs with NMI is read from the cluster, moved, and applied again: the same identity, by workload identity.
nmi_is_left() {
    on_cluster kubectl -n shop get deployment/parcels azureidentity/parcels azureidentitybinding/parcels-of-shop -o yaml > "$WORK/running.yaml"
    expect_exit 1 "$WORK/moved.txt" java -jar "$PODID_JAR" migrate - -o "$WORK/moved" < "$WORK/running.yaml"
    expect_text "$WORK/moved.txt" 'AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential'
    sed -i 's/value: ManagedIdentityCredential/value: WorkloadIdentityCredential/' "$WORK/running.yaml"
    java -jar "$PODID_JAR" migrate - -o "$WORK/moved" < "$WORK/running.yaml"
    cat "$WORK"/moved/*.yaml | on_cluster kubectl apply -f -
    on_cluster kubectl -n shop rollout status deploy/parcels --timeout=120s
    on_cluster kubectl -n shop exec deploy/parcels -- java -jar /app/token-provider.jar explain --resource "$STORAGE_RESOURCE" > "$OUT/in-cluster-moved.txt"
    expect_text "$OUT/in-cluster-moved.txt" "App $PARCELS" "from workload identity"
}

nmi_takes_away() {
    on_cluster kubectl -n shop delete azureidentitybinding parcels-of-shop
    eventually 20 are_assigned 0
    expect_equal 0 "$(assigned | jq '.items | length')"
    ask bound "$IMDS$TOKEN" -H 'Metadata: true' > "$WORK/nmi-taken"
    expect_text "$WORK/nmi-taken" 'HTTP/1.1 404 Not Found'
    on_cluster kubectl -n emulated-nmi delete daemonset nmi
    eventually 20 without_rule
}

without_rule() {
    ! on_cluster iptables-save -t nat | grep aad-metadata
}
