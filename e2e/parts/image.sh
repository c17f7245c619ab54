# shellcheck shell=bash disable=SC2034,SC2154
# The Dockerfile's image, built on stand-ins for its base images from this machine's JDK, and how Kubernetes would run it: no
# root, read-only, no capabilities, little memory. Images are in a separate storage, which is deleted at the end of the run.
# Needs: servers

export PODMAN_IGNORE_CGROUPSV1_WARNING=1
JDK_IMAGE=localhost/pod-identity-jdk:25
BASE_IMAGE=localhost/pod-identity-base:java
IMAGE=localhost/podidentitydemo:e2e
IMAGE_URL=http://127.0.0.1:$(port image)
IMAGE_HEALTH=http://127.0.0.1:$(port image-management)/actuator/health
# The memory limit in the manifests.
MEMORY=384m
# The timestamp of all files and of the image itself: that of the jars.
SOURCE_DATE=$(date -d "$(sed -nE 's:.*<project.build.outputTimestamp>(.*)</.*:\1:p' "$ROOT/pom.xml")" +%s)

# Overlay layers; if the kernel does not allow them (inside some containers), a full copy for each layer.
mkdir -p "$WORK"/overlay/{lower,upper,work,merged}
STORAGE=(--root "$WORK/containers" --runroot "$WORK/containers-run" --storage-driver vfs)
# shellcheck disable=SC2016
! unshare --mount sh -c 'cd "$0" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged' "$WORK/overlay" 2> /dev/null \
    || STORAGE[5]=overlay

# build IMAGE [buildah options]. Inside a container the hard limits are lower than buildah's defaults.
build() {
    local image=$1 limit limits=()
    shift
    for limit in nofile/n nproc/u; do
        limits+=(--ulimit "${limit%/*}=$(ulimit "-H${limit#*/}" | sed 's/unlimited/1048576/; s/.*/&:&/')")
    done
    cd "$ROOT" || exit 1
    buildah "${STORAGE[@]}" bud --pull=never --isolation chroot --layers --timestamp "$SOURCE_DATE" "${limits[@]}" \
        --build-arg "JDK=$JDK_IMAGE" --build-arg "BASE=$BASE_IMAGE" --build-arg REVISION=e2e -t "$image" "$@" .
}

# image_config IMAGE: its OCI configuration, as JSON.
image_config() {
    buildah "${STORAGE[@]}" inspect --type image "$1" | jq .OCIv1.config
}

# with_files IMAGE FUNCTION...: calls it with the folder where the image's files are as last argument.
with_files() {
    local container status=0
    container=$(buildah "${STORAGE[@]}" from --pull=never "$1")
    shift
    "$@" "$(buildah "${STORAGE[@]}" mount "$container")" || status=$?
    buildah "${STORAGE[@]}" rm "$container" > /dev/null
    return "$status"
}

# expect_no_files FOLDER CONDITION...: none for which find's conditions hold.
expect_no_files() {
    expect_equal "" "$(find "$1" -xdev \( "${@:2}" \) -print)"
}

# No shell, compiler or package manager to misuse; root's files, which the process can read and cannot change.
expect_hardened() {
    expect_no_files "$1" \( -name javac -o -name jshell -o -name jlink -o -name sh -o -name bash -o -name dpkg -o -name apk -o -name tdnf \) ! -type d
    expect_no_files "$1" -uid 10001 -o -gid 10001 -o -perm -o+w ! -type l ! -path "$1/tmp"
    expect_no_files "$1/app" ! -type l \( -type d ! -perm -o+rx -o -type f ! -perm -o+r \)
    test -s "$1/licenses/LICENSE" -a -s "$1/licenses/NOTICE"
    test -n "$(find "$1/opt/java" "$1/usr/lib/jvm" -path '*/legal/java.base/LICENSE' -size +0 2> /dev/null)"
}

podman_e2e() {
    podman "${STORAGE[@]}" --network-config-dir "$WORK/networks" --runtime runc "$@"
}

# serve_image IMAGE [podman options]: runs it as the manifests do.
serve_image() {
    local image=$1
    shift
    podman_e2e run -d --name pod-identity-e2e --network host --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges -m "$MEMORY" --env "SERVER_PORT=$(port image)" --env SERVER_ADDRESS=127.0.0.1 \
        --env "MANAGEMENT_SERVER_PORT=$(port image-management)" --env MANAGEMENT_SERVER_ADDRESS=127.0.0.1 \
        --env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(of emulator '.pods[0].imds')" "$@" "$image"
    curl -sSf --noproxy '*' -o /dev/null --retry 60 --retry-delay 1 --retry-all-errors "$IMAGE_HEALTH/liveness" || { podman_e2e logs pod-identity-e2e; return 1; }
}

# remove_containers: also those that something which was cut off has left behind.
remove_containers() {
    podman_e2e rm -f -a -t 2 > /dev/null 2>&1 || true
}

# A remaining overlay or bind mount would prevent the folder from being deleted.
end_image() {
    remove_containers
    buildah "${STORAGE[@]}" rm --all
    umount -l "$WORK/containers/overlay"
    umount -l "$WORK/containers"
}

image_build() {
    "$ROOT/e2e/base-image.sh" "$JDK_IMAGE" "$BASE_IMAGE" "${STORAGE[@]}"
    build "$IMAGE" --no-cache
}

at_end end_image
check "the Dockerfile builds on stand-ins for its bases" image_build
