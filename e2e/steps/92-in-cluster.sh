# shellcheck shell=bash disable=SC2153,SC2154
# k8s/emulated-azure on a real cluster: pods with workload identity read blobs with the library and with azure-identity, as they would
# on AKS; with k8s/emulated-pod-identity so do those that MIC and NMI give an identity; what it asks for is what its Roles grant; it
# outlives a restart of the API server, and does not start in Azure.
# Needs: emulated-azure
# Skipped without: E2E_CLUSTER E2E_NODE

# The demo's image with one application more.
PEER_IMAGE=localhost/peer:e2e
LIBRARY=11111111-0000-4000-8000-000000000001
PARCELS=33333333-0000-4000-8000-000000000001
THREE_BLOBS='map(.name) == ["blue.png", "elements.csv", "hello.txt"]'

azure_end() {
    cluster_down namespaces,mutatingwebhookconfigurations,clusterroles,clusterrolebindings emulated-azure
    [ -z "${E2E_CLUSTER:-}" ] || cluster_down namespaces -l e2e=in-cluster
    [ -z "${E2E_CLUSTER:-}" ] || cluster_down -f "$WORK/azure.yaml" --ignore-not-found
}

azure_begin() {
    local container peer
    peer=$(find "$ROOT/benchmarks/peer-app/target" -maxdepth 1 -name 'peer-app-*-azure-identity.jar')
    container=$(buildah "${STORAGE[@]}" from --pull=never "$IMAGE")
    buildah "${STORAGE[@]}" copy -q "$container" "$peer" /app/peer.jar
    buildah "${STORAGE[@]}" commit -q "$container" "$PEER_IMAGE"
    nmi_image
    KUBE_APISERVER_ARGS="--audit-policy-file $ROOT/e2e/data/audit-azure.yaml --audit-log-path $OUT/in-cluster-audit.log" \
        cluster_up_with "$PODID_IMAGE" "$NMI_IMAGE" "$PEER_IMAGE"
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
        expect_text "$OUT/in-cluster-$name.json" "$LIBRARY"
        page "$name" /api/blobs > "$WORK/in-cluster-blobs.json"
        expect_json "$WORK/in-cluster-blobs.json" "$THREE_BLOBS"
    done
}

# Nothing is set for them but what the webhook sets.
azure_clients() {
    local in_pod=(on_cluster kubectl -n clients exec clients -- sh -c)
    # A cluster of one's own has other files on its nodes.
    sed "s#JS_HOME#$AZURE_IDENTITY_JS_HOME#; s#PROGRAMS#$ROOT/e2e/clients#" "$ROOT/e2e/data/in-cluster-clients.yaml" | on_cluster kubectl apply -f -
    on_cluster kubectl -n clients wait --for=condition=Ready pod/clients --timeout=60s
    expect_equal "blue.png elements.csv hello.txt" "$("${in_pod[@]}" 'python3 /programs/blobs.py')"
    # shellcheck disable=SC2016
    "${in_pod[@]}" 'node /programs/azure-identity.mjs /js default "$STORAGE/samples?restype=container&comp=list"' > "$WORK/in-cluster-js"
    expect_text "$WORK/in-cluster-js" "200 " hello.txt
}

azure_cli() {
    # shellcheck disable=SC2016
    on_cluster kubectl -n clients exec clients -- sh -c 'az login --service-principal -u "$AZURE_CLIENT_ID" -t "$AZURE_TENANT_ID" \
        --federated-token "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" --allow-no-subscriptions -o none \
        && az storage blob list --blob-endpoint "$STORAGE" -c samples --auth-mode login --query "[].name" -o tsv' > "$WORK/in-cluster-az"
    expect_text "$WORK/in-cluster-az" hello.txt
}

# By the real Helm, which Maven Central has as a library, that the model's tests use.
azure_chart() {
    local jars
    jars=$(find ~/.m2/repository/com/marcnuri/helm-java ~/.m2/repository/net/java/dev/jna/jna -name '*.jar' | paste -sd:)
    java -cp "$ROOT/pod-identity/model/target/test-classes:$jars" io.podidentity.emulator.manifest.HelmProgram \
        template chart "$ROOT/e2e/data/chart" --set storage=https://emulated-azure.emulated-azure.svc:10103/devstoreaccount1 > "$WORK/chart.yaml"
    on_cluster kubectl apply -n shop -f - < "$WORK/chart.yaml"
    on_cluster kubectl -n shop rollout status deploy/chart --timeout=120s
    page chart /api/blobs > "$WORK/in-cluster-chart.json"
    expect_json "$WORK/in-cluster-chart.json" "$THREE_BLOBS"
    on_cluster kubectl delete -n shop -f - < "$WORK/chart.yaml"
}

# The page by port-forward alone: who asked for what, and a fault for the next request.
azure_page() {
    local ip
    start page-forward "${CLUSTER[@]}" kubectl -n emulated-azure port-forward deploy/emulated-azure 10100
    eventually 20 on_cluster curl -sf --noproxy '*' -o "$OUT/in-cluster-activity.json" http://localhost:10100/activity
    expect_json "$OUT/in-cluster-activity.json" \
        ".pods | any((.name | startswith(\"shop/library-\")) and .identity == \"$LIBRARY\")" \
        '.requests | any((.pod | startswith("shop/azure-identity-")) and .server == "entra" and .status == 200)' \
        ".requests | any(.server == \"storage\" and .identity == \"$LIBRARY\" and .status == 200)"
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
    run=(env "PATH=$ROOT/podid/install:$PATH" kubectl podid run -n shop --authority-host=https://login.microsoftonline.com:10102/ deploy/library
        -- java -jar "$LIBRARY_JAR" explain --resource "$STORAGE_RESOURCE")
    { cat /etc/hosts; azure get pods -o 'jsonpath={.items[0].status.podIP} login.microsoftonline.com{"\n"}'; } > "$WORK/hosts"
    azure get secret emulated-azure-ca -o 'jsonpath={.data.tls\.crt}' | base64 -d > "$WORK/in-cluster-ca.pem"
    keytool -importcert -noprompt -alias azure -file "$WORK/in-cluster-ca.pem" -keystore "$WORK/in-cluster.p12" -storepass changeit
    for role in view edit; do
        on_cluster kubectl -n shop create rolebinding "$role" --clusterrole="$role" --user="$role"
    done
    expect_exit 1 "$WORK/in-cluster-view.txt" as view "${run[@]}"
    expect_text "$WORK/in-cluster-view.txt" serviceaccounts/token
    as edit "${run[@]}" > "$OUT/in-cluster-borrowed.txt"
    expect_text "$OUT/in-cluster-borrowed.txt" "App $LIBRARY" 'from workload identity'
    as view kubectl -n shop get deployments,serviceaccounts,pods -o yaml | java -jar "$PODID_JAR" explain - > "$OUT/in-cluster-explain.txt"
    expect_text "$OUT/in-cluster-explain.txt" "$LIBRARY"
}

CONTOSO=c0000000-0000-4000-8000-000000000001

# said WORKLOAD CONTAINER: whose token it gets there; a container that has ended may be gone with its log.
said() {
    on_cluster kubectl -n kinds logs -l "app=$1" -c "$2" --tail=-1
}

# Init container of each kind of workload, sidecar of those that stay, and program of each Job, in podid's tenant and in one of its own.
azure_has_all_kinds() {
    local kind account container client table=$OUT/in-cluster-kinds.txt
    sed "s#PROGRAMS#$ROOT/e2e/clients#" "$ROOT/e2e/data/workloads.yaml" | on_cluster kubectl apply -f -
    "$PYTHON" "$ROOT/e2e/workloads.py" "$PEER_IMAGE" "$STORAGE_RESOURCE" | on_cluster kubectl apply -f -
    for account in plain contoso; do on_cluster kubectl -n kinds create job "cronjob-$account-now" --from="cronjob/cronjob-$account"; done
    printf '%-12s %-9s %-10s %s\n' workload account container identity > "$table"
    for kind in deployment statefulset job cronjob; do
        for account in plain contoso; do
            client=44444444-0000-4000-8000-00000000000$([ "$account" = plain ] && echo 1 || echo 2)
            # A Job ends the second start of its sidecar before that has asked, and the log of the first one is gone then.
            for container in before $([[ $kind == *job ]] && echo program || echo alongside); do
                eventually 180 says_now "App $client" said "$kind-$account" "$container" || kinds_fail
                printf '%-12s %-9s %-10s %s\n' "$kind" "$account" "$container" "$(said "$kind-$account" "$container" | grep -o "App $client.*" | head -1)" >> "$table"
                [ "$account" = plain ] || eventually 60 says_now "$CONTOSO" said "$kind-$account" "$container"
            done
        done
    done
    eventually 60 says_now "No token for" said job-plain-unlabelled before
    printf '%-12s %-9s %-10s %s\n' job plain before "no label: no token" >> "$table"
    cat "$table"
}

# Whether a pod was not created, did not start, or got no token.
kinds_fail() {
    on_cluster kubectl -n kinds get pods,jobs -o wide
    on_cluster kubectl -n kinds describe jobs,pods | tail -n 200
    on_cluster kubectl -n kinds logs --all-containers --prefix -l app --tail=20
    tail -n 40 "$NODE_DIR/log/controllers"
    return 1
}

# It asks for tokens itself, and has no label; its namespace is opted in.
azure_has_controllers() {
    local ask=(on_cluster kubectl -n controllers exec controller -- /usr/bin/python3 /programs/controller.py kinds)
    on_cluster kubectl -n controllers wait --for=condition=Ready pod/controller --timeout=60s
    expect_equal "44444444-0000-4000-8000-000000000002 $CONTOSO" "$("${ask[@]}" contoso 44444444-0000-4000-8000-000000000002 "$CONTOSO")"
    expect_exit 1 "$WORK/in-cluster-tenant" "${ask[@]}" plain 44444444-0000-4000-8000-000000000001 "$CONTOSO"
    expect_text "$WORK/in-cluster-tenant" AADSTS700016
    expect_exit 1 "$WORK/in-cluster-tenant" "${ask[@]}" contoso 44444444-0000-4000-8000-000000000002 d0000000-0000-4000-8000-000000000001
    expect_text "$WORK/in-cluster-tenant" AADSTS90002
    on_cluster kubectl delete namespace kinds controllers --wait=false
}

# settings KEY VALUE: into the ConfigMap.
settings() {
    azure create configmap emulated-azure --dry-run=client -o yaml ${1:+"--from-literal=$1=$2"} | azure apply -f -
}

azure_is_told() {
    settings roles '[]'
    eventually 20 blobs_say forbidden
    settings federatedCredentials '[{identity: 11111111-0000-4000-8000-000000000001, subject: "system:serviceaccount:shop:other"}]'
    eventually 20 says_now AADSTS700213 explains library
    settings "" ""
    eventually 20 blobs_say hello.txt
}

# A second replica waits while the first one renews the Lease, and serves when that one hangs. If the first one goes on, it sees that,
# and ends.
azure_serves_one_at_a_time() {
    local first second pid
    first=$(azure get pods -o 'jsonpath={.items[0].metadata.name}')
    azure scale deploy/emulated-azure --replicas=2
    eventually 60 says_now "pod $first serves this cluster, and one pod does so at a time" azure logs -l app=emulated-azure --tail=-1
    second=$(azure get pods -o 'jsonpath={.items[*].metadata.name}' | tr ' ' '\n' | grep -v "$first")
    expect_equal false "$(azure get pod "$second" -o 'jsonpath={.status.containerStatuses[0].ready}')"
    pid=$(process emulated-azure "$first")
    kill -STOP "$pid"
    azure wait --for=condition=Ready "pod/$second" --timeout=90s || { kill -CONT "$pid"; return 1; }
    kill -CONT "$pid"
    eventually 30 says_now "pod $second serves this cluster now" azure logs "$first" --previous
    eventually 30 says_now "pod $second serves this cluster, and one pod does so at a time" azure logs "$first"
    azure scale deploy/emulated-azure --replicas=1
    azure wait --for=delete "pod/$first" --timeout=60s
    expect_equal "$second" "$(azure get lease emulated-azure -o 'jsonpath={.spec.holderIdentity}')"
    eventually 20 blobs_say hello.txt
}

blobs_say() {
    says_now "$1" page library /api/blobs
}

# explains DEPLOYMENT: what the library says there.
explains() {
    on_cluster kubectl -n shop exec "deploy/$1" -- java -jar /app/token-provider.jar explain --resource "$STORAGE_RESOURCE"
}

# assigned FILTER: of the assigned identities.
assigned() {
    on_cluster kubectl get azureassignedidentities -A -o json | jq -c "$1"
}

are_assigned() {
    [ "$(assigned '[.items[] | select(.status.status == "Assigned")] | length')" = "$1" ]
}

# As MIC does it: names, labels, copies, events.
nmi_serves() {
    on_cluster kubectl apply -f - < "$ROOT/e2e/data/pod-identity-pods.yaml"
    on_cluster kubectl -n shop rollout status deploy/parcels --timeout=120s
    eventually 30 says_now "$PARCELS" page parcels /api/identity
    page parcels /api/blobs > "$WORK/parcels-blobs.json"
    expect_json "$WORK/parcels-blobs.json" "$THREE_BLOBS"
    explains parcels > "$OUT/in-cluster-parcels.txt"
    expect_text "$OUT/in-cluster-parcels.txt" "$PARCELS" imds
    assigned . > "$OUT/in-cluster-assigned.json"
    expect_json "$OUT/in-cluster-assigned.json" 'any(.items[]; .metadata.namespace == "default" and (.metadata.name | test("^parcels-[^ ]+-shop-parcels$"))
        and (.metadata.labels | keys == ["nodename"]) and .metadata.finalizers == null and (.metadata.ownerReferences | map(.kind + "/" + .name) == ["Namespace/emulated-azure"])
        and .spec.azureIdentityRef.spec.clientID == "'"$PARCELS"'" and .spec.azureBindingRef.metadata.resourceVersion != null)'
    on_cluster kubectl -n shop get events --field-selector reason="binding applied" -o json > "$WORK/mic-events.json"
    expect_json "$WORK/mic-events.json" 'any(.items[]; .source.component == "aadpodidentity.k8s.io" and (.message | startswith("Binding parcels-of-shop applied on node ")))'
}

# ask POD PATH: from the pod's network; the status, and whose token came or what else was said. Counts differ each time.
ask() {
    local pid
    pid=$(process shop "$1")
    nsenter --net="/proc/$pid/ns/net" curl -sS --noproxy '*' -m 30 -H 'Metadata: true' -w '\n%{http_code}' "${NMI_AT:-http://169.254.169.254}$2" \
        | jq -Rrs '(split("\n")[:-1] | join("\n")) as $body | split("\n")[-1] + " " + ($body
            | try (fromjson.access_token / "." | .[1] | gsub("-"; "+") | gsub("_"; "/") | . + "==" | @base64d | fromjson.appid) catch $body)' \
        | sed -E 's/after [0-9]+ attempts, retry duration \[[0-9]+\]s/after … attempts/'
}

TOKEN='/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/'

nmi_decides() {
    eventually 20 are_assigned 2
    on_cluster kubectl -n shop wait --for=condition=Ready pod/bound pod/unbound pod/excepted --timeout=30s
    expect_equal "200 $PARCELS" "$(ask bound "$TOKEN")"
    says_now '404 getting assigned identities for pod shop/unbound in CREATED state failed after' ask unbound "$TOKEN"
    expect_equal "200 $PARCELS" "$(ask excepted "$TOKEN&client_id=$PARCELS")"
    says_now '200 {"compute":' ask excepted '/metadata/instance?api-version=2021-02-01'
}

# From a pod that is not bound: podid's metadata service is not there, and a line that only a node may send is refused, at the Service too.
nmi_believes_nodes_alone() {
    local pid ip podid
    pid=$(process shop unbound)
    ip=$(on_cluster kubectl -n shop get pod bound -o 'jsonpath={.status.podIP}')
    for podid in "$(azure get pods -o 'jsonpath={.items[0].status.podIP}')" "$(azure get service emulated-azure -o 'jsonpath={.spec.clusterIP}')"; do
        for credential in "" "NODE forged\r\n"; do
            # shellcheck disable=SC2059
            printf "${credential}PROXY TCP4 $ip 169.254.169.254 40000 80\r\nGET $TOKEN HTTP/1.1\r\nHost: podid\r\nMetadata: true\r\n\r\n" \
                | nsenter --net="/proc/$pid/ns/net" curl -sS -m 5 --noproxy '*' "telnet://$podid:10106" > "$WORK/forged" 2>&1 || true
            ! grep -q access_token "$WORK/forged" || fail "a forged line gives another pod's identity at $podid"
        done
        expect_text "$WORK/forged" 'NO this is no valid token'
    done
    podid=$(azure get pods -o 'jsonpath={.items[0].status.podIP}')
    expect_exit 7 "$WORK/stranger" nsenter --net="/proc/$pid/ns/net" curl -sS --noproxy '*' -m 5 -H 'Metadata: true' "http://$podid:10101$TOKEN&client_id=$PARCELS"
}

nmi_outlives_podid() {
    local before versions='[.items[].metadata | {name, uid, resourceVersion}]'
    before=$(assigned "$versions")
    azure delete pods --all
    azure rollout status deploy/emulated-azure --timeout=60s
    eventually 20 says_now "200 $PARCELS" ask bound "$TOKEN"
    expect_equal "$before" "$(assigned "$versions")"
}

# The real NMI on the same objects and pods, without its iptables rule, so that ours stays: it is asked at its port.
real_nmi() {
    local rule pod path identity=/subscriptions/50d1d000-0000-4000-8000-000000000005/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/parcels
    start imds-forward "${CLUSTER[@]}" kubectl -n emulated-azure port-forward deploy/emulated-azure 10101
    eventually 20 on_cluster curl -s --noproxy '*' http://127.0.0.1:10101/
    rule=(OUTPUT -d 169.254.169.254/32 -p tcp --dport 80 -j DNAT --to-destination 127.0.0.1:10101)
    mkdir -p "$WORK/no-rule"
    printf '#!/bin/sh\necho iptables v1.8.11\n' > "$WORK/no-rule/iptables"
    chmod +x "$WORK/no-rule/iptables"
    on_cluster iptables -t nat -A "${rule[@]}"
    start nmi "${CLUSTER[@]}" env PATH="$WORK/no-rule:$PATH" HOST_IP=10.77.0.1 "$NMI" --node=node1 \
        --nmi-listen-address=0.0.0.0 --nmi-port=2580 --http-probe-port=8085 --prometheus-port=9091 --allow-network-plugin-kubenet \
        --retry-attempts-for-created=1 --retry-attempts-for-assigned=1 --find-identity-retry-interval=1
    eventually 20 on_cluster curl -s --noproxy '*' http://127.0.0.1:8085/healthz
    while read -r pod path; do
        expect_equal "$(NMI_AT=http://10.77.0.1:2580 ask "$pod" "$path")" "$(ask "$pod" "$path")"
    done << END
bound $TOKEN
bound $TOKEN&client_id=44444444-0000-4000-8000-000000000001
bound $TOKEN&msi_res_id=$identity
bound /metadata/identity/oauth2/token?api-version=2018-02-01
bound /metadata/instance?api-version=2021-02-01
unbound $TOKEN
excepted $TOKEN&client_id=$PARCELS
END
    on_cluster iptables -t nat -D "${rule[@]}"
    stop nmi
    stop imds-forward
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
    explains parcels > "$OUT/in-cluster-moved.txt"
    expect_text "$OUT/in-cluster-moved.txt" "App $PARCELS" "from workload identity"
}

nmi_takes_away() {
    on_cluster kubectl -n shop delete azureidentitybinding parcels-of-shop
    eventually 20 are_assigned 0
    expect_equal 0 "$(assigned '.items | length')"
    says_now 404 ask bound "$TOKEN"
    on_cluster kubectl -n emulated-nmi delete daemonset nmi
    eventually 20 without_rule
}

without_rule() {
    ! on_cluster iptables-save -t nat | grep podid-metadata
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
    eventually 30 says_now 22222222-0000-4000-8000-000000000001 page library /api/identity
    expect_equal 0 "$(azure get pods -o 'jsonpath={.items[0].status.containerStatuses[0].restartCount}')"
}

# audit_says SINCE CONDITION: of a request since then.
audit_says() {
    jq -se --arg since "$1" "any(.[]; .requestReceivedTimestamp >= \$since and $2)" "$OUT/in-cluster-audit.log"
}

# A program keeps its token, which the next process of podid knows. The authority, made to end in 20 days here, gives way to its
# successor, which programs trust from the beginning; what starts now trusts also the one after it.
azure_again() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 20 -subj /CN=old -keyout "$WORK/old.key" -out "$WORK/old.pem"
    azure get secret emulated-azure-ca -o json | jq --rawfile crt "$WORK/old.pem" --rawfile key "$WORK/old.key" 'def second: @base64d | "-----BEGIN" + split("-----BEGIN")[2];
        .data["tls.crt"] |= ($crt + second | @base64) | .data["issuer.crt"] |= ($crt + second | @base64) | .data["tls.key"] |= ($key + second | @base64)' | azure replace -f -
    nmi_starts --time-scale=40
    eventually 30 blobs_say hello.txt
    expect_equal "$(azure get secret emulated-azure-ca -o 'jsonpath={.data.tls\.crt}')" \
        "$(on_cluster kubectl get mutatingwebhookconfigurations emulated-azure -o 'jsonpath={.webhooks[0].clientConfig.caBundle}')"
    expect_equal "" "$(azure get secret emulated-azure-ca -o 'jsonpath={.data.tls\.crt}' | base64 -d | openssl x509 -noout -subject | grep -w old || true)"
    azure_logs > "$WORK/in-cluster-again"
    ! grep -F oauth2/v2.0/token "$WORK/in-cluster-again" || fail "a program asked for a new token"
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
        | grep -Ev '^create (configmaps|azureassignedidentities|mutatingwebhookconfigurations)$' | sort -u > "$OUT/in-cluster-granted"
    diff "$OUT/in-cluster-granted" "$OUT/in-cluster-asked"
}

# While podid is scaled to nothing the API server asks nobody, so that labelled pods are created.
azure_is_away() {
    azure scale deploy/emulated-azure --replicas=0
    eventually 30 without_webhook
    on_cluster kubectl -n shop run away --image=localhost/pause:1 --labels=azure.workload.identity/use=true --dry-run=server \
        --overrides='{"spec": {"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}, "containers": [{"name": "away",
            "image": "localhost/pause:1", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}}'
    azure scale deploy/emulated-azure --replicas=1
    azure rollout status deploy/emulated-azure --timeout=60s
    on_cluster kubectl get mutatingwebhookconfigurations emulated-azure
}

without_webhook() {
    [ -z "$(on_cluster kubectl get mutatingwebhookconfigurations -o name)" ]
}

# What is deleted goes in time, and takes nothing of the user's with it.
azure_goes() {
    on_cluster kubectl delete --ignore-not-found --timeout=60s -f "$WORK/azure.yaml"
    eventually 30 without_webhook
    without_rule
    expect_equal '[]' "$(assigned '.items')"
    expect_equal 4 "$(on_cluster kubectl get customresourcedefinitions -o name | grep -c aadpodidentity)"
    on_cluster kubectl -n shop get azureidentity parcels
}

# Rules, kinds and objects, each with its version.
what_is_the_real_ones() {
    on_cluster iptables -t nat -S | grep aad-metadata
    on_cluster kubectl get customresourcedefinitions,azureidentities,azureidentitybindings,azureassignedidentities,mutatingwebhookconfigurations -A -o json \
        | jq -c '.items[] | [.kind, .metadata.name, .metadata.uid, .metadata.resourceVersion, .metadata.deletionTimestamp]'
}

# On a node of AKS with the real NMI, its rule, and an object of the real MIC's: nothing of these is changed, whatever is applied and deleted.
azure_leaves_the_real_one_alone() {
    local before
    on_cluster kubectl label nodes --all kubernetes.azure.com/cluster=real
    on_cluster kubectl apply -f - <<< '{"apiVersion": "aadpodidentity.k8s.io/v1", "kind": "AzureAssignedIdentity", "metadata": {"name": "orders-shop-orders",
        "namespace": "default", "finalizers": ["azureassignedidentity.finalizers.aadpodidentity.k8s.io"]}, "spec": {"pod": "orders", "podNamespace": "shop"}}'
    start nmi "${CLUSTER[@]}" env HOST_IP=10.77.0.1 "$NMI" --node=node1 --http-probe-port=8085 --prometheus-port=9091 --allow-network-plugin-kubenet
    eventually 20 on_cluster iptables -t nat -C PREROUTING -j aad-metadata
    before=$(what_is_the_real_ones)
    on_cluster kubectl apply -f "$WORK/azure.yaml"
    eventually 60 says_now "is one of AKS. Add --allow-azure" azure_logs
    eventually 60 says_now "whose nat table has chain aad-metadata" on_cluster kubectl -n emulated-nmi logs daemonset/nmi
    on_cluster kubectl run labelled --image=localhost/pause:1 --labels=azure.workload.identity/use=true --dry-run=server
    expect_equal "$before" "$(what_is_the_real_ones)"
    on_cluster kubectl delete --timeout=60s -f "$WORK/azure.yaml"
    expect_equal "$before" "$(what_is_the_real_ones)"
    on_cluster kubectl patch azureassignedidentity orders-shop-orders --type=merge -p '{"metadata": {"finalizers": null}}'
    on_cluster kubectl label nodes --all kubernetes.azure.com/cluster-
    # Without AKS's label podid still refuses, for the object is not podid's.
    on_cluster kubectl apply -f "$WORK/azure.yaml"
    eventually 60 says_now "objects of another MIC, AzureAssignedIdentity default/orders-shop-orders" azure_logs
    on_cluster kubectl delete --timeout=60s -f "$WORK/azure.yaml"
    on_cluster kubectl delete azureassignedidentity orders-shop-orders
    stop nmi
    on_cluster iptables -t nat -D PREROUTING -j aad-metadata || true
    on_cluster iptables -t nat -F aad-metadata || true
    on_cluster iptables -t nat -X aad-metadata || true
}

# podid alone, without NMI, as the real webhook's configuration is there under a name of its own.
azure_is_not_played_beside_the_real_webhook() {
    on_cluster kubectl apply -f - <<< '{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "metadata": {"name": "azure-wi-webhook"},
        "webhooks": [{"name": "mutation.azure-workload-identity.io", "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Ignore",
            "clientConfig": {"service": {"name": "azure-wi-webhook", "namespace": "azure-workload-identity-system"}}}]}'
    on_cluster kubectl apply -f "$WORK/azure.yaml"
    eventually 60 says_now "MutatingWebhookConfiguration azure-wi-webhook, and two of them would change the same pods" azure_logs
    expect_equal mutatingwebhookconfiguration.admissionregistration.k8s.io/azure-wi-webhook "$(on_cluster kubectl get mutatingwebhookconfigurations -o name)"
    on_cluster kubectl delete mutatingwebhookconfiguration azure-wi-webhook
    azure delete pods --all
    azure rollout status deploy/emulated-azure --timeout=60s
}

azure_is_not_played_in_azure() {
    on_cluster kubectl label nodes --all kubernetes.azure.com/cluster=real
    azure delete pods --all
    eventually 60 says_now "is one of AKS. Add --allow-azure" azure_logs
    on_cluster kubectl label nodes --all kubernetes.azure.com/cluster-
    [ -z "${E2E_QUICK:-}" ] || return 0
    # Each pod reaches that address of the node.
    mkdir -p "$WORK/azure/metadata"
    echo '{"compute": {"azEnvironment": "AzurePublicCloud"}}' > "$WORK/azure/metadata/instance"
    start metadata "${CLUSTER[@]}" "$PYTHON" -m http.server --bind 169.254.169.254 --directory "$WORK/azure" 80
    # It looks its own name up before it listens, which takes its time without DNS.
    eventually 60 on_cluster curl -sf --noproxy '*' -o "$WORK/metadata.json" http://169.254.169.254/metadata/instance
    azure delete pods --all
    eventually 60 says_now "its metadata service answers. Add --allow-azure" azure_logs
}

at_end azure_end
check "podid's image and applications with the library and with azure-identity are on a real cluster" azure_begin
[ -n "${E2E_CLUSTER:-}" ] || start services "${CLUSTER[@]}" "$PYTHON" "$ROOT/e2e/data/node-services.py" 10.77.0.1
check "kubectl apply -k k8s/emulated-azure: it is ready, under \"restricted\"" azure_starts
check "pods read blobs with the library and with azure-identity, unchanged but for the storage's address" azure_serves
[ -n "${E2E_QUICK:-}" ] || check "a Helm chart for AKS, unchanged but for the storage's address: the blobs" azure_chart
if [ -z "${E2E_CLUSTER:-}" ]; then
    check "podid run and explain with the roles view and edit: a program here has the pod's identity" azure_is_borrowed
    check "azure-identity and azure-storage-blob for Python, and @azure/identity, in a pod: a token, and the blobs" azure_clients
    [ -n "${E2E_QUICK:-}" ] || check "az in that pod: signed in by its federated token, and the blobs" azure_cli
fi
if [ -z "${E2E_CLUSTER:-}" ]; then
    check "init containers of Deployments, StatefulSets, Jobs and CronJobs, with their sidecars or programs, in two tenants" azure_has_all_kinds
    check "a controller without a label, in a namespace that is opted in; a tenant that has not got the identity, and one that is not there" azure_has_controllers
fi
check "the page, by port-forward alone: who asked for what; a fault ordered there is the next answer" azure_page
check "the ConfigMap takes the role away, then the trust, and both come back" azure_is_told
if [ -z "${E2E_CLUSTER:-}" ]; then
    check "of two replicas one serves; if it hangs, the other one does" azure_serves_one_at_a_time
fi
check "kubectl apply -k k8s/emulated-pod-identity: MIC, and NMI on the node; the new podid knows the tokens that programs have, and renews its CA, which they trust" azure_again
check "a pod with aadpodidbinding reads blobs by IMDS, with the library and with azure-identity; MIC writes as MIC does" nmi_serves
if [ -z "${E2E_CLUSTER:-}" ]; then
    check "NMI knows pods by their addresses: without a binding 404, by an exception to the metadata service" nmi_decides
    check "no pod gets the identity of another one from podid itself" nmi_believes_nodes_alone
    check "a new podid keeps what is assigned, and gives tokens at once" nmi_outlives_podid
    if [ -n "${NMI:-}" ]; then
        check "the real NMI beside it answers the same pods and requests with the same" real_nmi
    else
        echo "skip  the real NMI: it is not set"
    fi
    check "podid migrate of what runs, applied: the same identity by workload identity" nmi_is_left
    check "without its binding a pod gets no token; without NMI the node has no rule" nmi_takes_away
    check "it outlives a restart of the API server that has forgotten what was" azure_outlives_the_api_server
    check "scaled to nothing it holds back no pod" azure_is_away
    check "it asks for exactly what its Role grants" azure_uses_its_rights
    check "kubectl delete -k ends within a minute; kinds and identities stay" azure_goes
    if [ -n "${NMI:-}" ]; then
        check "on a node of AKS, with the real NMI: podid, its NMI and its webhook change nothing, applied and deleted" azure_leaves_the_real_one_alone
    fi
    check "beside the real webhook's configuration it does not start" azure_is_not_played_beside_the_real_webhook
    check "it does not start where nodes are AKS's, nor, if not in CI, where Azure's metadata service answers" azure_is_not_played_in_azure
fi
