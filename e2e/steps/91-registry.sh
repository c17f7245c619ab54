# shellcheck shell=bash disable=SC2153,SC2154
# jib builds the image without Docker and pushes it over TLS to a real registry that sends its clients to a token server, as
# Azure's does. No secret is on a command line.
# Needs: image

# The user name that means "the password is a token", as `az acr login --expose-token` prints it.
TOKEN_USER=00000000-0000-0000-0000-000000000000
REGISTRY=127.0.0.1:$(port registry)
PUSHED=$REGISTRY/podidentitydemo
# Podman's, skopeo's and jib's common place for credentials.
export DOCKER_CONFIG=$WORK/docker

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

# The base is named by its digest. skopeo and podman pull what jib has pushed.
registry_push() {
    local base
    buildah "${STORAGE[@]}" push -q "$BASE_IMAGE" "oci:$WORK/base-image:java"
    trusting skopeo copy -q "oci:$WORK/base-image:java" "docker://$REGISTRY/base/jre:java"
    base=$REGISTRY/base/jre@$(trusting skopeo inspect --format '{{.Digest}}' "docker://$REGISTRY/base/jre:java")
    cd "$ROOT" || exit 1
    expect_exit 0 "$WORK/jib-log" env MAVEN_OPTS="${JVM_TRUST[*]}" mvn -B -q -DskipTests -Dspotless.check.skip=true package jib:build \
        -pl demo-app -am -Djib.to.image="$PUSHED:1" -Djib.from.image="$base" -Dimage.revision=e2e -Djib.disableUpdateChecks=true \
        -Djib.useOnlyProjectCache=true -Djib.console=plain
    expect_equal "$(cat demo-app/target/jib-image.digest)" "$(trusting skopeo inspect --format '{{.Digest}}' "docker://$PUSHED:1")"
    trusting podman "${STORAGE[@]}" pull -q --authfile "$DOCKER_CONFIG/config.json" "$PUSHED:1"
}

# jib's image and the Dockerfile's must differ only in how they name the main class.
registry_same_configuration() {
    local image
    for image in "$IMAGE" "$PUSHED:1"; do
        image_config "$image" | jq -S '{User, WorkingDir, ExposedPorts, Labels: (.Labels | del(.["io.buildah.version"])),
            Env: (.Env | map(select(startswith("PATH=") or startswith("JAVA_") or startswith("SERVER_"))) | sort),
            flags: [.Entrypoint[] | select(startswith("-XX:"))]}' > "$WORK/$(basename "$image").json"
    done
    diff "$WORK/podidentitydemo:e2e.json" "$WORK/podidentitydemo:1.json"
}

check "a registry that sends its clients to a token server, and a token for it; a wrong one is refused" registry_begin
check "jib pushes, and it is pulled by its digest" registry_push
check "jib's image and the Dockerfile's have the same configuration" registry_same_configuration
check "no log contains a password or a token" expect_no_secret "$WORK"/registry.{out,err} "$WORK/emulator.err" "$WORK/jib-log"
