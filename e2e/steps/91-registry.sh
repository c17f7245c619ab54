# shellcheck shell=bash disable=SC2154
# jib builds the image without Docker and pushes it over TLS to a real registry that sends its clients to a token server, as
# Azure's does. No secret is on a command line.
# Needs: image

# The user name that means "the password is a token", as `az acr login --expose-token` prints it.
TOKEN_USER=00000000-0000-0000-0000-000000000000
# By address: oras takes "localhost" for a registry without TLS.
REGISTRY=127.0.0.1:$(port registry)
PUSHED=$REGISTRY/podidentitydemo
# Docker's, Podman's, skopeo's, oras's and jib's common place for credentials.
export DOCKER_CONFIG=$WORK/docker
SBOM=$ROOT/demo-app/target/classes/META-INF/sbom/application.cdx.json

# trusting COMMAND...: with all CAs of this run, for programs in Go.
trusting() {
    env SSL_CERT_FILE="$CA_BUNDLE" "$@"
}

# sign_in FILE PASSWORD-FILE
sign_in() {
    trusting skopeo login -u "$TOKEN_USER" --password-stdin --authfile "$1" "$REGISTRY" < "$2"
}

# Debian's registry. What az acr login does is done for the machine's identity: its token is exchanged for the registry's.
registry_begin() {
    local entra
    entra=$(of emulator .entra)
    certificate registry
    cat > "$WORK/registry.yml" << END
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $WORK/registry}}
http: {addr: "$REGISTRY", tls: {certificate: $WORK/registry.pem, key: $WORK/registry.key}}
auth:
  token: {realm: $entra/oauth2/token, service: "$REGISTRY", issuer: Azure Container Registry, rootcertbundle: $(of emulator .ca)}
END
    start registry docker-registry serve "$WORK/registry.yml"
    wait_until 60 registry curl -s --noproxy '*' --max-time 5 --cacert "$CA_BUNDLE" -o /dev/null "https://$REGISTRY/v2/"
    umask 077
    mkdir -p "$DOCKER_CONFIG"
    AZURE_POD_IDENTITY_AUTHORITY_HOST=$(of emulator '.pods[0].imds') \
        java -jar "$LIBRARY_JAR" token --resource https://management.azure.com/ > "$WORK/arm-token"
    curl -sS --noproxy '*' --cacert "$CA_BUNDLE" --data-urlencode "access_token@$WORK/arm-token" \
        -d "grant_type=access_token&service=$REGISTRY" "$entra/oauth2/exchange" | jq -er .refresh_token > "$WORK/acr-token"
    sign_in "$DOCKER_CONFIG/config.json" "$WORK/acr-token"
    echo wrong > "$WORK/wrong-password"
    expect_exit 1 "$WORK/wrong.txt" sign_in "$WORK/nobody.json" "$WORK/wrong-password"
}

# The base image is pushed to where jib gets it.
push_base() {
    buildah "${STORAGE[@]}" push -q "$RUNTIME_IMAGE" "oci:$WORK/base-image:java"
    trusting skopeo copy -q "oci:$WORK/base-image:java" "docker://$REGISTRY/base/jre:java"
}

# jib_push IMAGE BASE [Maven options]: builds and pushes; prints the image's digest.
jib_push() {
    local image=$1 base=$2
    shift 2
    cd "$ROOT" || exit 1
    MAVEN_OPTS="${JVM_TRUST[*]}" mvn -B -q -DskipTests -Dspotless.check.skip=true package jib:build -pl demo-app -am -Djib.to.image="$image" \
        -Djib.from.image="$base" -Dimage.revision=e2e -Djib.disableUpdateChecks=true \
        -Djib.useOnlyProjectCache=true -Djib.console=plain "$@" > "$WORK/jib-log" 2>&1 || { cat "$WORK/jib-log" >&2; return 1; }
    cat "$WORK/jib-log" >> "$WORK/jib-logs"
    cat demo-app/target/jib-image.digest
}

# The base is named by its digest. Two builds have the same digest, and skopeo and podman pull it.
registry_push() {
    push_base
    BASE=$REGISTRY/base/jre@$(trusting skopeo inspect --format '{{.Digest}}' "docker://$REGISTRY/base/jre:java")
    echo "$BASE" > "$WORK/base"
    jib_push "$PUSHED:first" "$BASE" > "$WORK/digest-first"
    rm -rf "$ROOT/demo-app/target/jib-cache"
    jib_push "$PUSHED:1" "$BASE" > "$WORK/digest"
    expect_equal "$(cat "$WORK/digest-first")" "$(cat "$WORK/digest")"
    expect_equal "$(cat "$WORK/digest")" "$(trusting skopeo inspect --format '{{.Digest}}' "docker://$PUSHED:1")"
    trusting podman "${STORAGE[@]}" pull -q --authfile "$DOCKER_CONFIG/config.json" "$PUSHED:1"
}

# One image for both kinds of nodes. The base for Arm is the other one under another name: jib runs nothing of it.
registry_platforms() {
    local container list=localhost/pod-identity-base:both digest
    container=$(buildah "${STORAGE[@]}" from --pull=never "$RUNTIME_IMAGE")
    buildah "${STORAGE[@]}" config --arch arm64 "$container"
    buildah "${STORAGE[@]}" commit -q --rm "$container" localhost/pod-identity-base:arm64
    buildah "${STORAGE[@]}" manifest create "$list" "$RUNTIME_IMAGE" localhost/pod-identity-base:arm64
    trusting buildah "${STORAGE[@]}" manifest push -q --all "$list" "docker://$REGISTRY/base/jre:both"
    # jib 3.5 makes lists of Docker's format only.
    digest=$(jib_push "$PUSHED:both" "$REGISTRY/base/jre:both" -Djib.from.platforms=linux/amd64,linux/arm64 -Djib.container.format=Docker)
    trusting skopeo inspect --raw "docker://$PUSHED:both" > "$WORK/platforms.json"
    expect_json "$WORK/platforms.json" '[.manifests[].platform | "\(.os)/\(.architecture)"] == ["linux/amd64", "linux/arm64"]'
    expect_equal "$(platform_layers 0)" "$(platform_layers 1)"
    attach "$PUSHED@$digest"
    attached "$PUSHED@$digest" in-toto > "$WORK/attached.json"
    expect_json "$WORK/attached.json" '.predicate.buildDefinition.externalParameters.revision == "e2e"'
}

# platform_layers NUMBER: those that jib added to the base.
platform_layers() {
    trusting skopeo inspect --raw "docker://$PUSHED@$(jq -r ".manifests[$1].digest" "$WORK/platforms.json")" | jq -r '.layers[].digest' | tail -n 4
}

# attach IMAGE: with the SBOM of this build, which Maven makes unless it is offline.
attach() {
    trusting "$ROOT/k8s/attach.sh" "$1" "$(cat "$WORK/base")"
}

# attached IMAGE TYPE: the one document of that type, by oras, which checks each digest.
attached() {
    trusting oras discover --format json --artifact-type "application/vnd.$2+json" "$1" > "$WORK/discovered.json"
    expect_json "$WORK/discovered.json" '.manifests | length == 1'
    trusting oras pull --no-tty -o "$WORK/attached" "$(jq -r '.manifests[0].reference' "$WORK/discovered.json")" >&2
    cat "$WORK"/attached/*
    rm -r "$WORK/attached"
}

# Twice: the second time changes nothing.
registry_attach() {
    local digest
    digest=$(cat "$WORK/digest")
    attach "$PUSHED@$digest"
    attach "$PUSHED@$digest"
    attached "$PUSHED@$digest" cyclonedx | cmp - "$SBOM"
    attached "$PUSHED@$digest" in-toto > "$OUT/provenance.json"
    expect_json "$OUT/provenance.json" '._type == "https://in-toto.io/Statement/v1"' '.predicateType == "https://slsa.dev/provenance/v1"' \
        ".subject == [{name: \"$PUSHED\", digest: {sha256: \"${digest#sha256:}\"}}]" \
        '.predicate.buildDefinition.externalParameters.revision == "e2e"' \
        ".predicate.buildDefinition.resolvedDependencies[1].digest.sha256 == \"$(cut -d: -f3 "$WORK/base")\""
    expect_exit 2 "$WORK/attach.err" attach "$PUSHED:1"
}

# jib's image and the Dockerfile's must differ only in the AOT cache and in how they name the main class.
registry_same_layout() {
    local image name
    for image in "$PLAIN_IMAGE" "$PUSHED:1"; do
        name=$WORK/layout-$([ "$image" = "$PLAIN_IMAGE" ] && echo plain || echo jib)
        image_config "$image" | jq -S '{User, WorkingDir, ExposedPorts, Labels: (.Labels | del(.["io.buildah.version"])),
            Env: (.Env | map(select(startswith("PATH=") or startswith("JAVA_") or startswith("SERVER_"))) | sort),
            flags: [.Entrypoint[] | select(startswith("-XX:"))]}' > "$name"
        with_files "$image" image_libraries "$image" >> "$name"
    done
    expect_text "$WORK/layout-plain" licenses/LICENSE
    diff "$WORK/layout-plain" "$WORK/layout-jib"
}

# image_libraries IMAGE FOLDER: the hashes of what is in them, stripped as the Dockerfile's are; and those of the licences.
image_libraries() {
    rm -rf "$WORK/libraries"
    cp -r "$2/app/libs" "$WORK/libraries"
    [ "$1" = "$PLAIN_IMAGE" ] || "$(find "$WORK/containers" -path '*/usr/lib/jvm/jdk/bin/java' -print -quit)" \
        "$ROOT/demo-app/src/image/Strip.java" "$WORK/libraries" >&2
    "$PYTHON" "$ROOT/e2e/libraries.py" "$2" "$WORK/libraries"
}

check "a registry that sends its clients to a token server, and a token for it; a wrong one is refused" registry_begin
check "jib pushes, two builds have the same digest, and it is pulled" registry_push
check "SBOM and provenance are attached to the image, once, and got back" registry_attach
check "jib's image and the Dockerfile's have the same layout" registry_same_layout
check "no log contains a password or a token" expect_no_secret "$WORK"/registry.{out,err} "$WORK/emulator.err" "$WORK/jib-logs"
[ -n "${E2E_QUICK:-}" ] || check "jib pushes one image for amd64 and arm64, and both documents are attached to it" registry_platforms
