# shellcheck shell=bash disable=SC2154
# On a laptop: `mvn -q spring-boot:run` at the root, the token from the real az, the blobs from the real Azurite. Then the
# user signs out of az and in again while it runs.
# Needs: azure-cli

LAPTOP=$(demo_url laptop)

laptop_start() {
    : > "$AZ_CALLS"
    cd "$ROOT" || exit 1
    start laptop "${AZ_USER[@]}" "SERVER_PORT=$(port laptop)" "MANAGEMENT_SERVER_PORT=$(port laptop-management)" \
        MANAGEMENT_SERVER_ADDRESS=127.0.0.1 "DEMO_STORAGE_ENDPOINT=$AZURITE" mvn -q spring-boot:run -Dspring-boot.run.jvmArguments="${JVM_TRUST[*]}"
    wait_until 180 laptop answers "$(management_url laptop)/actuator/health/liveness"
}

laptop_identity() {
    expect_status 200 "$WORK/laptop-identity.json" "$LAPTOP/api/identity"
    expect_json "$WORK/laptop-identity.json" '.source == "Azure CLI"' '.resource == "https://storage.azure.com"' '.principal.type == "APP"' \
        ".principal.appId == \"$(of emulator .application.clientId)\"" ".principal.tenantId == \"$(of emulator .tenantId)\""
}

# The demo's list is Azurite's list, and each blob is returned byte for byte.
laptop_blobs() {
    local file
    expect_status 200 "$WORK/laptop-blobs.json" "$LAPTOP/api/blobs"
    expect_json "$WORK/laptop-blobs.json" '[.[].name] | sort == ["Grüße & more.csv", "hello.txt", "random.bin"]' \
        '.[] | select(.name == "random.bin") | .size == 300000' 'all(.[]; has("contentType") and has("lastModified"))'
    for file in "$WORK"/blobs/*; do
        expect_status 200 "$WORK/laptop-blob" "$LAPTOP/api/blobs/$(jq -rn --arg name "$(basename "$file")" '$name | @uri')"
        cmp "$WORK/laptop-blob" "$file"
    done
}

# All calls so far, and some more, needed only one start of az.
laptop_one_az() {
    local i
    for i in 1 2 3; do
        expect_status 200 "$WORK/laptop-again-$i.json" "$LAPTOP/api/identity"
        expect_status 200 "$WORK/laptop-again-$i.json" "$LAPTOP/api/blobs"
    done
    cat "$AZ_CALLS"
    expect_equal 1 "$(az_calls)"
}

laptop_says() {
    [ "$(fetch "$WORK/laptop-changed.json" "$LAPTOP/api/identity")" = "$1" ]
}

laptop_signed_out() {
    local began=$SECONDS
    with_az az account clear
    wait_until 60 laptop laptop_says 503
    [ $((SECONDS - began)) -le 12 ] || fail "only after $((SECONDS - began)) s"
    expect_status 503 "$WORK/laptop-out.json" "$LAPTOP/api/identity" -D "$WORK/laptop-out.headers"
    expect_text "$WORK/laptop-out.headers" 'application/problem+json'
    expect_json "$WORK/laptop-out.json" '.status == 503' '[.attempts[].source] | index("Azure CLI") != null'
    expect_text "$WORK/laptop-out.json" 'logged in' 'az login'
    fetch "$WORK/laptop-out.html" "$LAPTOP/"
    expect_text "$WORK/laptop-out.html" 'No token' 'az login' 'logged in' 'Azure CLI' 'IMDS'
    expect_status 503 "$WORK/laptop-out-blobs.json" "$LAPTOP/api/blobs"
    expect_text "$WORK/laptop-out-blobs.json" 'az login'
}

laptop_signed_in_again() {
    az_login
    wait_until 60 laptop laptop_says 200
}

check "mvn -q spring-boot:run serves the page" laptop_start
check "/api/identity: the service principal, from the Azure CLI" laptop_identity
check "/api/blobs: Azurite's blobs, byte for byte" laptop_blobs
check "az was started only once for all calls" laptop_one_az
check "after 'az account clear' API, page and blobs say so and name az login" laptop_signed_out
check "after 'az login' it works again, without a restart" laptop_signed_in_again
check "no token and no secret in any answer or log" expect_no_secret "$WORK"/laptop*.html "$WORK"/laptop*.json "$WORK"/laptop.{out,err}
