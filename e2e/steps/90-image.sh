# shellcheck shell=bash disable=SC2034,SC2154
# The Dockerfile, built on stand-ins for its base images from this machine's JDK, and run as Kubernetes would: no root, read-only, no
# capabilities, little memory. Images are in a separate storage, which is deleted at the end of the run.

export PODMAN_IGNORE_CGROUPSV1_WARNING=1

# Overlay layers; if the kernel does not allow them (inside some containers), a full copy for each layer.
storage_driver() {
    mkdir -p "$WORK"/overlay/{lower,upper,work,merged}
    # shellcheck disable=SC2016
    if unshare --mount sh -c 'cd "$0" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged' \
        "$WORK/overlay" 2> /dev/null; then
        echo overlay
    else
        echo vfs
    fi
}

STORAGE=(--root "$WORK/containers" --runroot "$WORK/containers-run" --storage-driver "$(storage_driver)")
JDK_IMAGE=localhost/pod-identity-jdk:25
BASE_IMAGE=localhost/pod-identity-base:empty
# The Dockerfile's Java runtime, without the app.
RUNTIME_IMAGE=localhost/pod-identity-base:java
IMAGE=localhost/podidentitydemo:e2e
PLAIN_IMAGE=localhost/podidentitydemo:plain
FAT_IMAGE=localhost/podidentitydemo:fat-jar
IMAGE_PORT=$(free_port)
IMAGE_URL=http://127.0.0.1:$IMAGE_PORT
IMAGE_MANAGEMENT_PORT=$(free_port)
IMAGE_HEALTH=http://127.0.0.1:$IMAGE_MANAGEMENT_PORT/actuator/health
# The memory limit in the manifests.
MEMORY=384m
# Starts of each image that are measured; 3 or more for figures that are written down.
IMAGE_ROUNDS=${E2E_IMAGE_ROUNDS:-1}
POD_NETWORK=pod-identity-e2e-$$
# The timestamp of all files and of the image itself: that of the jars.
SOURCE_DATE=$(date -d "$(sed -nE 's:.*<project.build.outputTimestamp>(.*)</.*:\1:p' "$ROOT/pom.xml")" +%s)

# hard_limit OPTION: the hard limit of this shell, as a number.
hard_limit() {
    local limit
    limit=$(ulimit "-H$1")
    [ "$limit" != unlimited ] || limit=1048576
    echo "$limit:$limit"
}

# build IMAGE [buildah options]
build() {
    local image=$1
    shift
    cd "$ROOT" || exit 1
    # Inside a container the hard limits are lower than buildah's defaults.
    buildah "${STORAGE[@]}" bud --pull=never --isolation chroot --layers --timestamp "$SOURCE_DATE" \
        --ulimit "nofile=$(hard_limit n)" --ulimit "nproc=$(hard_limit u)" \
        --build-arg "JDK=$JDK_IMAGE" --build-arg "BASE=$BASE_IMAGE" --build-arg REVISION=e2e -t "$image" "$@" .
}

digest() {
    buildah "${STORAGE[@]}" inspect --type image --format '{{.FromImageDigest}}' "$1"
}

layers() {
    buildah "${STORAGE[@]}" inspect --type image "$1" | jq -r '.OCIv1.rootfs.diff_ids[]'
}

# Two separate builds, with a Java runtime each.
image_same_twice() {
    local name
    for name in first second; do
        build "$PLAIN_IMAGE" --no-cache --target plain
        echo "$(digest "$PLAIN_IMAGE") Dockerfile, $name build" | tee "$WORK/digest-$name"
    done
    cat "$WORK/digest-first" "$WORK/digest-second" > "$OUT/digests.txt"
    expect_equal "$(cut -d' ' -f1 "$WORK/digest-first")" "$(cut -d' ' -f1 "$WORK/digest-second")"
}

# On the same layers; only the cache depends on what one start happened to load.
image_build() {
    build "$IMAGE"
    build "$RUNTIME_IMAGE" --target runtime
    expect_equal "$(layers "$PLAIN_IMAGE")" "$(layers "$IMAGE" | head -n "$(layers "$PLAIN_IMAGE" | wc -l)")"
}

# The SBOM in the application's jar names exactly the libraries in the image.
image_sbom() {
    local container mount
    container=$(buildah "${STORAGE[@]}" from --pull=never "$IMAGE")
    mount=$(buildah "${STORAGE[@]}" mount "$container")
    unzip -p "$mount/app/demo-app.jar" META-INF/sbom/application.cdx.json > "$OUT/sbom.cdx.json"
    expect_json "$OUT/sbom.cdx.json" '.bomFormat == "CycloneDX"' '.metadata.component.name == "demo-app"' \
        'all(.components[]; .purl | startswith("pkg:maven/"))'
    # Starters are empty jars, which Boot leaves out; the tools that extracted the jar belong to Boot, not to the app.
    diff <(jq -r '.components[] | "\(.name)-\(.version).jar"' "$OUT/sbom.cdx.json" | grep -v '^spring-boot-starter' | sort) \
        <(find "$mount/app/libs" -name '*.jar' ! -name 'spring-boot-jarmode-tools-*' -printf '%f\n' | sort)
    buildah "${STORAGE[@]}" umount "$container"
    buildah "${STORAGE[@]}" rm "$container"
}

image_config() {
    buildah "${STORAGE[@]}" inspect --type image "$IMAGE" > "$WORK/image.json"
    jq '.OCIv1.config' "$WORK/image.json" > "$WORK/image-config.json"
    expect_json "$WORK/image-config.json" '.User == "10001:10001"' '.Entrypoint[0] == "java" and .Entrypoint[-2:] == ["-jar", "demo-app.jar"]' \
        '.Entrypoint | index("-XX:AOTCache=/app/demo-app.aot") and index("-Dspring.aot.enabled=true")' '.Cmd == null' \
        '.WorkingDir == "/app"' '.ExposedPorts | keys == ["8080/tcp", "8081/tcp"]' \
        '.Labels["org.opencontainers.image.title"] == "podidentitydemo"' '.Labels["org.opencontainers.image.revision"] == "e2e"' \
        '.Labels["org.opencontainers.image.source"] | startswith("https://github.com/")' \
        '.Labels["org.opencontainers.image.licenses"] == "Apache-2.0"' '.Env | any(startswith("JAVA_TOOL_OPTIONS=")) | not' '[.Env[] | select(test("secret|password|token|key="; "i"))] == []'
    expect_no_secret "$WORK/image.json"
}

# The files in the image: readable but not writable for the process; no emulator, no build tool, no credential.
image_files() {
    local container mount found
    container=$(buildah "${STORAGE[@]}" from --pull=never "$IMAGE")
    mount=$(buildah "${STORAGE[@]}" mount "$container")
    test -f "$mount/app/demo-app.jar"
    test -s "$mount/licenses/LICENSE" -a -s "$mount/licenses/NOTICE" -a -s "$mount/opt/java/legal/java.base/LICENSE"
    "$PYTHON" "$ROOT/e2e/licences.py" "$mount"
    # No compiler, no shell and no package manager to scan or to misuse.
    found=$(find "$mount" -xdev \( -name javac -o -name jshell -o -name jlink -o -name sh -o -name bash -o -name dpkg -o -name apk -o -name tdnf \) ! -type d -print)
    expect_equal "" "$found"
    found=$(find "$mount" -xdev \( -uid 10001 -o -gid 10001 -o -perm -o+w ! -type l ! -path "$mount/tmp" \) -print)
    expect_equal "" "$found"
    found=$(find "$mount/app" ! -type l \( -type d ! -perm -o+rx -o -type f ! -perm -o+r \) -print)
    expect_equal "" "$found"
    found=$(find "$mount" -xdev \( -iname '*emulator*' -o -iname '*junit*' -o -iname '*test*.jar' -o -iname '*.pem' -o -iname '.azure' -o -iname '.git' -o -iname 'pom.xml' \) -print)
    expect_equal "" "$found"
    found=$(find "$mount/app/libs" -name 'token-provider-*.jar' | wc -l)
    [ "$found" -ge 1 ] || fail "the library is not in the image"
    buildah "${STORAGE[@]}" umount "$container"
    buildah "${STORAGE[@]}" rm "$container"
}

# podman_e2e COMMAND...
podman_e2e() {
    podman "${STORAGE[@]}" --network-config-dir "$WORK/networks" --runtime runc "$@"
}

# serve_image IMAGE [podman options]: runs it as the manifests do.
serve_image() {
    local image=$1 i
    shift
    podman_e2e run -d --name pod-identity-e2e --network host --read-only --tmpfs /tmp --cap-drop ALL \
        --security-opt no-new-privileges -m "$MEMORY" --env "SERVER_PORT=$IMAGE_PORT" --env SERVER_ADDRESS=127.0.0.1 \
        --env "MANAGEMENT_SERVER_PORT=$IMAGE_MANAGEMENT_PORT" --env MANAGEMENT_SERVER_ADDRESS=127.0.0.1 \
        --env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$EMULATOR")" "$@" "$image"
    for i in {1..600}; do
        if answers "$IMAGE_HEALTH/liveness"; then return 0; fi
        sleep 0.1
    done
    podman_e2e logs pod-identity-e2e
    fail "not ready after $i checks"
}

image_run() {
    serve_image "$IMAGE"
    expect_status 200 "$WORK/image-liveness.json" "$IMAGE_HEALTH/liveness"
    expect_json "$WORK/image-liveness.json" '.status == "UP"'
    expect_status 200 "$WORK/image-readiness.json" "$IMAGE_HEALTH/readiness"
    expect_status 200 "$WORK/image-identity.json" "$IMAGE_URL/api/identity"
    expect_json "$WORK/image-identity.json" '.source == "IMDS"'
}

# measure NAME IMAGE: writes a line to image.txt. Time from start to the first answer, and the CPU time in it, which is
# more reliable on a busy machine: medians of IMAGE_ROUNDS. Memory is the peak after some page requests.
measure() {
    local name=$1 image=$2 began pid bytes
    bytes=$(podman "${STORAGE[@]}" image inspect --format '{{.Size}}' "$image")
    : > "$WORK/measured"
    for _ in $(seq "$IMAGE_ROUNDS"); do
        began=$EPOCHREALTIME
        serve_image "$image"
        pid=$(podman_e2e inspect --format '{{.State.Pid}}' pod-identity-e2e)
        awk -v a="$began" -v b="$EPOCHREALTIME" -v ticks="$(getconf CLK_TCK)" '{ printf "%.2f %.2f ", b - a, ($14 + $15) / ticks }' \
            "/proc/$pid/stat" >> "$WORK/measured"
        for _ in 1 2 3; do expect_status 200 "$WORK/measure.html" "$IMAGE_URL/"; done
        awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$pid/status" >> "$WORK/measured"
        podman_e2e rm -f -t 0 pod-identity-e2e
    done
    printf '%-26s %4d MB  first answer %5.2f s  processor %5.2f s  memory %3d MB\n' "$name" "$((bytes / 1000000))" \
        "$(median 1)" "$(median 2)" "$(median 3)" >> "$OUT/image.txt"
}

median() {
    cut -d' ' -f"$1" "$WORK/measured" | sort -n | sed -n "$((IMAGE_ROUNDS / 2 + 1))p"
}

image_figures() {
    printf 'FROM %s\nCOPY demo-app/target/demo-app*.jar /app/app.jar\nUSER 10001:10001\n%s\nENTRYPOINT ["java", "-jar", "/app/app.jar"]\n' \
        "$RUNTIME_IMAGE" 'ENV JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -XX:MaxRAMPercentage=40"' > "$WORK/fat-jar.Dockerfile"
    build "$FAT_IMAGE" -f "$WORK/fat-jar.Dockerfile"
    : > "$OUT/image.txt"
    measure "fat jar" "$FAT_IMAGE"
    measure "in layers" "$PLAIN_IMAGE"
    measure "in layers, with its cache" "$IMAGE"
}

# What kubectl exec runs: the library's own program in the running container, with no notice of Java's options.
image_explains() {
    podman_e2e exec pod-identity-e2e java -jar /app/token-provider.jar explain --resource https://storage.azure.com/ \
        > "$WORK/image-explain.txt" 2> "$WORK/image-explain.err"
    expect_text "$WORK/image-explain.txt" IMDS
    expect_equal "" "$(cat "$WORK/image-explain.err")"
    expect_no_secret "$WORK/image-explain.txt"
}

image_stop() {
    podman "${STORAGE[@]}" logs pod-identity-e2e > "$WORK/image.log" 2>&1
    expect_text "$WORK/image.log" 'Starting AOT-processed DemoApplication'
    podman "${STORAGE[@]}" stop -t 20 pod-identity-e2e
    expect_equal 143 "$(podman "${STORAGE[@]}" inspect --format '{{.State.ExitCode}}' pod-identity-e2e)"
    expect_no_secret "$WORK/image.log" "$WORK/image-identity.json"
    podman "${STORAGE[@]}" rm pod-identity-e2e
}

end_image() {
    podman_e2e pod rm -f -t 2 podidentitydemo > /dev/null 2>&1 || true
    podman_e2e rm -f -t 2 pod-identity-e2e > /dev/null 2>&1 || true
    podman_e2e network rm -f "$POD_NETWORK" > /dev/null 2>&1 || true
    buildah "${STORAGE[@]}" rm --all > /dev/null 2>&1 || true
    # A remaining overlay or bind mount would prevent the folder from being deleted.
    umount -l "$WORK/containers/overlay" 2> /dev/null || true
    umount -l "$WORK/containers" 2> /dev/null || true
}

check "base images from this machine's JDK 25" "$ROOT/e2e/base-image.sh" "$JDK_IMAGE" "$BASE_IMAGE" "${STORAGE[@]}"
check "the Dockerfile builds on them, with a Java runtime of its own: twice, with the same digest" image_same_twice
check "the same with an AOT cache" image_build
check "the image runs as user 10001, its entry point is java, and it contains no secret setting" image_config
check "that user cannot write its files, and it contains no test code" image_files
check "its SBOM names the libraries in it" image_sbom
check "it runs read-only, without capabilities, in $MEMORY, with the pod's identity" image_run
check "its own program explains in the running container, as by kubectl exec" image_explains
check "it ends in time on SIGTERM, and its log shows no token" image_stop
if [ -z "${E2E_QUICK:-}" ]; then
    check "size, start and memory compared with a plain fat jar" image_figures
    sed 's/^/      /' "$OUT/image.txt"
fi
