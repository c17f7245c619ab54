# shellcheck shell=bash disable=SC2154
# podid as an image, started by Testcontainers over podman's API socket for a JUnit test and a Boot test with @ServiceConnection.
# How it runs read-only and without capabilities is in the step 92-cluster.
# Needs: podid-image

PODID_MANIFESTS=$ROOT/spring-boot/test/src/test/resources/pods.yaml
PODMAN_SOCKET=$WORK/podman.sock

podid_configuration() {
    image_config "$PODID_IMAGE" > "$WORK/podid-config.json"
    expect_json "$WORK/podid-config.json" '.User == "10001:10001"' '.Entrypoint[0] == "java"' '.Entrypoint[-1] == "io.podidentity.podid.Podid"' \
        '.Cmd == ["serve", "--bind", "0.0.0.0", "--ports", "10100"]' '.ExposedPorts | length == 25' \
        '.Labels["org.opencontainers.image.title"] == "podid"' '.Labels["org.opencontainers.image.licenses"] == "Apache-2.0"'
    with_files "$PODID_IMAGE" expect_hardened
}

trials() {
    local target=$ROOT/spring-boot/test/target
    start podman-service podman "${STORAGE[@]}" --network-config-dir "$WORK/networks" --runtime runc \
        system service --time 0 "unix://$PODMAN_SOCKET"
    wait_until 60 podman-service curl -sf --unix-socket "$PODMAN_SOCKET" http://podman/_ping
    expect_exit 0 "$WORK/trials.txt" env "DOCKER_HOST=unix://$PODMAN_SOCKET" TESTCONTAINERS_RYUK_DISABLED=true \
        TESTCONTAINERS_HOST_OVERRIDE=localhost TESTCONTAINERS_CHECKS_DISABLE=true \
        java -XX:TieredStopAtLevel=1 "-Duser.home=$WORK" "-Dpodid.image=$PODID_IMAGE" "-Dpodid.manifests=$PODID_MANIFESTS" \
        -cp "$target/test-classes:$target/classes:$(cat "$target/test-class-path")" io.podidentity.tokenprovider.spring.test.Trials \
        io.podidentity.tokenprovider.spring.test.PodIdentityContainerTrial
    expect_no_secret "$WORK/trials.txt"
    grep '^trials: ' "$WORK/trials.txt"
    expect_equal "" "$(podman_e2e ps --all --quiet)"
}

at_end remove_containers
check "podid: the image has no shell, runs as user 10001, and carries its licences" podid_configuration
check "podid: Testcontainers starts it for a JUnit test and a Boot test, and tells what is wrong with a manifest" trials
