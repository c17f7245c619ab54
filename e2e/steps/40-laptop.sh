# shellcheck shell=bash disable=SC2154
# On a laptop: `mvn -q spring-boot:run` at the root, the token from the real az, the blobs from the real Azurite.

JVM_TRUST="-Djavax.net.ssl.trustStore=$TRUST_STORE -Djavax.net.ssl.trustStorePassword=changeit"
LAPTOP=$(demo_url laptop)

laptop_start() {
    local settings
    mapfile -t settings < <(demo_env laptop "$AZURITE")
    : > "$AZ_CALLS"
    cd "$ROOT" || exit 1
    start laptop "${AZ_ENV[@]}" "${settings[@]}" mvn -q spring-boot:run -Dspring-boot.run.jvmArguments="$JVM_TRUST"
    demo_ready laptop 150
}

# expect_identity FILE SOURCE CLIENT-ID
expect_identity() {
    expect_json "$1" ".source == \"$2\"" '.resource == "https://storage.azure.com"' '.principal.type == "APP"' \
        ".principal.appId == \"$3\"" ".principal.tenantId == $(jq .tenantId "$EMULATOR")" \
        '.expiresOn | fromdateiso8601? // (sub("\\.[0-9]+"; "") | fromdateiso8601) > now' '.attempts | length >= 1'
}

laptop_identity() {
    expect_status 200 "$WORK/laptop-identity.json" "$LAPTOP/api/identity"
    expect_identity "$WORK/laptop-identity.json" "Azure CLI" "$(jq -r .application.clientId "$EMULATOR")"
}

# expect_sample_blobs NAME URL: the list is Azurite's list, and each blob is returned byte for byte.
expect_sample_blobs() {
    local name=$1 url=$2 file
    expect_status 200 "$WORK/$name-blobs.json" "$url/api/blobs"
    expect_json "$WORK/$name-blobs.json" '[.[].name] | sort == ["Grüße & more.csv", "hello.txt", "random.bin"]' \
        '.[] | select(.name == "random.bin") | .size == 300000' 'all(.[]; has("contentType") and has("lastModified"))'
    for file in "$WORK"/blobs/*; do
        expect_status 200 "$WORK/$name-blob" "$url/api/blobs/$(jq -rn --arg name "$(basename "$file")" '$name | @uri')"
        cmp "$WORK/$name-blob" "$file"
    done
}

laptop_blob_missing() {
    expect_status 404 "$WORK/laptop-missing.json" "$LAPTOP/api/blobs/nothing.txt"
    expect_json "$WORK/laptop-missing.json" '.status == 404' '.detail | length > 20'
}

# All calls so far, and some more, needed only one start of az.
laptop_one_az() {
    local i
    for i in 1 2 3; do
        expect_status 200 "$WORK/laptop-again-$i" "$LAPTOP/api/identity"
        expect_status 200 "$WORK/laptop-again-$i" "$LAPTOP/api/blobs"
    done
    cat "$AZ_CALLS"
    expect_equal 1 "$(az_calls)"
}

laptop_page() {
    expect_status 200 "$WORK/laptop-page.html" "$LAPTOP/"
    expect_text "$WORK/laptop-page.html" 'Azure CLI' "$(jq -r .application.clientId "$EMULATOR")" hello.txt random.bin 'Grüße &amp; more.csv'
    expect_status 404 "$WORK/laptop-token.json" "$LAPTOP/api/token"
}

laptop_health() {
    expect_status 200 "$WORK/laptop-health.json" "$(management_url laptop)/actuator/health"
    expect_json "$WORK/laptop-health.json" '.status == "UP"'
    expect_status 200 "$WORK/laptop-readiness.json" "$(management_url laptop)/actuator/health/readiness"
    expect_status 200 "$WORK/laptop-metrics.txt" "$(management_url laptop)/actuator/prometheus"
    expect_status 200 "$WORK/laptop-tokens.json" "$(management_url laptop)/actuator/tokenprovider"
}

laptop_no_secret() {
    expect_no_secret "$WORK"/laptop*.html "$WORK"/laptop*.json "$WORK"/laptop*.txt "$WORK/laptop.out" "$WORK/laptop.err"
}

check "mvn -q spring-boot:run serves the page" laptop_start
check "/api/identity: the service principal, from the Azure CLI" laptop_identity
check "/api/blobs: Azurite's blobs, byte for byte" expect_sample_blobs laptop "$LAPTOP"
check "a blob that does not exist: 404 that says so" laptop_blob_missing
check "az was started only once for all calls" laptop_one_az
check "the page shows identity and blobs, and /api/token shows no token" laptop_page
check "health, metrics and the token endpoint of Actuator answer" laptop_health
check "no token and no secret in any answer or log" laptop_no_secret
check "screenshot: signed in" screenshot signed-in "$LAPTOP/"
