# shellcheck shell=bash disable=SC2153,SC2154
# k8s/emulated-azure on a real cluster: pods with workload identity read blobs with the library and with azure-identity, as they would
# on AKS; with k8s/emulated-pod-identity so do those that MIC and NMI give an identity; what it asks for is what its Roles grant; it
# outlives a restart of the API server, and does not start in Azure.
# Needs: podid-image cluster
# Skipped without: E2E_CLUSTER E2E_NODE

# shellcheck source=e2e/in-cluster-nmi.sh
. "$ROOT/e2e/in-cluster-nmi.sh"

# The demo's image with one application more.
PEER_IMAGE=localhost/peer:e2e

# azure COMMAND...: kubectl in the namespace of the emulated Azure.
azure() {
    on_cluster kubectl -n emulated-azure "$@"
}

azure_logs() {
    azure logs deploy/emulated-azure
}

# eventually SECONDS COMMAND...
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || { azure_logs; fail "never: $*"; } || return 1
        sleep 0.5
    done
}

azure_end() {
    cluster_down namespaces,mutatingwebhookconfigurations,clusterroles,clusterrolebindings emulated-azure
    [ -z "${E2E_CLUSTER:-}" ] || cluster_down namespaces -l e2e=in-cluster
    [ -z "${E2E_CLUSTER:-}" ] || cluster_down -f "$WORK/azure.yaml" --ignore-not-found
}

azure_begin() {
    local container image archives=() peer
    peer=$(find "$ROOT/benchmarks/peer-app/target" -maxdepth 1 -name 'peer-app-*-azure-identity.jar')
    container=$(buildah "${STORAGE[@]}" from --pull=never "$IMAGE")
    buildah "${STORAGE[@]}" copy -q "$container" "$peer" /app/peer.jar
    buildah "${STORAGE[@]}" commit -q "$container" "$PEER_IMAGE"
    nmi_image
    for image in "$PODID_IMAGE" "$NMI_IMAGE" "$PEER_IMAGE"; do
        archives+=("$WORK/$(basename "${image%:*}").tar")
        buildah "${STORAGE[@]}" push -q "$image" "oci-archive:${archives[-1]}:$image"
    done
    KUBE_APISERVER_ARGS="--audit-policy-file $ROOT/e2e/data/audit-azure.yaml --audit-log-path $OUT/in-cluster-audit.log" cluster_up "${archives[@]}"
    rm "${archives[@]}"
}

azure_starts() {
    kubectl kustomize "$ROOT/k8s/emulated-azure" | sed "s#image: localhost/podid:.*#image: $PODID_IMAGE#" > "$WORK/azure.yaml"
    on_cluster kubectl apply -f - < "$WORK/azure.yaml"
    azure rollout status deploy/emulated-azure --timeout=120s
}

# page NAME PATH: of the application of that name, through the API server.
page() {
    local pod
    pod=$(on_cluster kubectl -n shop get pods -l "app=$1" -o 'jsonpath={.items[0].metadata.name}')
    on_cluster kubectl get --raw "/api/v1/namespaces/shop/pods/$pod:8080/proxy$2"
}

azure_serves() {
    local name
    on_cluster kubectl apply -f - < "$ROOT/e2e/data/in-cluster-pods.yaml"
    for name in library azure-identity; do
        on_cluster kubectl -n shop rollout status "deploy/$name" --timeout=120s
        page "$name" /api/identity > "$OUT/in-cluster-$name.json"
        grep -q 11111111-0000-4000-8000-000000000001 "$OUT/in-cluster-$name.json"
        page "$name" /api/blobs > "$WORK/in-cluster-blobs.json"
        expect_json "$WORK/in-cluster-blobs.json" 'map(.name) == ["blue.png", "elements.csv", "hello.txt"]'
    done
    # One clear word, for whoever finds such a pod or such a token.
    on_cluster kubectl -n shop get pods -o json > "$WORK/in-cluster-pods.json"
    expect_json "$WORK/in-cluster-pods.json" 'all(.items[]; .metadata.annotations["podid.io/emulated-azure"] | startswith("For tests only"))'
    on_cluster kubectl -n shop exec deploy/library -- java -jar /app/token-provider.jar token --resource "$STORAGE_RESOURCE" 2> "$WORK/in-cluster-token.err" \
        | cut -d. -f2 | tr '_-' '/+' | base64 -d 2> "$WORK/in-cluster-base64.err" > "$WORK/in-cluster-claims.json" || true
    expect_text "$WORK/in-cluster-claims.json" '"emulated":"podid"'
}

# in_pod COMMAND: by the shell of the pod with the clients.
in_pod() {
    on_cluster kubectl -n clients exec clients -- sh -c "$1"
}

# Nothing is set for them but what the webhook sets.
azure_clients() {
    local list='/samples?restype=container&comp=list'
    # A cluster of one's own has other files on its nodes.
    sed "s#JS_HOME#$AZURE_IDENTITY_JS_HOME#; s#PROGRAMS#$ROOT/e2e/clients#" "$ROOT/e2e/data/in-cluster-clients.yaml" | on_cluster kubectl apply -f -
    on_cluster kubectl -n clients wait --for=condition=Ready pod/clients --timeout=60s
    expect_equal "blue.png elements.csv hello.txt" "$(in_pod 'python3 /programs/blobs.py')"
    in_pod "node /programs/azure-identity.mjs /js default \"\$STORAGE$list\"" > "$WORK/in-cluster-js"
    expect_text "$WORK/in-cluster-js" "200 " hello.txt
    # shellcheck disable=SC2016
    in_pod 'curl -sS "$AZURE_AUTHORITY_HOST$AZURE_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials -d "client_id=$AZURE_CLIENT_ID" \
        -d scope=https://storage.azure.com/.default -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
        --data-urlencode "client_assertion@$AZURE_FEDERATED_TOKEN_FILE"' > "$WORK/in-cluster-curl.json"
    in_pod "curl -sS \"\$STORAGE$list\" -H 'x-ms-version: 2023-11-03' -H 'Authorization: Bearer $(jq -r .access_token "$WORK/in-cluster-curl.json")'" \
        > "$WORK/in-cluster-curl"
    expect_text "$WORK/in-cluster-curl" hello.txt
}

azure_cli() {
    # shellcheck disable=SC2016
    in_pod 'az login --service-principal -u "$AZURE_CLIENT_ID" -t "$AZURE_TENANT_ID" --federated-token "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" \
        --allow-no-subscriptions -o none && az storage blob list --blob-endpoint "$STORAGE" -c samples --auth-mode login --query "[].name" -o tsv' \
        > "$WORK/in-cluster-az"
    expect_text "$WORK/in-cluster-az" hello.txt
}

# By the real Helm, which Maven Central has as a library, that the emulator's tests use.
azure_chart() {
    local jars
    jars=$(find ~/.m2/repository/com/marcnuri/helm-java ~/.m2/repository/net/java/dev/jna/jna -name '*.jar' | paste -sd:)
    java -cp "$ROOT/pod-identity-emulator/target/test-classes:$jars" io.podidentity.emulator.manifest.HelmProgram \
        template chart "$ROOT/e2e/data/chart" --set storage=https://emulated-azure.emulated-azure.svc:10103/devstoreaccount1 > "$WORK/chart.yaml"
    on_cluster kubectl apply -n shop -f - < "$WORK/chart.yaml"
    on_cluster kubectl -n shop rollout status deploy/chart --timeout=120s
    page chart /api/blobs > "$WORK/in-cluster-chart.json"
    expect_json "$WORK/in-cluster-chart.json" 'map(.name) == ["blue.png", "elements.csv", "hello.txt"]'
    on_cluster kubectl delete -n shop -f - < "$WORK/chart.yaml"
}

# The page by port-forward alone: who asked for what, and a fault for the next request.
azure_page() {
    local ip
    start page-forward "${CLUSTER[@]}" kubectl -n emulated-azure port-forward deploy/emulated-azure 10100
    eventually 20 on_cluster curl -sf --noproxy '*' -o "$OUT/in-cluster-activity.json" http://localhost:10100/activity
    expect_json "$OUT/in-cluster-activity.json" \
        '.pods | any((.name | startswith("shop/library-")) and .identity == "11111111-0000-4000-8000-000000000001")' \
        '.requests | any((.pod | startswith("shop/azure-identity-")) and .server == "entra" and .status == 200)' \
        '.requests | any(.server == "storage" and .identity == "11111111-0000-4000-8000-000000000001" and .status == 200)'
    expect_no_secret "$OUT/in-cluster-activity.json"
    on_cluster curl -sf --noproxy '*' -X PUT http://localhost:10100/faults -d server=storage -d fault=role-missing
    blobs_say forbidden
    blobs_say hello.txt
    ip=$(azure get pods -o 'jsonpath={.items[0].status.podIP}')
    expect_exit 7 "$WORK/in-cluster-stranger" on_cluster curl -sS --noproxy '*' "http://$ip:10100/"
}

# as ROLE COMMAND...: with the rights that the role gives in the namespace; login.microsoftonline.com is podid's pod.
as() {
    local role=$1
    shift
    on_cluster kubectl config view --raw --minify --flatten -o json | jq --arg role "$role" '.users[0].user.as = $role' > "$WORK/$role.json"
    # shellcheck disable=SC2016
    on_cluster unshare --mount sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$WORK/hosts" env "KUBECONFIG=$WORK/$role.json" \
        "JDK_JAVA_OPTIONS=-Djavax.net.ssl.trustStore=$WORK/in-cluster.p12 -Djavax.net.ssl.trustStorePassword=changeit" "$@"
}

azure_is_borrowed() {
    local role run
    run=(java -jar "$PODID_JAR" run -n shop --authority-host=https://login.microsoftonline.com:10102/ deploy/library
        -- java -jar "$ROOT/token-provider/target/token-provider.jar" explain --resource "$STORAGE_RESOURCE")
    { cat /etc/hosts; azure get pods -o 'jsonpath={.items[0].status.podIP} login.microsoftonline.com{"\n"}'; } > "$WORK/hosts"
    azure get secret emulated-azure-ca -o 'jsonpath={.data.tls\.crt}' | base64 -d > "$WORK/in-cluster-ca.pem"
    keytool -importcert -noprompt -alias azure -file "$WORK/in-cluster-ca.pem" -keystore "$WORK/in-cluster.p12" -storepass changeit
    for role in view edit; do
        on_cluster kubectl -n shop create rolebinding "$role" --clusterrole="$role" --user="$role"
    done
    expect_exit 1 "$WORK/in-cluster-view.txt" as view "${run[@]}"
    expect_text "$WORK/in-cluster-view.txt" serviceaccounts/token
    as edit "${run[@]}" > "$OUT/in-cluster-borrowed.txt"
    expect_text "$OUT/in-cluster-borrowed.txt" 'App 11111111-0000-4000-8000-000000000001' 'from workload identity'
    as view kubectl -n shop get deployments,serviceaccounts,pods -o yaml | java -jar "$PODID_JAR" explain - > "$OUT/in-cluster-explain.txt"
    expect_text "$OUT/in-cluster-explain.txt" 11111111-0000-4000-8000-000000000001
}

# settings KEY VALUE: into the ConfigMap.
settings() {
    azure create configmap emulated-azure --dry-run=client -o yaml ${1:+"--from-literal=$1=$2"} | azure apply -f -
}

azure_is_told() {
    settings roles '[]'
    eventually 20 blobs_say forbidden
    settings federatedCredentials '[{identity: 11111111-0000-4000-8000-000000000001, subject: "system:serviceaccount:shop:other"}]'
    eventually 20 token_says AADSTS700213
    settings "" ""
    eventually 20 blobs_say hello.txt
}

# says_now TEXT COMMAND...: whatever its exit code.
says_now() {
    local said
    said=$("${@:2}" 2>&1 || true)
    grep -qiF "$1" <<< "$said"
}

blobs_say() {
    says_now "$1" page library /api/blobs
}

token_says() {
    says_now "$1" on_cluster kubectl -n shop exec deploy/library -- java -jar /app/token-provider.jar explain --resource "$STORAGE_RESOURCE"
}

# The API server ends, forgets what was, and starts again: each watch is told that what it knows is gone.
api_server_again() {
    local pid command=() revision end=$((SECONDS + 30))
    pid=$(cat "$NODE_DIR/apiserver.pid")
    mapfile -d '' -t command < "/proc/$pid/cmdline"
    # One that ends in peace keeps its watches until their clients end them.
    date -u +%FT%TZ > "$WORK/in-cluster-restart"
    kill -KILL "$pid"
    while alive "$pid" && [ "$SECONDS" -lt "$end" ]; do sleep 0.2; done
    revision=$(on_cluster curl -sS --noproxy '*' http://127.0.0.1:2379/v3/kv/range -d '{"key":"AA=="}' | jq -r .header.revision)
    on_cluster curl -sS --noproxy '*' http://127.0.0.1:2379/v3/kv/compaction -d "{\"revision\":\"$revision\",\"physical\":true}"
    (cd "$NODE_DIR/pki" && exec setsid "${CLUSTER[@]}" "${command[@]}" > "$NODE_DIR/log/apiserver" 2>&1 < /dev/null) &
    echo $! > "$NODE_DIR/apiserver.pid"
    eventually 60 on_cluster kubectl get --raw /readyz
    date -u -d '+1 second' +%FT%TZ >> "$WORK/in-cluster-restart"
}

azure_outlives_the_api_server() {
    local began
    api_server_again
    began=$(head -1 "$WORK/in-cluster-restart")
    # 410 comes within a watch, which the log does not show; what follows it does: a list of no certain version.
    eventually 60 audit_says "$began" '.verb == "list" and .requestURI == "/api/v1/serviceaccounts"'
    on_cluster kubectl create serviceaccount later -n shop
    on_cluster kubectl annotate serviceaccount later -n shop azure.workload.identity/client-id=22222222-0000-4000-8000-000000000001
    on_cluster kubectl -n shop patch deploy library -p '{"spec":{"template":{"spec":{"serviceAccountName":"later"}}}}'
    on_cluster kubectl -n shop rollout status deploy/library --timeout=120s
    eventually 30 identity_says 22222222-0000-4000-8000-000000000001
    expect_equal 0 "$(azure get pods -o 'jsonpath={.items[0].status.containerStatuses[0].restartCount}')"
}

# audit_says SINCE CONDITION: of a request since then.
audit_says() {
    jq -se --arg since "$1" "any(.[]; .requestReceivedTimestamp >= \$since and $2)" "$OUT/in-cluster-audit.log"
}

identity_says() {
    says_now "$1" page library /api/identity
}

# A program keeps its token, which the next process of podid knows. The authority, made to end in 20 days here, gives way to its
# successor, which programs trust from the beginning; what starts now trusts also the one after it.
azure_again() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 20 -subj /CN=old -keyout "$WORK/old.key" -out "$WORK/old.pem"
    azure get secret emulated-azure-ca -o json > "$WORK/in-cluster-kept.json"
    jq --rawfile crt "$WORK/old.pem" --rawfile key "$WORK/old.key" 'def second: @base64d | "-----BEGIN" + split("-----BEGIN")[2];
        .data["tls.crt"] |= ($crt + second | @base64) | .data["tls.key"] |= ($key + second | @base64)' "$WORK/in-cluster-kept.json" \
        | azure replace -f -
    nmi_starts
    eventually 30 blobs_say hello.txt
    azure get secret emulated-azure-ca -o json | jq '.data["tls.crt"] | @base64d | split("-----BEGIN")' > "$WORK/in-cluster-renewed.json"
    jq '.data["tls.crt"] | @base64d | split("-----BEGIN")' "$WORK/in-cluster-kept.json" > "$WORK/in-cluster-before.json"
    jq -s '{before: .[0], renewed: .[1]}' "$WORK"/in-cluster-{before,renewed}.json > "$WORK/in-cluster-authorities.json"
    expect_json "$WORK/in-cluster-authorities.json" '.renewed[1] == .before[2]' '.renewed | length == 3' '.renewed[2] != .before[1]'
    expect_equal "$(azure get secret emulated-azure-ca -o 'jsonpath={.data.tls\.crt}')" \
        "$(on_cluster kubectl get mutatingwebhookconfigurations emulated-azure -o 'jsonpath={.webhooks[0].clientConfig.caBundle}')"
    azure_logs > "$WORK/in-cluster-again"
    fail_if_there "$WORK/in-cluster-again" oauth2/v2.0/token
}

fail_if_there() {
    ! grep -F "$2" "$1" || fail "\"$2\" is in $1"
}

# What it asked for is what its Roles grant, no more and no less. That an object is created by server-side apply is "patch" in the log.
# An API server refuses what it is asked before it knows its roles.
azure_uses_its_rights() {
    jq -r --rawfile restart "$WORK/in-cluster-restart" '($restart | split("\n")) as [$began, $ready]
        | select(.responseStatus.code == 403 and (.requestReceivedTimestamp < $began or .requestReceivedTimestamp > $ready)) | .requestURI' \
        "$OUT/in-cluster-audit.log" > "$WORK/in-cluster-refused"
    expect_equal "" "$(cat "$WORK/in-cluster-refused")"
    jq -r '[.verb, .objectRef.resource // .requestURI] | join(" ")' "$OUT/in-cluster-audit.log" | sort -u > "$OUT/in-cluster-asked"
    yaml_to_json < "$WORK/azure.yaml" | jq -r '.[] | select(.kind | endswith("Role")) | .rules[] | .verbs[] as $verb | (.resources // .nonResourceURLs)[] | "\($verb) \(.)"' \
        | grep -Ev '^create (configmaps|azureassignedidentities)$' | sort -u > "$OUT/in-cluster-granted"
    diff "$OUT/in-cluster-granted" "$OUT/in-cluster-asked"
}

azure_is_not_played_in_azure() {
    on_cluster kubectl label nodes --all kubernetes.azure.com/cluster=real
    azure delete pods --all
    eventually 60 refuses "is one of AKS"
    on_cluster kubectl label nodes --all kubernetes.azure.com/cluster-
    [ -z "${E2E_QUICK:-}" ] || return 0
    # Each pod reaches that address of the node.
    start metadata "${CLUSTER[@]}" "$PYTHON" -c 'from http.server import *
class Metadata(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{\"compute\": {\"azEnvironment\": \"AzurePublicCloud\"}}")
HTTPServer(("169.254.169.254", 80), Metadata).serve_forever()'
    # It looks its own name up before it listens, which takes its time without DNS.
    eventually 60 on_cluster curl -sf --noproxy '*' -o "$WORK/metadata.json" http://169.254.169.254/
    azure delete pods --all
    eventually 60 refuses "its metadata service answers"
}

refuses() {
    says_now "$1. Add --allow-azure to run it anyway." azure_logs
}

at_end azure_end
check "podid's image and applications with the library and with azure-identity are on a real cluster" azure_begin
[ -n "${E2E_CLUSTER:-}" ] || start services "${CLUSTER[@]}" "$PYTHON" "$ROOT/e2e/data/node-services.py" 10.77.0.1
check "kubectl apply -k k8s/emulated-azure: it is ready, under \"restricted\"" azure_starts
check "pods read blobs with the library and with azure-identity, unchanged but for the storage's address" azure_serves
[ -n "${E2E_QUICK:-}" ] || check "a Helm chart for AKS, unchanged but for the storage's address: the blobs" azure_chart
if [ -z "${E2E_CLUSTER:-}" ]; then
    check "podid run and explain with the roles view and edit: a program here has the pod's identity" azure_is_borrowed
    check "azure-identity and azure-storage-blob for Python, @azure/identity and curl in a pod: a token, and the blobs" azure_clients
    [ -n "${E2E_QUICK:-}" ] || check "az in that pod: signed in by its federated token, and the blobs" azure_cli
fi
check "the page, by port-forward alone: who asked for what; a fault ordered there is the next answer" azure_page
check "the ConfigMap takes the role away, then the trust, and both come back" azure_is_told
check "kubectl apply -k k8s/emulated-pod-identity: MIC, and NMI on the node; the new podid knows the tokens that programs have, and renews its CA, which they trust" azure_again
check "a pod with aadpodidbinding reads blobs by IMDS, with the library and with azure-identity; MIC writes as MIC does" nmi_serves
if [ -z "${E2E_CLUSTER:-}" ]; then
    check "NMI knows pods by their addresses: without a binding 404, by an exception to the metadata service" nmi_decides
    check "a new podid keeps what is assigned, and gives tokens at once" nmi_outlives_podid
    if [ -n "${NMI:-}" ]; then
        check "the real NMI beside it answers the same pods and requests with the same" real_nmi
    else
        echo "skip  the real NMI: it is not set"
    fi
    check "podid migrate of what runs, applied: the same identity by workload identity" nmi_is_left
    check "without its binding a pod gets no token; without NMI the node has no rule" nmi_takes_away
    check "it outlives a restart of the API server that has forgotten what was" azure_outlives_the_api_server
    check "it asks for exactly what its Role grants" azure_uses_its_rights
    check "it does not start where nodes are AKS's, nor, if not in CI, where Azure's metadata service answers" azure_is_not_played_in_azure
fi
