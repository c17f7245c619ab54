# shellcheck shell=bash disable=SC2034,SC2154
# podid as an image: built, run read-only and without capabilities as a service that curl asks, and started by
# Testcontainers over podman's API socket, for a JUnit test and a Boot test with @ServiceConnection.

PODID_IMAGE=localhost/podid:e2e
PODID_MANIFESTS=$ROOT/token-provider-spring-boot-test/src/test/resources/pods.yaml
# The first of 25 ports in a row, below those that the system gives to clients.
PODID_DESK=$("$PYTHON" -c 'import random, socket
def is_free(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0
print(next(first for first in iter(lambda: random.randrange(20000, 30000), 0) if all(map(is_free, range(first, first + 25)))))')
PODMAN_SOCKET=$WORK/podman.sock

# Twice where there is time: that jlink's runtime is always the same is what step 90 has shown.
podid_build() {
    local name
    for name in first second; do
        [ "$name" = first ] || [ -z "${E2E_QUICK:-}" ] || break
        build "$PODID_IMAGE" --no-cache -f podid/Dockerfile
        digest "$PODID_IMAGE" > "$WORK/podid-digest-$name"
    done
    [ -n "${E2E_QUICK:-}" ] || expect_equal "$(cat "$WORK/podid-digest-first")" "$(cat "$WORK/podid-digest-second")"
    echo "$(cat "$WORK/podid-digest-first") podid" >> "$OUT/digests.txt"
}

podid_config() {
    local container mount found
    buildah "${STORAGE[@]}" inspect --type image "$PODID_IMAGE" | jq '.OCIv1.config' > "$WORK/podid-config.json"
    expect_json "$WORK/podid-config.json" '.User == "10001:10001"' '.Entrypoint[0] == "java"' '.Entrypoint[-1] == "/app/podid.jar"' \
        '.Cmd == ["serve", "--bind", "0.0.0.0", "--ports", "10100"]' '.ExposedPorts | length == 25' \
        '.Labels["org.opencontainers.image.title"] == "podid"' '.Labels["org.opencontainers.image.licenses"] == "Apache-2.0"'
    container=$(buildah "${STORAGE[@]}" from --pull=never "$PODID_IMAGE")
    mount=$(buildah "${STORAGE[@]}" mount "$container")
    test -s "$mount/licenses/LICENSE" -a -s "$mount/licenses/NOTICE" -a -s "$mount/opt/java/legal/java.base/LICENSE"
    found=$(find "$mount" -xdev \( -name javac -o -name jlink -o -name sh -o -name bash -o -name dpkg \) ! -type d -print)
    expect_equal "" "$found"
    found=$(find "$mount" -xdev \( -uid 10001 -o -gid 10001 -o -perm -o+w ! -type l ! -path "$mount/tmp" \) -print)
    expect_equal "" "$found"
    buildah "${STORAGE[@]}" umount "$container"
    buildah "${STORAGE[@]}" rm "$container"
}

# What a user of another language types: a container, and curl in place of a library.
podid_run() {
    local desk=http://127.0.0.1:$PODID_DESK i
    mkdir -p "$WORK/podid"
    podman_e2e network exists "$POD_NETWORK" || podman_e2e network create --disable-dns "$POD_NETWORK"
    podman_e2e run -d --name podid-e2e --network "$POD_NETWORK" --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges -m 256m -p "127.0.0.1:$PODID_DESK-$((PODID_DESK + 24)):10100-10124" \
        -v "$PODID_MANIFESTS:/manifests/pods.yaml:ro" "$PODID_IMAGE" \
        serve --bind 0.0.0.0 --ports 10100 --exposed "localhost:$PODID_DESK" --time-scale 500 --profile 1.8.17 /manifests
    for i in {1..600}; do
        if answers "$desk/addresses"; then break; fi
        [ "$i" -lt 600 ] || { podman_e2e logs podid-e2e; fail "not ready"; }
        sleep 0.1
    done
    curl -sf --noproxy '*' "$desk/ca.pem" > "$WORK/podid/ca.pem"
    curl -sf --noproxy '*' "$desk/addresses" > "$WORK/podid/addresses"
    curl -sf --noproxy '*' "$desk/pods/shop/orders/environment" > "$WORK/podid/environment"
    expect_text "$WORK/podid/environment" "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:$((PODID_DESK + 10))"
    # shellcheck disable=SC2046
    env $(cat "$WORK/podid/environment") java -jar "$LIBRARY_JAR" token --resource https://storage.azure.com/ > "$WORK/podid/token"
    (umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$(cat "$WORK/podid/token")" > "$WORK/podid/curl")
    expect_status 200 "$WORK/podid/hello.txt" "$(sed -n 's/^storage=//p' "$WORK/podid/addresses")/samples/hello.txt" \
        --cacert "$WORK/podid/ca.pem" -K "$WORK/podid/curl" -H 'x-ms-version: 2021-12-02'
    expect_status 403 "$WORK/podid/rebound" "$desk/" -H 'Host: evil.example'
    podman_e2e logs podid-e2e > "$WORK/podid/log" 2>&1
    expect_text "$WORK/podid/log" 'whoever reaches that address'
    expect_no_secret "$WORK/podid/log"
    podman_e2e stop -t 20 podid-e2e
    expect_equal 0 "$(podman_e2e inspect --format '{{.State.ExitCode}}' podid-e2e)"
    podman_e2e rm podid-e2e
}

podman_service() {
    start podman-service podman "${STORAGE[@]}" --network-config-dir "$WORK/networks" --runtime runc \
        system service --time 0 "unix://$PODMAN_SOCKET"
    wait_until 60 podman-service curl -sf --unix-socket "$PODMAN_SOCKET" http://podman/_ping
}

trials() {
    local classes=$ROOT/token-provider-spring-boot-test/target
    env "DOCKER_HOST=unix://$PODMAN_SOCKET" TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost \
        TESTCONTAINERS_CHECKS_DISABLE=true \
        java -XX:TieredStopAtLevel=1 "-Duser.home=$WORK" "-Dpodid.image=$PODID_IMAGE" "-Dpodid.manifests=$PODID_MANIFESTS" \
        -cp "$classes/test-classes:$classes/classes:$(cat "$classes/test-class-path")" \
        io.podidentity.tokenprovider.spring.test.Trials > "$WORK/trials.txt" 2>&1 || {
        tail -n 120 "$WORK/trials.txt" >&2
        fail "a trial failed" || return 1
    }
    expect_no_secret "$WORK/trials.txt"
    grep '^trials: ' "$WORK/trials.txt"
    expect_equal "" "$(podman_e2e ps --all --quiet)"
}

# Also those that a trial which was cut off has left behind: nothing else is in this storage now.
end_podid() {
    podman_e2e rm -f -a -t 2 > /dev/null 2>&1 || true
}

check "podid: its image builds, twice with the same digest" podid_build
check "podid: the image has no shell, runs as user 10001, and carries its licences" podid_config
check "podid: read-only and without capabilities it serves a pod's token and a blob, to curl" podid_run
end_podid
check "podid: podman's API on a socket" podman_service
check "podid: Testcontainers starts it for a JUnit test and a Boot test, and tells what is wrong with a manifest" trials
end_podid
stop podman-service
