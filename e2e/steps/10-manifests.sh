# shellcheck shell=bash
# What k8s/ renders to, and that the names in it line up: nothing else checks that, the API server included.

# The pod may run in a namespace with Pod Security "restricted".
expect_restricted_pod() {
    expect_json "$WORK/rendered.json" \
        '[.[] | select(.kind == "Pod")] | length == 1' \
        '.[] | select(.kind == "Pod") | .metadata.name == "podidentitydemo" and .metadata.labels.app == "podidentitydemo"' \
        '.[] | select(.kind == "Pod") | .spec | .automountServiceAccountToken == false and .hostNetwork == null' \
        '.[] | select(.kind == "Pod") | .spec.securityContext | .runAsNonRoot and .runAsUser == 10001 and .seccompProfile.type == "RuntimeDefault"' \
        '.[] | select(.kind == "Pod") | .spec.containers | length == 1 and (.[0].securityContext |
            .allowPrivilegeEscalation == false and .readOnlyRootFilesystem and .capabilities.drop == ["ALL"])' \
        '.[] | select(.kind == "Pod") | .spec.containers[0] | .ports[0].containerPort == 8080
            and .livenessProbe.httpGet.path == "/actuator/health/liveness"
            and .readinessProbe.httpGet.path == "/actuator/health/readiness"
            and (.env | map({(.name): .value}) | add | .SERVER_ADDRESS == "0.0.0.0" and has("DEMO_STORAGE_ENDPOINT"))'
}

manifests_base() {
    render base
    expect_restricted_pod
    expect_json "$WORK/rendered.json" 'length == 1' '.[0].metadata.labels | has("aadpodidbinding") | not'
}

# manifests_bound OVERLAY TYPE: binding, identity and label agree; the fields are those of this type, letter by letter.
manifests_bound() {
    render "overlays/$1"
    expect_restricted_pod
    expect_json "$WORK/rendered.json" \
        'length == 3 and all(.[]; .metadata.namespace == null)' \
        '(.[] | select(.kind == "AzureIdentityBinding") | .spec.azureIdentity) == (.[] | select(.kind == "AzureIdentity") | .metadata.name)' \
        '(.[] | select(.kind == "AzureIdentityBinding") | .spec.selector) == (.[] | select(.kind == "Pod") | .metadata.labels.aadpodidbinding)' \
        'all(.[] | select(.kind | startswith("AzureIdentity")); .apiVersion == "aadpodidentity.k8s.io/v1")' \
        ".[] | select(.kind == \"AzureIdentity\") | .spec.type == $2" \
        '.[] | select(.kind == "AzureIdentityBinding") | .spec | keys == ["azureIdentity", "selector"]'
    case $2 in
        0) expect_json "$WORK/rendered.json" '.[] | select(.kind == "AzureIdentity") | .spec | keys == ["clientID", "resourceID", "type"]
            and (.resourceID | test("^/subscriptions/[^/]+/resourcegroups/[^/]+/providers/Microsoft.ManagedIdentity/userAssignedIdentities/[^/]+$"; "i"))' ;;
        1) expect_json "$WORK/rendered.json" '.[] | select(.kind == "AzureIdentity") | .spec | keys == ["clientID", "clientPassword", "tenantID", "type"]
            and (.clientPassword | keys == ["name", "namespace"])' ;;
    esac
}

manifests_workload_identity() {
    render overlays/workload-identity
    expect_restricted_pod
    expect_json "$WORK/rendered.json" \
        'length == 2' \
        '(.[] | select(.kind == "Pod") | .spec.serviceAccountName) == (.[] | select(.kind == "ServiceAccount") | .metadata.name)' \
        '.[] | select(.kind == "Pod") | .metadata.labels["azure.workload.identity/use"] == "true"' \
        '.[] | select(.kind == "ServiceAccount") | .metadata.annotations["azure.workload.identity/client-id"] | test("^[0-9a-f-]{36}$")'
}

# No secret lies in the files: the command that makes it stands in a comment.
manifests_no_secret() {
    local overlay
    for overlay in base overlays/pod-identity overlays/service-principal overlays/workload-identity; do
        render "$overlay"
        expect_json "$WORK/rendered.json" 'all(.[]; .kind != "Secret")'
    done
    expect_text "$ROOT/k8s/overlays/service-principal/azure-identity.yaml" 'kubectl create secret generic spaccess'
}

check "k8s/base renders a pod that Pod Security restricted admits" manifests_base
check "k8s/overlays/pod-identity: identity, binding and label agree (type 0)" manifests_bound pod-identity 0
check "k8s/overlays/service-principal: identity, binding and label agree (type 1)" manifests_bound service-principal 1
check "k8s/overlays/workload-identity: account and pod agree" manifests_workload_identity
check "k8s holds no secret" manifests_no_secret
