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
    wait_until 60 "$1" curl -s --noproxy '*' --max-time 5 --cacert "$WORK/registry-ca.pem" -o /dev/null "https://$2/v2/"
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

# jib_push REFERENCE BASE [Maven options]: builds and pushes; prints the image's digest.
jib_push() {
    local image=$1 base=$2
    shift 2
    cd "$ROOT" || exit 1
    MAVEN_OPTS="-Djavax.net.ssl.trustStore=$TRUST_STORE -Djavax.net.ssl.trustStorePassword=changeit" \
        mvn -B -q -DskipTests -Dspotless.check.skip=true package jib:build -pl demo-app -am -Djib.to.image="$image" \
        -Djib.from.image="$base" -Dimage.revision=e2e -Djib.disableUpdateChecks=true \
        -Djib.useOnlyProjectCache=true -Djib.console=plain "$@"
    cat demo-app/target/jib-image.digest
}

# The base is named by its digest.
registry_push() {
    local base
    base=$BASE_REFERENCE@$(cat "$WORK/base-digest")
    jib_push "$REGISTRY_BASIC/podidentitydemo:1" "$base" > "$WORK/jib-basic"
    rm -rf "$ROOT/demo-app/target/jib-cache"
    jib_push "$PUSHED:1" "$base" > "$WORK/jib-bearer"
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

# One image for both kinds of nodes. The base for Arm is the other one under another name: jib runs nothing of it.
registry_platforms() {
    local container list=localhost/pod-identity-base:both manifests=$WORK/platforms.json
    container=$(buildah "${STORAGE[@]}" from --pull=never "$RUNTIME_IMAGE")
    buildah "${STORAGE[@]}" config --arch arm64 "$container"
    buildah "${STORAGE[@]}" commit -q --rm "$container" localhost/pod-identity-base:arm64
    buildah "${STORAGE[@]}" manifest create "$list" "$RUNTIME_IMAGE" localhost/pod-identity-base:arm64
    "${REGISTRY_TRUST[@]}" buildah "${STORAGE[@]}" manifest push -q --all "$list" "docker://$REGISTRY_BEARER/base/jre:both"
    # jib 3.5 makes lists of Docker's format only.
    jib_push "$PUSHED:both" "$REGISTRY_BEARER/base/jre:both" -Djib.from.platforms=linux/amd64,linux/arm64 \
        -Djib.container.format=Docker > "$WORK/jib-both" || {
        cat "$WORK/jib-both"
        return 1
    }
    "${REGISTRY_TRUST[@]}" skopeo inspect --raw "docker://$PUSHED:both" > "$manifests"
    expect_json "$manifests" '[.manifests[].platform | "\(.os)/\(.architecture)"] == ["linux/amd64", "linux/arm64"]'
    expect_equal "$(platform_layers 0)" "$(platform_layers 1)"
    attach "$PUSHED@$(tail -1 "$WORK/jib-both")"
    raw "$PUSHED:$(tail -1 "$WORK/jib-both" | tr : -)" > "$WORK/attached.json"
    attached "$PUSHED" in-toto "$(tail -1 "$WORK/jib-both")" > "$WORK/attached-both.json"
    expect_json "$WORK/attached-both.json" '.predicate.buildDefinition.externalParameters.revision == "e2e"'
}

# platform_layers NUMBER: those that jib added to the base.
platform_layers() {
    "${REGISTRY_TRUST[@]}" skopeo inspect --raw "docker://$PUSHED@$(jq -r ".manifests[$1].digest" "$WORK/platforms.json")" \
        | jq -r '.layers[].digest' | tail -n 4
}

# attach IMAGE: k8s/attach.sh with the SBOM of this build, which Maven makes unless it is offline.
attach() {
    "${REGISTRY_TRUST[@]}" "CURL_CA_BUNDLE=$WORK/registry-bundle.pem" "$ROOT/k8s/attach.sh" \
        --base "${BASE_REFERENCE%:*}@$(cat "$WORK/base-digest")" "$1"
}

raw() {
    "${REGISTRY_TRUST[@]}" skopeo inspect --raw "docker://$1"
}

# SBOM and provenance at both registries; this one has no referrers API, so that they are listed under a tag.
registry_attach() {
    local digest registry type name
    digest=$(cat "$WORK/jib-digest")
    for registry in "$REGISTRY_BASIC" "$REGISTRY_BEARER"; do
        name=$registry/podidentitydemo
        attach "$name@$digest"
        raw "$name:${digest/:/-}" > "$WORK/attached.json"
        expect_json "$WORK/attached.json" '.mediaType == "application/vnd.oci.image.index.v1+json"' \
            '[.manifests[].artifactType] == ["application/vnd.cyclonedx+json", "application/vnd.in-toto+json"]'
        for type in cyclonedx in-toto; do
            attached "$name" "$type" "$digest" > "$WORK/attached-$type.json"
        done
        cmp "$WORK/attached-cyclonedx.json" "$ROOT/demo-app/target/classes/META-INF/sbom/application.cdx.json"
        expect_json "$WORK/attached-in-toto.json" '._type == "https://in-toto.io/Statement/v1"' '.predicateType == "https://slsa.dev/provenance/v1"' \
            ".subject == [{name: \"$name\", digest: {sha256: \"${digest#sha256:}\"}}]" \
            '.predicate.buildDefinition.externalParameters.revision == "e2e"' \
            ".predicate.buildDefinition.resolvedDependencies[1].digest.sha256 == \"$(cut -d: -f2 "$WORK/base-digest")\""
    done
    cp "$WORK/attached-in-toto.json" "$OUT/provenance.json"
}

# attached NAME TYPE IMAGE: the document, by skopeo, which checks each digest; its artifact must name the image.
attached() {
    local artifact
    artifact=$(jq -r ".manifests[] | select(.artifactType | contains(\"$2\")) | .digest" "$WORK/attached.json")
    raw "$1@$artifact" > "$WORK/artifact.json"
    expect_json "$WORK/artifact.json" ".subject.digest == \"$3\""
    rm -rf "$WORK/artifact"
    "${REGISTRY_TRUST[@]}" skopeo copy -q "docker://$1@$artifact" "dir:$WORK/artifact"
    cat "$WORK/artifact/$(jq -r '.layers[0].digest' "$WORK/artifact.json" | cut -d: -f2)"
}

# shellcheck disable=SC2016
# What Docker Desktop does after az acr login: another program keeps the token.
keep_by_helper() {
    mkdir -p "$WORK/helper"
    echo '{"credsStore": "e2e"}' > "$WORK/helper/config.json"
    printf '#!/bin/sh\nread -r registry\ntest "$registry" = %s && jq -R '"'{Username: \"<token>\", Secret: .}'"' %s\n' \
        "$REGISTRY_BEARER" "$WORK/acr-token" > "$WORK/helper/docker-credential-e2e"
    chmod +x "$WORK/helper/docker-credential-e2e"
}

# Run again, it changes nothing.
registry_attach_again() {
    local name=$PUSHED digest=$WORK/jib-digest
    raw "$name:$(tr : - < "$digest")" > "$WORK/attached-before.json"
    keep_by_helper
    DOCKER_CONFIG=$WORK/helper PATH=$WORK/helper:$PATH attach "$name@$(cat "$digest")" 2> "$WORK/attach.err"
    cmp "$WORK/attached-before.json" <(raw "$name:$(tr : - < "$digest")")
    expect_no_secret "$WORK/attach.err"
    ! attach "$name@sha256:$(printf '0%.0s' {1..64})" 2> "$WORK/attach.err" || fail "there is no such image"
    expect_text "$WORK/attach.err" 'answered 404'
    ! DOCKER_CONFIG=$WORK/nowhere attach "$name@$(cat "$digest")" 2> "$WORK/attach.err" || fail "nobody is signed in"
    expect_text "$WORK/attach.err" "nobody is signed in to $REGISTRY_BEARER"
}

# pin_bases OPTION...: of copies of Dockerfile and pom, whose bases are in a registry without a sign-in, as Microsoft's is.
pin_bases() {
    CURL_CA_BUNDLE=$WORK/registry-bundle.pem "$ROOT/k8s/pin-bases.sh" "$@" "$WORK/pinned/Dockerfile" "$WORK/pinned/pom.xml"
}

registry_pinned_bases() {
    local registry digest status=0
    registry=localhost:$(free_port)
    start_registry registry-open "$registry" < /dev/null
    for name in openjdk/jdk:25-azurelinux openjdk/jdk:25-distroless azurelinux/distroless/base:3.0; do
        "${REGISTRY_TRUST[@]}" skopeo copy -q "oci:$WORK/base-image:java" "docker://$registry/$name"
    done
    digest=$("${REGISTRY_TRUST[@]}" skopeo inspect --format '{{.Digest}}' "docker://$registry/azurelinux/distroless/base:3.0")
    mkdir -p "$WORK/pinned"
    for name in Dockerfile pom.xml; do
        sed "s#mcr.microsoft.com/#$registry/#" "$ROOT/$name" > "$WORK/pinned/$name"
    done
    pin_bases --check 2> "$WORK/pinned/err" || status=$?
    expect_equal 1 "$status"
    pin_bases
    expect_equal 3 "$(cat "$WORK/pinned/Dockerfile" "$WORK/pinned/pom.xml" | grep -c "@$digest")"
    expect_equal 4 "$(diff <(sed "s#mcr.microsoft.com/#$registry/#" "$ROOT/Dockerfile") "$WORK/pinned/Dockerfile" | grep -c '^[<>]')"
    pin_bases --check
    printf 'FROM %s\n' "$registry/azurelinux/distroless/base:3.0@$digest" > "$WORK/pinned/from"
    "${REGISTRY_TRUST[@]}" buildah "${STORAGE[@]}" bud -q --isolation chroot -f "$WORK/pinned/from" "$WORK/pinned"
    stop registry-open
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
    image_libraries "$PLAIN_IMAGE" > "$WORK/libraries.plain"
    image_libraries "$PUSHED:1" > "$WORK/libraries.jib"
    test -s "$WORK/libraries.plain"
    diff "$WORK/libraries.plain" "$WORK/libraries.jib"
}

# The hashes of the libraries' contents (some have other names), stripped as the Dockerfile's are, except of Boot's tools and
# starters, which contain no code of the app; and those of the licences.
image_libraries() {
    local container mount
    container=$(buildah "${STORAGE[@]}" from --pull=never "$1")
    mount=$(buildah "${STORAGE[@]}" mount "$container")
    rm -rf "$WORK/libraries"
    cp -r "$mount/app/libs" "$WORK/libraries"
    [ "$1" = "$PLAIN_IMAGE" ] || "$(find "$WORK/containers" -path '*/usr/lib/jvm/jdk/bin/java' -print -quit)" \
        "$ROOT/demo-app/src/image/Strip.java" "$WORK/libraries"
    "$PYTHON" - "$mount" "$WORK/libraries" << 'EOF'
import hashlib, pathlib, re, sys, zipfile
root, libraries = map(pathlib.Path, sys.argv[1:])
jars = [jar for jar in libraries.glob("*.jar") if not re.match("spring-boot-(starter|jarmode-tools)", jar.name)]
hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (root / "licenses").rglob("*") if file.is_file()]
for jar in [*jars, root / "app/token-provider.jar"]:
    entries = sorted((entry.filename, entry.CRC) for entry in zipfile.ZipFile(jar).infolist()
                     if entry.filename != "META-INF/MANIFEST.MF" and not entry.is_dir())
    hashes.append(hashlib.sha256(repr(entries).encode()).hexdigest())
print("\n".join(sorted(hashes)))
EOF
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
# CI has no time for a third build.
[ -n "${E2E_QUICK:-}" ] || check "jib pushes one image for amd64 and arm64" registry_platforms
check "SBOM and provenance are attached to the image, and skopeo gets them back" registry_attach
check "attached again: nothing changes; an unknown image and a stranger are refused" registry_attach_again
check "the base images are pinned by digest, and buildah takes the result" registry_pinned_bases
check "jib's image and the Dockerfile's have the same layout" registry_same_layout
check "no log contains a password or a token" registry_logs
sed 's/^/      /' "$OUT/digests.txt"
