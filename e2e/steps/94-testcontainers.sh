# shellcheck shell=bash disable=SC2154
# podid as an image: run read-only and without capabilities as a service that curl asks, and started by Testcontainers over
# podman's API socket, for a JUnit test and a Boot test with @ServiceConnection.
# Needs: podid-image

PODID_MANIFESTS=$ROOT/token-provider-spring-boot-test/src/test/resources/pods.yaml
# The first of 25 ports in a row, below those that the system gives to clients.
PODID_PORT=$("$PYTHON" -c 'import random, socket
def is_free(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0
print(next(first for first in iter(lambda: random.randrange(20000, 30000), 0) if all(map(is_free, range(first, first + 25)))))')
PODMAN_SOCKET=$WORK/podman.sock

podid_configuration() {
    image_config "$PODID_IMAGE" > "$WORK/podid-config.json"
    expect_json "$WORK/podid-config.json" '.User == "10001:10001"' '.Entrypoint[0] == "java"' '.Entrypoint[-1] == "/app/podid.jar"' \
        '.Cmd == ["serve", "--bind", "0.0.0.0", "--ports", "10100"]' '.ExposedPorts | length == 25' \
        '.Labels["org.opencontainers.image.title"] == "podid"' '.Labels["org.opencontainers.image.licenses"] == "Apache-2.0"'
    with_files "$PODID_IMAGE" expect_hardened
}

podid_same_twice() {
    local first
    first=$(digest "$PODID_IMAGE")
    build "$PODID_IMAGE" --no-cache -f podid/Dockerfile
    expect_equal "$first" "$(digest "$PODID_IMAGE")"
}

# What a user of another language types: a container, and curl in place of a library.
podid_run() {
    local url=http://127.0.0.1:$PODID_PORT folder=$WORK/podid
    mkdir -p "$folder" "$WORK/networks"
    podman_e2e network create --disable-dns "$NETWORK"
    podman_e2e run -d --name podid-e2e --network "$NETWORK" --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges -m 256m -p "127.0.0.1:$PODID_PORT-$((PODID_PORT + 24)):10100-10124" \
        -v "$PODID_MANIFESTS:/manifests/pods.yaml:ro" "$PODID_IMAGE" \
        serve --bind 0.0.0.0 --ports 10100 --exposed "localhost:$PODID_PORT" --time-scale 500 --profile 1.8.17 /manifests
    reached "$url/addresses" || { podman_e2e logs podid-e2e; return 1; }
    curl -sf --noproxy '*' "$url/ca.pem" > "$folder/ca.pem"
    curl -sf --noproxy '*' "$url/pods/shop/orders/environment" > "$folder/environment"
    expect_text "$folder/environment" "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:$((PODID_PORT + 9))"
    # shellcheck disable=SC2046
    env $(cat "$folder/environment") java -jar "$LIBRARY_JAR" token --resource "$STORAGE_RESOURCE" > "$folder/token"
    (umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$(cat "$folder/token")" > "$folder/curl")
    expect_status 200 "$folder/hello.txt" "$(curl -sf --noproxy '*' "$url/addresses" | sed -n 's/^storage=//p')/samples/hello.txt" \
        --cacert "$folder/ca.pem" -K "$folder/curl" -H 'x-ms-version: 2021-12-02'
    expect_status 403 "$folder/rebound" "$url/" -H 'Host: evil.example'
    podman_e2e logs podid-e2e > "$folder/log" 2>&1
    expect_text "$folder/log" 'whoever reaches that address'
    expect_no_secret "$folder/log"
    podman_e2e stop -t 20 podid-e2e
    expect_equal 0 "$(podman_e2e inspect --format '{{.State.ExitCode}}' podid-e2e)"
    podman_e2e rm podid-e2e
}

trials() {
    local target=$ROOT/token-provider-spring-boot-test/target
    start podman-service podman "${STORAGE[@]}" --network-config-dir "$WORK/networks" --runtime runc \
        system service --time 0 "unix://$PODMAN_SOCKET"
    wait_until 60 podman-service curl -sf --unix-socket "$PODMAN_SOCKET" http://podman/_ping
    expect_exit 0 "$WORK/trials.txt" env "DOCKER_HOST=unix://$PODMAN_SOCKET" TESTCONTAINERS_RYUK_DISABLED=true \
        TESTCONTAINERS_HOST_OVERRIDE=localhost TESTCONTAINERS_CHECKS_DISABLE=true \
        java -XX:TieredStopAtLevel=1 "-Duser.home=$WORK" "-Dpodid.image=$PODID_IMAGE" "-Dpodid.manifests=$PODID_MANIFESTS" \
        -cp "$target/test-classes:$target/classes:$(cat "$target/test-class-path")" io.podidentity.tokenprovider.spring.test.Trials
    expect_no_secret "$WORK/trials.txt"
    grep '^trials: ' "$WORK/trials.txt"
    expect_equal "" "$(podman_e2e ps --all --quiet)"
}

at_end remove_containers
check "podid: the image has no shell, runs as user 10001, and carries its licences" podid_configuration
[ -n "${E2E_QUICK:-}" ] || check "podid: built again, its image has the same digest" podid_same_twice
check "podid: read-only and without capabilities it serves a pod's token and a blob, to curl" podid_run
remove_containers
check "podid: Testcontainers starts it for a JUnit test and a Boot test, and tells what is wrong with a manifest" trials
