# shellcheck shell=bash disable=SC2154
# What is in the image, and how it runs.
# Needs: image

TUNED=demo-app/src/image/Dockerfile
TUNED_IMAGE=localhost/podidentitydemo:tuned
UNCACHED_IMAGE=localhost/podidentitydemo:uncached

image_same_twice() {
    local first
    first=$(image_whole "$IMAGE")
    build "$IMAGE" --no-cache
    expect_equal "$first" "$(image_whole "$IMAGE")"
}

# And the whole on the same layers, since only the cache depends on what one start happened to load.
tuned_same_twice() {
    local first layers
    build "$UNCACHED_IMAGE" -f "$TUNED" --target uncached
    first=$(image_whole "$UNCACHED_IMAGE")
    build "$UNCACHED_IMAGE" -f "$TUNED" --no-cache --target uncached
    expect_equal "$first" "$(image_whole "$UNCACHED_IMAGE")"
    layers=$(image_layers "$UNCACHED_IMAGE")
    expect_equal "$layers" "$(image_layers "$TUNED_IMAGE" | head -n "$(wc -l <<< "$layers")")"
}

# Layers, configuration and history, but for buildah's comment on which of its own images a stage began.
image_whole() {
    buildah "${STORAGE[@]}" inspect --type image "$1" | jq -S '.OCIv1 | del(.history[].comment)'
}

image_layers() {
    buildah "${STORAGE[@]}" inspect --type image "$1" | jq -r '.OCIv1.rootfs.diff_ids[]'
}

# image_configuration IMAGE
image_configuration() {
    image_config "$1" > "$WORK/image.json"
    expect_json "$WORK/image.json" '.User == "10001:10001"' '.Entrypoint[0] == "java" and .Entrypoint[-2:] == ["-jar", "demo-app.jar"]' \
        '.Entrypoint | index("-Dspring.aot.enabled=true")' '.Cmd == null' \
        '.WorkingDir == "/app"' '.ExposedPorts | keys == ["8080/tcp", "8081/tcp"]' \
        '.Labels["org.opencontainers.image.title"] == "podidentitydemo"' '.Labels["org.opencontainers.image.revision"] == "e2e"' \
        '.Labels["org.opencontainers.image.source"] | startswith("https://github.com/")' \
        '.Labels["org.opencontainers.image.licenses"] == "Apache-2.0"' '.Env | any(startswith("JAVA_TOOL_OPTIONS=")) | not' \
        '[.Env[] | select(test("secret|password|token|key="; "i"))] == []'
    expect_no_secret "$WORK/image.json"
}

# No emulator, no build tool, no credential; and an SBOM that names exactly the libraries. Starters are empty jars, which Boot
# leaves out; the tools that extracted the jar belong to Boot, not to the app.
image_files() {
    test -f "$1/app/demo-app.jar"
    expect_hardened "$1"
    "$PYTHON" "$ROOT/e2e/licences.py" "$1"
    expect_no_files "$1" -iname '*emulator*' -o -iname '*junit*' -o -iname '*test*.jar' -o -iname '*.pem' -o -iname '.azure' -o -iname '.git' -o -iname 'pom.xml'
    unzip -p "$1/app/demo-app.jar" META-INF/sbom/application.cdx.json > "$OUT/sbom.cdx.json"
    expect_json "$OUT/sbom.cdx.json" '.bomFormat == "CycloneDX"' '.metadata.component.name == "demo-app"' \
        'all(.components[]; .purl | startswith("pkg:maven/"))' '.components | any(.name == "token-provider")'
    diff <(jq -r '.components[] | "\(.name)-\(.version).jar"' "$OUT/sbom.cdx.json" | grep -v '^spring-boot-starter' | sort) \
        <(find "$1/app/libs" -name '*.jar' ! -name 'spring-boot-jarmode-tools-*' -printf '%f\n' | sort)
}

# A cache that does not fit is ignored without a word, so look whether the process has mapped it.
tuned_run() {
    image_configuration "$TUNED_IMAGE"
    expect_json "$WORK/image.json" '.Entrypoint | index("-XX:AOTCache=/app/demo-app.aot")'
    remove_containers
    serve_image "$TUNED_IMAGE"
    grep -q demo-app.aot "/proc/$(podman_e2e inspect --format '{{.State.Pid}}' pod-identity-e2e)/maps"
    remove_containers
    image_run "$TUNED_IMAGE"
}

# image_run IMAGE: ready, with the pod's identity; then what kubectl exec runs: the library's own program, with
# no notice of Java's options.
image_run() {
    serve_image "$1"
    expect_status 200 "$WORK/image-readiness.json" "$IMAGE_HEALTH/readiness"
    expect_status 200 "$WORK/image-identity.json" "$IMAGE_URL/api/identity"
    expect_json "$WORK/image-identity.json" '.source == "IMDS"'
    podman_e2e exec pod-identity-e2e java -jar /app/token-provider.jar explain --resource "$STORAGE_RESOURCE" \
        > "$WORK/image-explain.txt" 2> "$WORK/image-explain.err"
    expect_text "$WORK/image-explain.txt" IMDS
    expect_equal "" "$(cat "$WORK/image-explain.err")"
    podman_e2e stop -t 20 pod-identity-e2e
    expect_equal 143 "$(podman_e2e inspect --format '{{.State.ExitCode}}' pod-identity-e2e)"
    podman_e2e logs pod-identity-e2e > "$WORK/image.log" 2>&1
    expect_text "$WORK/image.log" 'Starting AOT-processed DemoApplication'
    expect_no_secret "$WORK/image.log" "$WORK/image-identity.json" "$WORK/image-explain.txt"
}

at_end remove_containers
check "built again, without the builder's cache, it has the same layers, configuration and history" image_same_twice
check "the image runs as user 10001, its entry point is java, and it contains no secret setting" image_configuration "$IMAGE"
check "that user cannot write its files, it contains no test code, and its SBOM names the libraries in it" with_files "$IMAGE" image_files
check "it runs read-only, without capabilities, in $MEMORY, explains itself as by kubectl exec, and ends in time on SIGTERM" image_run "$IMAGE"
check "the tuned Dockerfile builds, with a Java runtime of its own and an AOT cache" build "$TUNED_IMAGE" -f "$TUNED"
[ -n "${E2E_QUICK:-}" ] || check "tuned, and built again, all layers but the cache are the same" tuned_same_twice
check "tuned, it has the same configuration, takes its cache, and ends in time" tuned_run
check "tuned, it is as hardened and as licensed" with_files "$TUNED_IMAGE" image_files
