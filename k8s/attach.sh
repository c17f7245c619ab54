#!/usr/bin/env bash
# Attaches the list of parts and the provenance to an image in a registry. See --help.
set -euo pipefail

K8S=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=k8s/azure/lib.sh
. "$K8S/azure/lib.sh"

usage() {
    cat << 'TEXT'
usage: k8s/attach.sh [--sbom FILE] [--base NAME@sha256:...]... REGISTRY/NAME@sha256:DIGEST

Attaches two documents to the image, as OCI 1.1 does it (artifacts whose subject is the image):
  application/vnd.cyclonedx+json   the SBOM, which Maven wrote: demo-app/target/classes/META-INF/sbom/application.cdx.json
  application/vnd.in-toto+json     the provenance (SLSA 1.0): source and revision as the image's labels say, the bases
                                   that its annotations or --base name, and who built it: somebody's own machine

Neither is signed: whoever may push to the registry can write the same. The build's times are not in them, because the
image has none. Where the registry has no referrers API, they are listed under the tag sha256-DIGEST, as clients expect
it. Run again, it changes nothing.

It signs in as docker, podman or jib would: DOCKER_CONFIG, or ~/.docker/config.json. Needs curl, jq and openssl.
Exit status: 0 attached, 1 the registry refused, 2 wrong usage, 3 a tool is missing.
TEXT
}

SOURCE=https://github.com/pod-identity/pod-identity-java
MANIFEST=application/vnd.oci.image.manifest.v1+json
INDEX=application/vnd.oci.image.index.v1+json
# The descriptor of {}, which stands where an image has its configuration.
EMPTY='{"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "data": "e30=",
    "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}'
SBOM=$K8S/../demo-app/target/classes/META-INF/sbom/application.cdx.json
BASES=()
IMAGE=

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h)
                usage
                exit 0
                ;;
            --sbom)
                option_value "$1" $#
                SBOM=$2
                shift
                ;;
            --base)
                option_value "$1" $#
                match --base "$2" '^[A-Za-z0-9._:/-]+@sha256:[0-9a-f]{64}$'
                BASES+=("$2")
                shift
                ;;
            -*) die "$EXIT_USAGE" "unknown option \"$1\". See --help." ;;
            *) IMAGE=$1 ;;
        esac
        shift
    done
    match "the image" "$IMAGE" '^[a-zA-Z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$'
    REGISTRY=${IMAGE%%/*} NAME=${IMAGE#*/}
    DIGEST=${NAME#*@} NAME=${NAME%@*}
    [ -s "$SBOM" ] || die "$EXIT_USAGE" "there is no SBOM $SBOM: mvn -DskipTests package makes it, unless it is offline"
    jq -e '.bomFormat == "CycloneDX"' "$SBOM" > /dev/null || die "$EXIT_USAGE" "$SBOM is not an SBOM of CycloneDX"
}

# Sign-in ------------------------------------------------------------------------------------------------------------

# Writes curl's option for the registry into a file: a secret on a command line could be read by everyone.
sign_in() {
    local challenge realm service
    : > "$SCRATCH/auth"
    curl -sS -o /dev/null -D "$SCRATCH/headers" "https://$REGISTRY/v2/"
    challenge=$(header www-authenticate)
    case $challenge in
        '') ;;
        [Bb]asic*) password "$SCRATCH/auth" ;;
        [Bb]earer*)
            realm=${challenge#*realm=\"} service=${challenge#*service=\"}
            bearer "${realm%%\"*}" "${service%%\"*}"
            ;;
        *) die "$EXIT_FAILED" "$REGISTRY asks for a sign-in that is not known here: $challenge" ;;
    esac
}

# header NAME: of the last answer.
header() {
    tr -d '\r' < "$SCRATCH/headers" | sed -n "s/^$1: *//Ip" | tail -n 1
}

# bearer REALM SERVICE: with a refresh token, as docker keeps it, or with user and password.
bearer() {
    local form=(--data-urlencode "service=$2" --data-urlencode "scope=repository:$NAME:pull,push")
    credential '.identitytoken // empty | "data-urlencode = \("refresh_token=" + . | @json)"' > "$SCRATCH/login"
    if [ -s "$SCRATCH/login" ]; then
        form+=(-d grant_type=refresh_token)
    else
        password "$SCRATCH/login"
        form+=(--get)
    fi
    curl -sS --fail-with-body -K "$SCRATCH/login" "${form[@]}" -o "$SCRATCH/token.json" "$1" \
        || die "$EXIT_FAILED" "the sign-in at $1 was refused: $(head -c 300 "$SCRATCH/token.json")"
    jq -r '"header = \("Authorization: Bearer " + (.access_token // .token) | @json)"' "$SCRATCH/token.json" > "$SCRATCH/auth"
}

password() {
    credential '.auth // empty | "user = \(@base64d | @json)"' > "$1"
    [ -s "$1" ] || die "$EXIT_FAILED" "nobody is signed in to $REGISTRY: docker login, or az acr login"
}

# credential JQ-FILTER: of this registry's entry, or of what the program answers that keeps it.
credential() {
    local config=${DOCKER_CONFIG:-$HOME/.docker}/config.json helper
    [ -f "$config" ] || return 0
    helper=$(jq -r --arg registry "$REGISTRY" '.credHelpers[$registry] // .credsStore // empty' "$config")
    if [ -n "$helper" ]; then
        "docker-credential-$helper" get <<< "$REGISTRY" 2> /dev/null | jq -r 'if .Username == "<token>" then {identitytoken: .Secret}
            else {auth: ("\(.Username):\(.Secret)" | @base64)} end | '"$1"
    else
        jq -r --arg registry "$REGISTRY" "(.auths[\$registry] // {}) | $1" "$config"
    fi
}

# The registry -------------------------------------------------------------------------------------------------------

# call METHOD PATH [curl option...]: the body is in $SCRATCH/body, the status in STATUS.
call() {
    local method=$1 path=$2
    shift 2
    case $path in
        https://*) ;;
        /v2/*) path=https://$REGISTRY$path ;;
        *) path=https://$REGISTRY/v2/$NAME/$path ;;
    esac
    [ "$method" != HEAD ] || set -- --head "$@"
    STATUS=$(curl -sS -K "$SCRATCH/auth" -X "$method" -D "$SCRATCH/headers" -o "$SCRATCH/body" -w '%{http_code}' "$@" "$path")
}

expect() {
    case " $* " in *" $STATUS "*) return 0 ;; esac
    die "$EXIT_FAILED" "$REGISTRY answered $STATUS: $(head -c 300 "$SCRATCH/body")"
}

digest() {
    echo "sha256:$(openssl dgst -sha256 -r "$1" | cut -d' ' -f1)"
}

size() {
    wc -c < "$1" | tr -d ' '
}

push_blob() {
    local place
    call HEAD "blobs/$(digest "$1")"
    [ "$STATUS" != 200 ] || return 0
    call POST blobs/uploads/
    expect 202
    place=$(header location)
    case $place in *\?*) place="$place&" ;; *) place="$place?" ;; esac
    call PUT "${place}digest=$(digest "$1")" -H 'Content-Type: application/octet-stream' --data-binary "@$1"
    expect 201
}

# get_manifest REFERENCE TYPE
get_manifest() {
    call GET "manifests/$1" -H "Accept: $2"
}

push_manifest() {
    call PUT "manifests/$2" -H "Content-Type: $3" --data-binary "@$1"
    expect 200 201
}

# What is attached ---------------------------------------------------------------------------------------------------

# The descriptor of the image, its manifest, and its configuration; for an image of several platforms those of the first.
learn_image() {
    local docker=application/vnd.docker.distribution.manifest first
    get_manifest "$DIGEST" "$MANIFEST, $INDEX, $docker.v2+json, $docker.list.v2+json"
    expect 200
    [ "$(digest "$SCRATCH/body")" = "$DIGEST" ] || die "$EXIT_FAILED" "$REGISTRY answered with something else than $DIGEST"
    jq --arg digest "$DIGEST" --argjson size "$(size "$SCRATCH/body")" --arg type "$(header content-type)" \
        '{mediaType: (.mediaType // $type), digest: $digest, size: $size}' "$SCRATCH/body" > "$SCRATCH/subject.json"
    first=$(jq -r '.manifests[0].digest // empty' "$SCRATCH/body")
    if [ -n "$first" ]; then
        get_manifest "$first" "$MANIFEST, $docker.v2+json"
        expect 200
    fi
    cp "$SCRATCH/body" "$SCRATCH/image.json"
    call GET "blobs/$(jq -r .config.digest "$SCRATCH/image.json")" -L
    expect 200
    cp "$SCRATCH/body" "$SCRATCH/config.json"
}

# Only what is known: what the image says of itself, and the bases that are named by digest.
provenance() {
    jq -n --arg name "$REGISTRY/$NAME" --arg digest "${DIGEST#sha256:}" --arg source "$SOURCE" \
        --slurpfile config "$SCRATCH/config.json" --slurpfile image "$SCRATCH/image.json" --args '
        ($config[0].config.Labels // {}) as $labels
        | ($image[0].annotations // {}) as $notes
        | ($labels["org.opencontainers.image.revision"] // "unknown") as $revision
        | ([$notes | select(.["org.opencontainers.image.base.digest"])
            | .["org.opencontainers.image.base.name"] + "@" + .["org.opencontainers.image.base.digest"]] + $ARGS.positional | unique) as $bases
        | {
            _type: "https://in-toto.io/Statement/v1",
            subject: [{name: $name, digest: {sha256: $digest}}],
            predicateType: "https://slsa.dev/provenance/v1",
            predicate: {
                buildDefinition: {
                    buildType: ($source + "/blob/main/k8s/README.md#3-the-image"),
                    externalParameters: {source: ($labels["org.opencontainers.image.source"] // $source), revision: $revision},
                    resolvedDependencies: ([{uri: ("git+" + $source)}
                        + (if $revision | test("^[0-9a-f]{40}$") then {digest: {gitCommit: $revision}} else {} end)]
                        + [$bases[] | {uri: ("docker://" + .), digest: {sha256: sub(".*@sha256:"; "")}}])
                },
                runDetails: {
                    builder: {id: ($source + "/blob/main/k8s/attach.sh")}
                }
            }
        }' ${BASES[@]+"${BASES[@]}"}
}

# attach FILE TYPE TITLE
attach() {
    local file=$1 artifact=$SCRATCH/artifact.json
    push_blob "$file"
    jq -n --arg type "$2" --arg title "$3" --arg digest "$(digest "$file")" --argjson size "$(size "$file")" --arg manifest "$MANIFEST" \
        --argjson empty "$EMPTY" --slurpfile subject "$SCRATCH/subject.json" '{
            schemaVersion: 2, mediaType: $manifest, artifactType: $type, config: $empty,
            layers: [{mediaType: $type, digest: $digest, size: $size, annotations: {"org.opencontainers.image.title": $title}}],
            subject: $subject[0]}' > "$artifact"
    push_manifest "$artifact" "$(digest "$artifact")" "$MANIFEST"
    if [ "$(header oci-subject)" != "$DIGEST" ]; then list "$artifact" "$2"; fi
    say "   $2: $REGISTRY/$NAME@$(digest "$artifact")"
}

# list ARTIFACT TYPE: under the tag where clients look if the registry has no referrers API. Others may be listed there.
list() {
    local tag=${DIGEST/:/-}
    get_manifest "$tag" "$INDEX"
    expect 200 404
    [ "$STATUS" = 200 ] || jq -n --arg type "$INDEX" '{schemaVersion: 2, mediaType: $type, manifests: []}' > "$SCRATCH/body"
    jq --arg manifest "$MANIFEST" --arg type "$2" --arg digest "$(digest "$1")" --argjson size "$(size "$1")" \
        '.manifests |= map(select(.digest != $digest)) + [{mediaType: $manifest, digest: $digest, size: $size, artifactType: $type}]' \
        "$SCRATCH/body" > "$SCRATCH/index.json"
    push_manifest "$SCRATCH/index.json" "$tag" "$INDEX"
}

main() {
    local tool
    for tool in curl jq openssl; do
        need_tool "$tool" ""
    done
    parse "$@"
    begin
    step "attach to $IMAGE"
    sign_in
    learn_image
    printf '{}' > "$SCRATCH/empty"
    push_blob "$SCRATCH/empty"
    provenance > "$SCRATCH/provenance.json"
    attach "$SBOM" application/vnd.cyclonedx+json application.cdx.json
    attach "$SCRATCH/provenance.json" application/vnd.in-toto+json provenance.json
}

main "$@"
