# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# The overlay of your own: the folders of k8s/ with your image, account and identity put in. setup.sh and configure.sh
# share it. Reads MODE, KIND, NETWORK, MONITORING, NAMESPACE, IMAGE, ENDPOINT, CONTAINER, CLIENT_ID, TENANT_ID,
# IDENTITY_ID, NODE_SUBNET and PULL_SECRET.

GUID='^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'

# These values come from Azure or from a file, and are put into YAML.
check_values() {
    match "the image" "$IMAGE" '^[a-z0-9][A-Za-z0-9._:/@-]*$'
    match "the blob endpoint" "$ENDPOINT" '^https://[A-Za-z0-9./:-]+$'
    match "the container" "$CONTAINER" '^[a-z0-9][a-z0-9-]{2,62}$'
    match "the namespace" "$NAMESPACE" '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
    match "the pull secret" "$PULL_SECRET" '^([a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?)?$'
    [ "$MODE" = none ] || match "the client ID" "$CLIENT_ID" "$GUID"
    [ "$MODE" != service-principal ] || match "the tenant ID" "$TENANT_ID" "$GUID"
    match "the nodes' subnet" "$NODE_SUBNET" '^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$'
    [ "$MODE" != pod-identity ] || match "the identity's path" "$IDENTITY_ID" '^/subscriptions/[A-Za-z0-9/_.()-]*$'
}

# A remaining placeholder of the overlays would be noticed only in the pod.
check_rendered() {
    ! grep -nE 'myregistry|mystorageaccount|[1234]{8}-[1234]{4}-' "$1" >&2 \
        || die "$EXIT_FAILED" "the manifests still contain the placeholders above"
}

# kustomization WAY-TO-K8S: the way is relative to the folder that the kustomization will be in.
kustomization() {
    sed '/^ *$/d' << YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: $NAMESPACE
resources:
  - $1/$(source_folder)
$(components "$1")
patches:
  - target: {kind: Pod, name: podidentitydemo}
    patch: |
      apiVersion: v1
      kind: Pod
      metadata: {name: podidentitydemo}
      spec:
$(pod_spec "        ")
  - target: {kind: Deployment, name: podidentitydemo}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: podidentitydemo}
      spec:
        template:
          spec:
$(pod_spec "            ")
$(identity_patch)
$(nmi_patch)
YAML
}

source_folder() {
    case $MODE/$KIND in
        none/*) echo base ;;
        */deployment) echo "deployments/$MODE" ;;
        *) echo "overlays/$MODE" ;;
    esac
}

components() {
    local all=()
    [ "$NETWORK" != cilium ] || all+=("  - $1/components/cilium")
    case $MONITORING in
        operator) all+=("  - $1/monitoring") ;;
        azure) all+=("  - $1/monitoring/azure") ;;
    esac
    [ "${#all[@]}" -eq 0 ] || printf '%s\n' components: "${all[@]}"
}

# pod_spec INDENT
pod_spec() {
    sed "s/^/$1/" << YAML
$([ -z "$PULL_SECRET" ] || printf 'imagePullSecrets: [{name: %s}]' "$PULL_SECRET")
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

# The address of NMI before 1.6.2, in the last of the policy's rules (network-policy-nmi.yaml).
nmi_patch() {
    case $MODE in
        pod-identity | service-principal) echo "  - target: {kind: NetworkPolicy}
    patch: |
      - {op: test, path: /spec/egress/2/ports/0/port, value: 2579}
      - {op: replace, path: /spec/egress/2/to/1/ipBlock/cidr, value: $NODE_SUBNET}" ;;
    esac
}
