# shellcheck shell=bash disable=SC2034,SC2154
# jib builds the image without Docker and pushes it over TLS to two real registries: one that accepts user and password,
# and one that sends its clients to a token server, as Azure's does. No secret is on a command line.

# The user name that means "the password is a token", as `az acr login --expose-token` prints it.
TOKEN_USER=00000000-0000-0000-0000-000000000000
REGISTRY_BASIC=localhost:$(free_port)
REGISTRY_BEARER=localhost:$(free_port)
BASE_REFERENCE=$REGISTRY_BEARER/base/jre:java
PUSHED=$REGISTRY_BEARER/podidentitydemo
# Docker's, Podman's, skopeo's and jib's common place for credentials.
export DOCKER_CONFIG=$WORK/docker
REGISTRY_TRUST=(env SSL_CERT_FILE="$WORK/registry-bundle.pem")

registry_trust() {
    certificate registry
    cat "$CA_BUNDLE" "$WORK/registry-ca.pem" > "$WORK/registry-bundle.pem"
    keytool -importcert -noprompt -alias e2e-registry -file "$WORK/registry-ca.pem" -keystore "$TRUST_STORE" -storepass changeit
    (umask 077 && mkdir -p "$DOCKER_CONFIG" && openssl rand -hex 20 > "$WORK/registry-password")
}

# start_registry NAME ADDRESS <<AUTH: Debian's registry, with that section for authentication.
start_registry() {
    {
        printf 'version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: %s}}\n' "$WORK/$1"
        printf 'http: {addr: "%s", tls: {certificate: %s, key: %s}}\nauth:\n' "$2" "$WORK/registry.pem" "$WORK/registry.key"
        cat
    } > "$WORK/$1.yml"
    start "$1" docker-registry serve "$WORK/$1.yml"
    wait_until 20 "$1" curl -s --noproxy '*' --max-time 5 --cacert "$WORK/registry-ca.pem" -o /dev/null "https://$2/v2/"
}

registry_basic() {
    htpasswd -niB "$TOKEN_USER" < "$WORK/registry-password" > "$WORK/htpasswd"
    start_registry registry-basic "$REGISTRY_BASIC" << END
  htpasswd: {realm: e2e, path: $WORK/htpasswd}
END
    "${REGISTRY_TRUST[@]}" skopeo login -u "$TOKEN_USER" --password-stdin --authfile "$DOCKER_CONFIG/config.json" "$REGISTRY_BASIC" \
        < "$WORK/registry-password"
}

registry_bearer() {
    local entra
    entra=$(jq -r .entra "$EMULATOR")
    start_registry registry-bearer "$REGISTRY_BEARER" << END
  token:
    realm: $entra/oauth2/token
    service: $REGISTRY_BEARER
    issuer: Azure Container Registry
    rootcertbundle: $(jq -r .ca "$EMULATOR")
END
    # What az acr login does: it exchanges the token of the signed-in account, here the machine's identity.
    (
        umask 077
        AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$EMULATOR") \
            java -jar "$LIBRARY_JAR" token --resource https://management.azure.com/ > "$WORK/arm-token"
        curl -sS --noproxy '*' --cacert "$CA_BUNDLE" --data-urlencode "access_token@$WORK/arm-token" \
            -d "grant_type=access_token&service=$REGISTRY_BEARER" "$entra/oauth2/exchange" | jq -er .refresh_token > "$WORK/acr-token"
    )
    "${REGISTRY_TRUST[@]}" skopeo login -u "$TOKEN_USER" --password-stdin --authfile "$DOCKER_CONFIG/config.json" "$REGISTRY_BEARER" \
        < "$WORK/acr-token"
}

registry_wrong_password() {
    local registry
    for registry in "$REGISTRY_BASIC" "$REGISTRY_BEARER"; do
        if echo wrong | "${REGISTRY_TRUST[@]}" skopeo login -u "$TOKEN_USER" --password-stdin --authfile "$WORK/nobody.json" "$registry"; then
            fail "$registry accepts a wrong password"
        fi
    done
}

registry_base() {
    buildah "${STORAGE[@]}" push -q "$RUNTIME_IMAGE" "oci:$WORK/base-image:java"
    "${REGISTRY_TRUST[@]}" skopeo copy -q "oci:$WORK/base-image:java" "docker://$BASE_REFERENCE"
    "${REGISTRY_TRUST[@]}" skopeo inspect --format '{{.Digest}}' "docker://$BASE_REFERENCE" > "$WORK/base-digest"
}

# jib_push REFERENCE: builds and pushes, with the base named by its digest; prints the image's digest.
jib_push() {
    cd "$ROOT" || exit 1
    MAVEN_OPTS="-Djavax.net.ssl.trustStore=$TRUST_STORE -Djavax.net.ssl.trustStorePassword=changeit" \
        mvn -B -q -DskipTests -Dspotless.check.skip=true package jib:build -pl demo-app -am -Djib.to.image="$1" \
        -Djib.from.image="${BASE_REFERENCE%:*}@$(cat "$WORK/base-digest")" -Dimage.revision=e2e -Djib.disableUpdateChecks=true \
        -Djib.useOnlyProjectCache=true -Djib.console=plain
    cat demo-app/target/jib-image.digest
}

registry_push() {
    jib_push "$REGISTRY_BASIC/podidentitydemo:1" > "$WORK/jib-basic"
    rm -rf "$ROOT/demo-app/target/jib-cache"
    jib_push "$PUSHED:1" > "$WORK/jib-bearer"
    printf '%s jib, first build\n%s jib, second build\n' "$(tail -1 "$WORK/jib-basic")" "$(tail -1 "$WORK/jib-bearer")" >> "$OUT/digests.txt"
    expect_equal "$(tail -1 "$WORK/jib-basic")" "$(tail -1 "$WORK/jib-bearer")"
    tail -1 "$WORK/jib-bearer" > "$WORK/jib-digest"
}

registry_pull() {
    local pulled
    pulled=$("${REGISTRY_TRUST[@]}" skopeo inspect --format '{{.Digest}}' "docker://$PUSHED:1")
    expect_equal "$(cat "$WORK/jib-digest")" "$pulled"
    "${REGISTRY_TRUST[@]}" skopeo copy -q "docker://$PUSHED@$pulled" "oci:$WORK/pulled:1"
    expect_equal "$pulled" "$(jq -r '.manifests[0].digest' "$WORK/pulled/index.json")"
    "${REGISTRY_TRUST[@]}" podman "${STORAGE[@]}" pull -q --authfile "$DOCKER_CONFIG/config.json" "$PUSHED:1"
}

# jib's image and the Dockerfile's must differ only in the AOT cache and in how they name the main class.
registry_same_layout() {
    local image
    for image in "$PLAIN_IMAGE" "$PUSHED:1"; do
        buildah "${STORAGE[@]}" inspect --type image "$image" \
            | jq -S '.OCIv1.config | {User, WorkingDir, ExposedPorts, Labels: (.Labels | del(.["io.buildah.version"])),
                Env: (.Env | map(select(startswith("PATH=") or startswith("JAVA_") or startswith("SERVER_"))) | sort)}' \
            > "$WORK/layout-$(basename "${image##*/}" | tr ':' '-').json"
    done
    diff "$WORK/layout-podidentitydemo-plain.json" "$WORK/layout-podidentitydemo-1.json"
    for image in "$PLAIN_IMAGE" "$PUSHED:1"; do
        buildah "${STORAGE[@]}" inspect --type image "$image" | jq -r '.OCIv1.config.Entrypoint[] | select(startswith("-XX:"))' \
            > "$WORK/flags-$(basename "${image##*/}" | tr ':' '-')"
    done
    diff "$WORK/flags-podidentitydemo-plain" "$WORK/flags-podidentitydemo-1"
    diff <(image_libraries "$PLAIN_IMAGE") <(image_libraries "$PUSHED:1")
}

# The hashes of the libraries (some have other names), except Boot's tools and starters, which contain no code of the app.
image_libraries() {
    local container mount
    container=$(buildah "${STORAGE[@]}" from --pull=never "$1")
    mount=$(buildah "${STORAGE[@]}" mount "$container")
    (cd "$mount/app/libs" && sha256sum -- *.jar ../token-provider.jar ../../licenses/*) | grep -vE ' spring-boot-(starter|jarmode-tools)' | cut -d' ' -f1 | sort
    buildah "${STORAGE[@]}" umount "$container" > /dev/null
    buildah "${STORAGE[@]}" rm "$container" > /dev/null
}

registry_logs() {
    local file
    for file in "$WORK"/registry-basic.{out,err} "$WORK"/registry-bearer.{out,err} "$WORK/emulator.err" "$WORK/jib-basic" "$WORK/jib-bearer"; do
        expect_no_secret "$file"
        if grep -qF -- "$(cat "$WORK/registry-password")" "$file"; then fail "the registry's password in $file"; fi
    done
}

check "a CA and a certificate for the registries" registry_trust
check "a registry that accepts user and password, over TLS" registry_basic
check "a registry that sends its clients to a token server, and a token for it" registry_bearer
check "both refuse a wrong password" registry_wrong_password
check "the base image is pushed" registry_base
check "jib pushes to both, and two builds have the same digest" registry_push
check "skopeo pulls what was pushed, by the same digest" registry_pull
check "jib's image and the Dockerfile's have the same layout" registry_same_layout
check "no log contains a password or a token" registry_logs
sed 's/^/      /' "$OUT/digests.txt"
