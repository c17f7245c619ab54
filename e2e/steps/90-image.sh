# shellcheck shell=bash disable=SC2034,SC2154
# The Dockerfile, built on a base made of this machine's own JDK, and run as Kubernetes would: no root, nothing to write
# to, no capability, little memory. Images live in a storage of their own, which goes away with the run.

export PODMAN_IGNORE_CGROUPSV1_WARNING=1
STORAGE=(--root "$WORK/containers" --runroot "$WORK/containers-run" --storage-driver vfs)
BASE_IMAGE=localhost/pod-identity-base:java17
IMAGE=localhost/podidentitydemo:e2e
IMAGE_PORT=$(free_port)
IMAGE_URL=http://127.0.0.1:$IMAGE_PORT

# hard_limit OPTION: what this shell may not exceed, as a number.
hard_limit() {
    local limit
    limit=$(ulimit "-H$1")
    [ "$limit" != unlimited ] || limit=1048576
    echo "$limit:$limit"
}

image_build() {
    cd "$ROOT" || exit 1
    # Inside a container the hard limits are lower than what buildah asks for by itself.
    buildah "${STORAGE[@]}" bud --pull=never --isolation chroot \
        --ulimit "nofile=$(hard_limit n)" --ulimit "nproc=$(hard_limit u)" \
        --build-arg "BASE=$BASE_IMAGE" --build-arg REVISION=e2e -t "$IMAGE" .
}

image_config() {
    buildah "${STORAGE[@]}" inspect --type image "$IMAGE" > "$WORK/image.json"
    jq '.OCIv1.config' "$WORK/image.json" > "$WORK/image-config.json"
    expect_json "$WORK/image-config.json" '.User == "10001:10001"' '.Entrypoint == ["java", "-jar", "app.jar"]' '.Cmd == null' \
        '.WorkingDir == "/app"' '.ExposedPorts | keys == ["8080/tcp"]' \
        '.Labels["org.opencontainers.image.title"] == "podidentitydemo"' '.Labels["org.opencontainers.image.revision"] == "e2e"' \
        '.Env | any(startswith("JAVA_TOOL_OPTIONS="))' '[.Env[] | select(test("secret|password|token|key="; "i"))] == []'
    expect_no_secret "$WORK/image.json"
}

# What lies in the image: readable, not writable for the process; no emulator, no build tool, no credential.
image_files() {
    local container mount found
    container=$(buildah "${STORAGE[@]}" from --pull=never "$IMAGE")
    mount=$(buildah "${STORAGE[@]}" mount "$container")
    test -f "$mount/app/app.jar"
    found=$(find "$mount" -xdev \( -uid 10001 -o -gid 10001 -o -perm -o+w ! -type l ! -path "$mount/tmp" \) -print)
    expect_equal "" "$found"
    found=$(find "$mount/app" ! -type l \( -type d ! -perm -o+rx -o -type f ! -perm -o+r \) -print)
    expect_equal "" "$found"
    found=$(find "$mount" -xdev \( -iname '*emulator*' -o -iname '*junit*' -o -iname '*test*.jar' -o -iname '*.pem' -o -iname '.azure' -o -iname '.git' -o -iname 'pom.xml' \) -print)
    expect_equal "" "$found"
    found=$(find "$mount/app/lib" -name 'token-provider-*.jar' | wc -l)
    [ "$found" -ge 1 ] || fail "the library is not in the image"
    buildah "${STORAGE[@]}" umount "$container"
    buildah "${STORAGE[@]}" rm "$container"
}

image_run() {
    podman "${STORAGE[@]}" --runtime runc run -d --name pod-identity-e2e --network host --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges -m 384m --env "SERVER_PORT=$IMAGE_PORT" --env SERVER_ADDRESS=127.0.0.1 \
        --env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$EMULATOR")" "$IMAGE"
    local i
    for i in {1..120}; do
        if answers "$IMAGE_URL/actuator/health/liveness"; then break; fi
        if [ "$i" -eq 120 ]; then podman "${STORAGE[@]}" logs pod-identity-e2e; fail "not ready"; fi
        sleep 0.5
    done
    expect_status 200 "$WORK/image-liveness.json" "$IMAGE_URL/actuator/health/liveness"
    expect_json "$WORK/image-liveness.json" '.status == "UP"'
    expect_status 200 "$WORK/image-readiness.json" "$IMAGE_URL/actuator/health/readiness"
    expect_status 200 "$WORK/image-identity.json" "$IMAGE_URL/api/identity"
    expect_json "$WORK/image-identity.json" '.source == "IMDS"'
}

image_stop() {
    podman "${STORAGE[@]}" logs pod-identity-e2e > "$WORK/image.log" 2>&1
    podman "${STORAGE[@]}" stop -t 20 pod-identity-e2e
    expect_equal 143 "$(podman "${STORAGE[@]}" inspect --format '{{.State.ExitCode}}' pod-identity-e2e)"
    expect_no_secret "$WORK/image.log" "$WORK/image-identity.json"
}

# The manifest itself, with the overlay's label, on this machine: another image name, port and address, and no probes,
# which podman would run by a shell that the image does not have.
image_as_pod() {
    local i
    render overlays/pod-identity
    jq --arg image "$IMAGE" --arg port "$IMAGE_PORT" --arg imds "$(jq -r '.pods[0].imds' "$EMULATOR")" '
        .[] | select(.kind == "Pod") | .spec.hostNetwork = true
        | .spec.containers[0] |= (.image = $image | .imagePullPolicy = "Never" | .ports[0].containerPort = ($port | tonumber)
            | del(.startupProbe, .livenessProbe, .readinessProbe)
            | .env |= map(if .name == "SERVER_ADDRESS" then .value = "127.0.0.1" else . end)
            | .env += [{name: "SERVER_PORT", value: $port}, {name: "AZURE_POD_IDENTITY_AUTHORITY_HOST", value: $imds}])' \
        "$WORK/rendered.json" > "$WORK/pod.json"
    podman "${STORAGE[@]}" --runtime runc kube play --network host "$WORK/pod.json"
    for i in {1..120}; do
        if answers "$IMAGE_URL/actuator/health/readiness"; then break; fi
        if [ "$i" -eq 120 ]; then podman "${STORAGE[@]}" logs podidentitydemo-podidentitydemo; fail "not ready"; fi
        sleep 0.5
    done
    expect_status 200 "$WORK/pod-manifest.json" "$IMAGE_URL/api/identity"
    expect_json "$WORK/pod-manifest.json" '.source == "IMDS"'
    podman "${STORAGE[@]}" inspect podidentitydemo-podidentitydemo > "$WORK/pod-inspect.json"
    expect_json "$WORK/pod-inspect.json" '.[0].HostConfig.ReadonlyRootfs' '.[0].Config.User | startswith("10001")' \
        '.[0].EffectiveCaps | . == null or . == []' '.[0].HostConfig.Memory == 402653184'
    podman "${STORAGE[@]}" kube down "$WORK/pod.json"
}

end_image() {
    podman "${STORAGE[@]}" pod rm -f -t 2 podidentitydemo > /dev/null 2>&1 || true
    podman "${STORAGE[@]}" rm -f -t 2 pod-identity-e2e > /dev/null 2>&1 || true
    buildah "${STORAGE[@]}" rm --all > /dev/null 2>&1 || true
    # An overlay or a bind mount that is left would be in the way of removing the folder.
    umount -l "$WORK/containers" 2> /dev/null || true
}

check "a base image from this machine's JDK" "$ROOT/e2e/base-image.sh" "$BASE_IMAGE" "${STORAGE[@]}"
check "the Dockerfile builds on it" image_build
check "the image runs as user 10001, its entry point is java, nothing secret is set" image_config
check "its files cannot be written by that user, and no test code is among them" image_files
check "it runs read-only, without capabilities, in 384 MB, with the pod's identity" image_run
check "it ends in time on SIGTERM, and its log shows no token" image_stop
check "the manifest of k8s/overlays/pod-identity runs as it is written" image_as_pod
end_image
