# shellcheck shell=bash disable=SC2153,SC2154
# The image on a real kubelet, in namespaces that enforce Pod Security "restricted", in each way that k8s/configure.sh knows. On a
# node that E2E_NODE starts also the walk-through to the letter, with the real MIC and NMI that MIC= and NMI= name; its
# transcript is e2e/target/article.txt.
# Needs: image cluster
# Skipped without: E2E_CLUSTER E2E_NODE

SPACE="pod-identity-e2e"
FOLDER=$WORK/cluster
NODE=10.77.0.1
GROUP=MC_shop_shop_northeurope
export AZURE_CONFIG_DIR=$WORK/cluster-az REQUESTS_CA_BUNDLE=$WORK/azure-ca.pem
BEGAN=$SECONDS

# kube COMMAND...: kubectl in the namespace.
kube() {
    on_cluster kubectl -n "$SPACE" "$@"
}

# typed COMMAND...: as a user types it; with what it prints and when, it is in the transcript.
typed() {
    noted "$@"
    on_cluster "$@" 2>&1 | tee -a "$OUT/article.txt"
}

noted() {
    printf '\n[%d s] $ %s\n' $((SECONDS - BEGAN)) "${*//$FOLDER\//}" >> "$OUT/article.txt"
}

cluster_begin() {
    buildah "${STORAGE[@]}" push -q "$IMAGE" "oci-archive:$WORK/demo.tar:$IMAGE"
    cluster_up "$WORK/demo.tar"
    mkdir -p "$FOLDER/applied"
    copy_k8s "$FOLDER"
    kubectl kustomize "$ROOT/k8s/base" > "$FOLDER/applied/mine.yaml"
    sed "s#FOLDER#$FOLDER/aad#; s#PAUSE#localhost/pause:1#" "$ROOT/e2e/data/aad-pod-identity.yaml" > "$FOLDER/aad-pod-identity.yaml"
    awk -v RS='---\n' -v ORS='---\n' /CustomResourceDefinition/ "$FOLDER/aad-pod-identity.yaml" | on_cluster kubectl create --save-config -f -
    restricted "$SPACE"
}

restricted() {
    on_cluster kubectl create namespace "$1"
    on_cluster kubectl label namespace "$1" e2e=cluster pod-security.kubernetes.io/enforce=restricted
}

# forwarded SPACE WHAT: sets PAGE.
forwarded() {
    stop forward
    start forward "${CLUSTER[@]}" kubectl -n "$1" port-forward "$2" :8080
    wait_until 60 forward grep -q '^Forwarding from 127' "$WORK/forward.out"
    PAGE=$(sed -n 's#^Forwarding from \(127[0-9.:]*\) .*#http://\1#p' "$WORK/forward.out")
}

# Without an Azure: they start, and say what they lack.
modes() {
    local one space id=50d1d000-0000-4000-8000-0000000000e2
    for one; do
        space=$SPACE-${one/\//-}
        restricted "$space"
        "$FOLDER/k8s/configure.sh" "MODE=${one%/*}" "KIND=${one#*/}" "NAMESPACE=$space" "IMAGE=$IMAGE" "CLIENT_ID=$id" "TENANT_ID=$id" \
            "IDENTITY_ID=/subscriptions/$id" STORAGE_ENDPOINT=https://shop.blob.core.windows.net
        kubectl kustomize "$FOLDER/k8s/mine" | on_cluster kubectl apply --validate=strict -f -
    done
    for one; do
        space=$SPACE-${one/\//-}
        on_cluster kubectl -n "$space" wait --for=condition=Ready pods --all --timeout=180s
        one=${one#*/}/podidentitydemo
        forwarded "$space" "$one"
        on_cluster curl -sSf --noproxy '*' "$PAGE/" > "$WORK/cluster-page.html"
        expect_text "$WORK/cluster-page.html" 'No token'
        # The port of the page, to which a Service leads, has no Actuator.
        expect_equal 404 "$(on_cluster curl -sS --noproxy '*' -o "$WORK/cluster-actuator.json" -w '%{http_code}' "$PAGE/actuator/tokenprovider")"
        on_cluster kubectl -n "$space" logs "$one" > "$WORK/cluster.log"
        expect_text "$WORK/cluster.log" 'Started DemoApplication'
        expect_exit 1 "$WORK/cluster-explain.txt" on_cluster kubectl -n "$space" exec "$one" -- java -jar /app/token-provider.jar explain
        expect_text "$WORK/cluster-explain.txt" 'No token for'
        on_cluster kubectl delete namespace "$space" --wait=false
    done
}

# Azure beside the node, where nobody has a role: its metadata service is the node's, and MIC's Resource Manager has its machine.
azure_begin() {
    local subscription=50d1d000-0000-4000-8000-000000000005
    mkdir "$FOLDER/aad" "$FOLDER/k8s/here"
    echo '[]' > "$FOLDER/roles.yaml"
    start_server azure "${CLUSTER[@]}" java -jar "$PODID_JAR" serve --json --bind "$NODE" --ports 10100 --profile 1.8.17 --time-scale 500 \
        --roles "$FOLDER/roles.yaml" "$FOLDER/applied"
    start machines "${CLUSTER[@]}" "$PYTHON" "$ROOT/e2e/real/standins.py" "$FOLDER/aad" "$subscription" "$(of azure .identity.clientId)"
    on_cluster iptables -t nat -A OUTPUT -d 169.254.169.254/32 -p tcp --dport 80 -j DNAT --to-destination "$NODE:10101"
    on_cluster kubectl patch node --type=merge "$(on_cluster kubectl get nodes -o 'jsonpath={.items[0].metadata.name}')" \
        -p "{\"spec\":{\"providerID\":\"azure:///subscriptions/$subscription/resourceGroups/$GROUP/providers/Microsoft.Compute/virtualMachineScaleSets/pool/virtualMachines/0\"}}"
    cp "$(of azure .ca)" "$REQUESTS_CA_BUNDLE"
    cp "$(of azure .ca)" "$FOLDER/aad/ca.pem"
    install "$NMI" "$FOLDER/aad/nmi"
    install "$MIC" "$FOLDER/aad/mic"
    sed "s#ENTRA#$(of azure .entra)#" "$ROOT/e2e/data/demo-in-cluster.yaml" > "$FOLDER/k8s/here/kustomization.yaml"
    kube create configmap trust --from-file=trust.p12=/dev/stdin < "$(of azure .trustStore)"
    az_cloud azure "${CLUSTER[@]}"
}

# written NAME=VALUE...: the manifests, as k8s/configure.sh writes them; the metadata service's machine gets their identity.
written() {
    "$FOLDER/k8s/configure.sh" "NAMESPACE=$SPACE" "IMAGE=$IMAGE" "STORAGE_ENDPOINT=$(of azure .storage)" "$@"
    kubectl kustomize "$FOLDER/k8s/here" > "$FOLDER/written"
    mv "$FOLDER/written" "$FOLDER/applied/mine.yaml"
}

# applied: the pod is ready, and its page comes through port-forward.
applied() {
    typed kubectl apply --validate=strict -f "$FOLDER/applied/mine.yaml"
    typed kubectl -n "$SPACE" wait --for=condition=Ready pod/podidentitydemo --timeout=120s
    noted kubectl -n "$SPACE" port-forward pod/podidentitydemo 8080
    forwarded "$SPACE" pod/podidentitydemo
    on_cluster curl -sS --noproxy '*' "$PAGE/api/blobs" > "$WORK/cluster-blobs.json"
}

article_installs() {
    typed az login --use-device-code --query '[].user.name' -o tsv
    typed kubectl apply -f "$FOLDER/aad-pod-identity.yaml"
    typed kubectl rollout status deployment/mic daemonset/nmi --timeout=60s
}

article_without_identity() {
    written MODE=none
    applied
    expect_text "$WORK/cluster-blobs.json" "getting assigned identities for pod $SPACE/podidentitydemo in CREATED state failed"
}

article_identity() {
    local identity=$FOLDER/identity.json
    on_cluster az group create -n "$GROUP" -l northeurope -o none
    typed az group list -o table
    typed az identity create -g "$GROUP" -n azureaccess > "$identity"
    typed az role assignment create --assignee "$(jq -r .clientId "$identity")" --role 'Storage Blob Data Reader' \
        --scope "$(jq -r '.id | sub("/providers/.*"; "")' "$identity")" -o none
    typed kubectl -n "$SPACE" delete pod podidentitydemo
    written MODE=pod-identity "CLIENT_ID=$(jq -r .clientId "$identity")" "IDENTITY_ID=$(jq -r .id "$identity")"
    applied
    on_cluster curl -sS --noproxy '*' "$PAGE/api/identity" > "$WORK/cluster-identity.json"
    expect_json "$WORK/cluster-identity.json" '.source == "IMDS"' ".principal.appId == $(jq .clientId "$identity")"
    expect_json "$WORK/cluster-blobs.json" 'map(.name) == ["blue.png", "elements.csv", "hello.txt"]'
    on_cluster chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --hide-scrollbars \
        --user-data-dir="$WORK/chromium" --window-size=1100,1150 --virtual-time-budget=3000 --screenshot="$OUT/article.png" "$PAGE/"
    [ "$(stat -c %s "$OUT/article.png")" -gt 10000 ]
}

# What the article looks at when something is wrong.
article_looks() {
    typed kubectl get azureidentities,azureidentitybindings,azureassignedidentities,pods -A
    typed kubectl -n "$SPACE" exec podidentitydemo -- java -jar /app/token-provider.jar explain --resource "$STORAGE_RESOURCE"
    typed sh -c 'kubectl logs deployment/mic | grep -v stats.go | tail -5'
    typed kubectl logs daemonset/nmi --tail=5
    typed kubectl -n "$SPACE" logs podidentitydemo --tail=3
    typed iptables -t nat -S aad-metadata
    expect_text "$OUT/article.txt" 'has been matched with azure identity' 'Status (200)' '-j DNAT --to-destination 127.0.0.1:2579'
    expect_no_secret "$OUT/article.txt" "$WORK"/cluster-*.json
}

# The Deployment of that pod, and clients that go to its Service all the time: each request is a connection of its own.
life_begins() {
    local address
    kube delete pod podidentitydemo
    written MODE=pod-identity KIND=deployment "CLIENT_ID=$(jq -r .clientId "$FOLDER/identity.json")" \
        "IDENTITY_ID=$(jq -r .id "$FOLDER/identity.json")"
    on_cluster kubectl apply --validate=strict -f - < "$FOLDER/applied/mine.yaml"
    rolled_out
    start services "${CLUSTER[@]}" "$PYTHON" "$ROOT/e2e/data/node-services.py" "$NODE"
    address=http://$(kube get service podidentitydemo -o 'jsonpath={.spec.clusterIP}')/api/identity
    wait_until 60 services on_cluster curl -sSf --noproxy '*' "$address"
    start clients "${CLUSTER[@]}" "$PYTHON" "$ROOT/e2e/data/clients.py" "$address"
}

rolled_out() {
    kube rollout status deployment/podidentitydemo --timeout=180s
}

# serving NUMBER VERSION: that many pods of that version are ready.
serving() {
    kube get pods -l app=podidentitydemo -o json > "$WORK/cluster-pods.json"
    expect_json "$WORK/cluster-pods.json" "[.items[] | select(.metadata.deletionTimestamp == null
        and ([.spec.containers[0].env[] | select(.name == \"VERSION\").value] | join(\"\")) == \"$2\"
        and any(.status.conditions[]; .type == \"Ready\" and .status == \"True\"))] | length == $1"
}

life_new_version() {
    kube set env deployment/podidentitydemo VERSION=next
    rolled_out
    serving 2 next
}

life_broken_version() {
    kube set env deployment/podidentitydemo SERVER_PORT=none
    expect_exit 1 "$WORK/cluster-rollout.txt" kube rollout status deployment/podidentitydemo --timeout=20s
    serving 2 next
    kube rollout undo deployment/podidentitydemo --to-revision=1
    rolled_out
    serving 2 ""
}

life_drained_node() {
    local node
    node=$(on_cluster kubectl get nodes -o 'jsonpath={.items[0].metadata.name}')
    expect_exit 1 "$WORK/cluster-drain.txt" on_cluster kubectl drain "$node" --pod-selector=app=podidentitydemo --ignore-daemonsets --delete-emptydir-data --timeout=15s
    expect_text "$WORK/cluster-drain.txt" "violate the pod's disruption budget"
    serving 1 ""
    on_cluster kubectl uncordon "$node"
    rolled_out
}

life_lost_nothing() {
    cp "$WORK/clients.out" "$OUT/cluster-clients.txt"
    tail -n 20 "$WORK/clients.out"
    [ "$(grep -c '^200' "$WORK/clients.out")" -gt 500 ]
    expect_equal '' "$(grep -v '^200 ' "$WORK/clients.out" || true)"
    stop clients
}

# As the kernel sees the process; then under load with the limit of the manifest.
life_under_load() {
    local pod address pid group
    read -r pod address < <(kube get pods -l app=podidentitydemo -o 'jsonpath={.items[0].metadata.uid} {.items[0].status.podIP}{"\n"}')
    for pid in $(pgrep -f demo-app.jar); do ! grep -q "pod$pod" "/proc/$pid/cgroup" || break; done
    expect_equal '10001 10001 10001 10001 0000000000000000 0000000000000000 1 2' \
        "$(awk '/^Uid/ { $1 = ""; printf "%s", substr($0, 2) } /^(CapEff|CapBnd|NoNewPrivs|Seccomp):/ { printf " %s", $2 }' "/proc/$pid/status")"
    expect_equal ro "$(awk '$5 == "/" { print substr($6, 1, 2) }' "/proc/$pid/mountinfo")"
    group=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' "/proc/$pid/cgroup")
    expect_equal $((384 << 20)) "$(cat "$group/memory.limit_in_bytes")"
    on_cluster wrk -t2 -c50 "-d${LOAD_SECONDS:-10}s" --timeout 20s --latency "http://$address:8080/api/blobs" > "$OUT/cluster-load.txt"
    echo "peak $(($(cat "$group/memory.max_usage_in_bytes") >> 20)) MB" >> "$OUT/cluster-load.txt"
    cat "$OUT/cluster-load.txt"
    ! grep -E 'Non-2xx|Socket errors' "$OUT/cluster-load.txt" || fail "requests failed"
    expect_equal '0 0' "$(kube get pods -l app=podidentitydemo -o 'jsonpath={.items[*].status.containerStatuses[0].restartCount}')"
}

at_end cluster_down namespaces,customresourcedefinitions -l e2e=cluster
MODES=(workload-identity/deployment service-principal/pod)
[ -n "${E2E_QUICK:-}" ] || MODES=({none,workload-identity,pod-identity,service-principal}/{pod,deployment})
check "a real kubelet has the image, and aad-pod-identity's kinds" cluster_begin
check "${#MODES[@]} overlays are Ready under \"restricted\", and answer port-forward, logs and exec" modes "${MODES[@]}"
if [ -n "${E2E_CLUSTER:-}" ] || [ -z "${NMI:-}" ] || [ -z "${MIC:-}" ]; then
    echo "skip  the walk-through on the node: E2E_NODE, NMI and MIC are not all set"
    return 0
fi
check "an emulated Azure beside the node" azure_begin
check "az login; MIC and NMI run in the cluster with the rights of their roles" article_installs
check "the pod without an identity: NMI refuses, and the page says so through port-forward" article_without_identity
check "az identity create, kubectl apply: the page has the identity and the blobs" article_identity
check "kubectl get, exec and logs say so" article_looks
[ -z "${E2E_QUICK:-}" ] || return 0
check "a Deployment of two pods, and clients of its Service" life_begins
check "a new version is rolled out" life_new_version
check "a version that does not start replaces nothing; the way back" life_broken_version
check "a drained node keeps the last pod, by the disruption budget" life_drained_node
check "no client lost a request meanwhile" life_lost_nothing
check "user 10001, no capability, read-only, 384Mi by the kernel: no error and no restart under load" life_under_load
