# shellcheck shell=bash disable=SC2034,SC2153
# A real cluster. E2E_CLUSTER is its kubeconfig, E2E_LOAD a command that loads an image's archive into it; or E2E_NODE is a script
# that starts a node ("up ARCHIVE..."), runs a command where it can be reached ("exec COMMAND..."), and ends it ("down").

export NODE_DIR=$WORK/node
CLUSTER=(env "KUBECONFIG=${E2E_CLUSTER:-}")
[ -n "${E2E_CLUSTER:-}" ] || CLUSTER=("$E2E_NODE" exec)

# on_cluster COMMAND...: where the cluster can be reached.
on_cluster() {
    "${CLUSTER[@]}" "$@"
}

# cluster_up ARCHIVE...: starts a node with these images, or loads them into the cluster.
cluster_up() {
    local archive
    [ -n "${E2E_CLUSTER:-}" ] || "$E2E_NODE" up "$@"
    for archive in ${E2E_LOAD:+"$@"}; do $E2E_LOAD "$archive"; done
}

# cluster_down ARGUMENT...: ends the node, or deletes what kubectl is told from the cluster.
cluster_down() {
    if [ -n "${E2E_CLUSTER:-}" ]; then on_cluster kubectl delete --wait=false "$@"; else "$E2E_NODE" down; fi
}
