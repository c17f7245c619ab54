# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# What the steps share that deploy k8s/emulated-azure and k8s/emulated-pod-identity on a real cluster.
# Needs: podid-image cluster

NMI_IMAGE=localhost/podid-nmi:e2e

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

# says_now TEXT COMMAND...: whatever its exit code.
says_now() {
    local said
    said=$("${@:2}" 2>&1 || true)
    grep -qiF "$1" <<< "$said"
}

# process NAMESPACE POD: the ID of its first container's process, on the node that e2e has started.
process() {
    local id
    id=$(on_cluster kubectl -n "$1" get pod "$2" -o 'jsonpath={.status.containerStatuses[0].containerID}')
    ctr -a "$NODE_DIR/containerd.sock" -n k8s.io tasks ls | awk -v id="${id#containerd://}" '$1 == id { print $2 }'
}

# cluster_up_with IMAGE...: a cluster that has these images.
cluster_up_with() {
    local image archives=()
    for image in "$@"; do
        archives+=("$WORK/$(basename "${image%:*}").tar")
        buildah "${STORAGE[@]}" push -q "$image" "oci-archive:${archives[-1]}:$image"
    done
    cluster_up "${archives[@]}"
    rm "${archives[@]}"
}

# The base of kube-proxy's image is a stand-in too: this machine's iptables beside what Java needs.
nmi_image() {
    local file container root=$WORK/iptables
    mkdir -p "$root/usr/sbin"
    { echo /usr/sbin/xtables-nft-multi; ldd /usr/sbin/xtables-nft-multi | grep -o '/[^ ]*'; find /usr/lib/*/xtables -name 'lib*.so'; } \
        | while read -r file; do install -D "$(readlink -f "$file")" "$root$file"; done
    ln -s xtables-nft-multi "$root/usr/sbin/iptables"
    container=$(buildah "${STORAGE[@]}" from --pull=never "$BASE_IMAGE")
    buildah "${STORAGE[@]}" copy -q "$container" "$root" /
    buildah "${STORAGE[@]}" commit -q "$container" localhost/pod-identity-iptables:e2e
    build "$NMI_IMAGE" -f podid/Dockerfile --target nmi --build-arg IPTABLES=localhost/pod-identity-iptables:e2e
}

# nmi_starts [OPTION]: with an option more for podid: with --time-scale=40 NMI waits 2 s in place of 80.
nmi_starts() {
    kubectl kustomize "$ROOT/k8s/emulated-pod-identity" | sed "s#image: localhost/podid:.*#image: $PODID_IMAGE#
        s#image: localhost/podid-nmi:.*#image: $NMI_IMAGE#${1:+; s#^\( *- \)--profile=1.8.17#&\n\1$1#}" > "$WORK/azure.yaml"
    on_cluster kubectl apply -f - < "$WORK/azure.yaml"
    azure rollout status deploy/emulated-azure --timeout=120s
    on_cluster kubectl -n emulated-nmi rollout status daemonset/nmi --timeout=60s
}
