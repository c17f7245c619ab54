# shellcheck shell=bash disable=SC2153,SC2154
# The image on a real kubelet, in a namespace that enforces Pod Security "restricted", with the identity and the blobs of an
# Azure that podid's image emulates beside it.
# Needs: podid-image cluster
# Skipped without: E2E_CLUSTER E2E_NODE

SPACE=pod-identity-e2e
# kube COMMAND...: kubectl in the namespace.
kube() {
    on_cluster kubectl -n "$SPACE" "$@"
}

cluster_begin() {
    local image archives=()
    for image in "$IMAGE" "$PODID_IMAGE"; do
        archives+=("$WORK/$(basename "${image%:*}").tar")
        buildah "${STORAGE[@]}" push -q "$image" "oci-archive:${archives[-1]}:$image"
    done
    cluster_up "${archives[@]}"
    rm "${archives[@]}"
    on_cluster kubectl create namespace "$SPACE"
    on_cluster kubectl label namespace "$SPACE" pod-security.kubernetes.io/enforce=restricted
}

# asked PATH: of podid in its pod, through the API server.
asked() {
    on_cluster kubectl get --raw "/api/v1/namespaces/$SPACE/pods/azure:10100/proxy$1"
}

# Azure with the pod of the overlay: MIC has assigned its identity when the variables are there.
cluster_azure() {
    kubectl kustomize "$ROOT/k8s/overlays/pod-identity" > "$WORK/pods.yaml"
    kube create configmap azure --from-file=pods.yaml=/dev/stdin < "$WORK/pods.yaml"
    kube apply -f - < "$ROOT/e2e/data/azure-in-cluster.yaml"
    kube wait --for=condition=Ready pod/azure --timeout=120s
    asked /ca.pem > "$WORK/cluster-ca.pem"
    asked /addresses > "$WORK/cluster-addresses"
    asked /pods/default/podidentitydemo/environment > "$WORK/cluster-environment"
    expect_text "$WORK/cluster-environment" AZURE_POD_IDENTITY_AUTHORITY_HOST=http://
}

# The manifests as k8s/configure.sh writes them; only where to ask and whom to trust is added, and the policy, which would keep
# the pod from both, left out.
cluster_demo() {
    local folder=$WORK/cluster
    mkdir "$folder"
    cp -r "$ROOT/k8s" "$folder/"
    rm -rf "$folder"/k8s/{mine,settings.env}
    keytool -importcert -noprompt -alias azure -file "$WORK/cluster-ca.pem" -keystore "$folder/trust.p12" -storepass changeit
    "$folder/k8s/configure.sh" MODE=none "NAMESPACE=$SPACE" "IMAGE=$IMAGE" "STORAGE_ENDPOINT=$(sed -n 's/^storage=//p' "$WORK/cluster-addresses")"
    mkdir "$folder/k8s/here"
    sed "s#IDENTITY_URL#$(sed -n 's/^AZURE_POD_IDENTITY_AUTHORITY_HOST=//p' "$WORK/cluster-environment")#" \
        "$ROOT/e2e/data/demo-in-cluster.yaml" > "$folder/k8s/here/kustomization.yaml"
    kube create configmap trust --from-file=trust.p12=/dev/stdin < "$folder/trust.p12"
    kubectl kustomize "$folder/k8s/here" | kube apply --validate=strict -f -
    kube wait --for=condition=Ready pod/podidentitydemo --timeout=180s || { kube describe pod podidentitydemo; return 1; }
}

cluster_answers() {
    local client url
    client=$(yaml_to_json < "$WORK/pods.yaml" | jq -r '.[] | select(.kind == "AzureIdentity").spec.clientID')
    kube exec podidentitydemo -- java -jar /app/token-provider.jar explain --resource "$STORAGE_RESOURCE" > "$WORK/cluster-explain.txt"
    expect_text "$WORK/cluster-explain.txt" IMDS "$client"
    start forward "${CLUSTER[@]}" kubectl -n "$SPACE" port-forward pod/podidentitydemo :8080
    wait_until 60 forward grep -q '^Forwarding from 127' "$WORK/forward.out"
    url=$(sed -n 's#^Forwarding from \(127[0-9.:]*\) .*#http://\1#p' "$WORK/forward.out")
    on_cluster curl -sS --noproxy '*' "$url/api/identity" > "$WORK/cluster-identity.json"
    expect_json "$WORK/cluster-identity.json" '.source == "IMDS"' ".principal.appId == \"$client\""
    on_cluster curl -sS --noproxy '*' "$url/" > "$WORK/cluster-page.html"
    expect_text "$WORK/cluster-page.html" IMDS hello.txt
    # The port of the page, to which a Service leads, has no Actuator.
    on_cluster curl -sS --noproxy '*' "$url/actuator/tokenprovider" > "$WORK/cluster-actuator.json"
    expect_json "$WORK/cluster-actuator.json" '.status == 404'
    kube logs podidentitydemo > "$WORK/cluster.log"
    expect_no_secret "$WORK"/cluster-*.{txt,json,html} "$WORK/cluster.log"
    expect_equal 0 "$(kube get pod podidentitydemo -o 'jsonpath={.status.containerStatuses[0].restartCount}')"
}

at_end cluster_down namespace "$SPACE"
check "a real kubelet has both images, and a namespace that enforces \"restricted\"" cluster_begin
check "podid's image emulates Azure in a pod there" cluster_azure
check "the demo's pod is Running and Ready" cluster_demo
check "kubectl exec explains the pod's identity; the page comes through port-forward, with the blobs" cluster_answers
