# shellcheck shell=bash disable=SC2154
# podid run as a plugin of the real kubectl: Azure's own library reads a blob as a workload. The API server is the double of
# podid's tests, the Azure behind it is emulated. Signals, exit codes, renewal, roles and refusals are in RunIT and RunCommandTest.

RUN=$WORK/run
RUN_CLIENT_ID=44444444-4444-4444-8444-444444444444

run_cluster() {
    mkdir -p "$RUN/bin"
    ln -s "$ROOT/podid/kubectl-podid" "$RUN/bin/kubectl-podid"
    cat > "$RUN/orders.yaml" << END
apiVersion: v1
kind: ServiceAccount
metadata: {name: orders, annotations: {azure.workload.identity/client-id: $RUN_CLIENT_ID}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders, azure.workload.identity/use: "true"}}
    spec:
      serviceAccountName: orders
      containers: [{name: main, image: orders}]
END
    start_server cluster java -cp "$ROOT/podid/target/test-classes:$PODID_JAR" io.podidentity.podid.serve.ServedClusterMain \
        --kubeconfig "$RUN/kubeconfig" "$RUN/orders.yaml"
}

run_blob() {
    env "KUBECONFIG=$RUN/kubeconfig" "PATH=$RUN/bin:$JAVA_HOME/bin:$PATH" "NODE_EXTRA_CA_CERTS=$(of cluster .ca)" \
        "JDK_JAVA_OPTIONS=-Djavax.net.ssl.trustStore=$(of cluster .trustStore) -Djavax.net.ssl.trustStorePassword=changeit" \
        kubectl podid run deploy/orders -- node "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" workload "$(of cluster .storage)/samples/hello.txt" \
        > "$RUN/blob.txt" 2> "$OUT/run.txt"
    expect_text "$RUN/blob.txt" '200 '
    expect_text "$OUT/run.txt" "node runs as the identity $RUN_CLIENT_ID of service account default/orders, borrowed from"
    expect_no_secret "$OUT/run.txt"
}

check "an API server with a workload" run_cluster
check "kubectl podid run: @azure/identity reads a blob as the workload" run_blob
