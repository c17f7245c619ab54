# shellcheck shell=bash disable=SC2154
# On a laptop: `mvn -q spring-boot:run` at the root, the token from the real az, the blobs from the real Azurite. Then the
# user signs out of az and in again while it runs.
# Needs: azure-cli

LAPTOP=$(demo_url laptop)

laptop_start() {
    : > "$AZ_CALLS"
    cd "$ROOT" || exit 1
    demo laptop "$AZURITE" "${AZ_USER[@]}" -- mvn -q spring-boot:run -Dspring-boot.run.jvmArguments="${JVM_TRUST[*]}"
}

laptop_identity() {
    expect_status 200 "$WORK/laptop-identity.json" "$LAPTOP/api/identity"
    expect_json "$WORK/laptop-identity.json" '.source == "Azure CLI"' '.resource == "https://storage.azure.com"' '.principal.type == "APP"' \
        ".principal.appId == \"$(of emulator .application.clientId)\"" ".principal.tenantId == \"$(of emulator .tenantId)\"" \
        '.expiresOn | sub("\\.[0-9]+"; "") | fromdateiso8601 > now' '.attempts | length >= 1'
    expect_status 404 "$WORK/laptop-missing.json" "$LAPTOP/api/blobs/nothing.txt"
    expect_json "$WORK/laptop-missing.json" '.status == 404' '.detail | length > 20'
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

laptop_page() {
    local path
    expect_status 200 "$WORK/laptop-page.html" "$LAPTOP/"
    expect_text "$WORK/laptop-page.html" 'Azure CLI' "$(of emulator .application.clientId)" hello.txt random.bin 'Grüße &amp; more.csv'
    expect_status 404 "$WORK/laptop-token.json" "$LAPTOP/api/token"
    for path in health health/readiness prometheus tokenprovider; do
        expect_status 200 "$WORK/laptop-actuator.txt" "$(management_url laptop)/actuator/$path"
        expect_no_secret "$WORK/laptop-actuator.txt"
    done
}

laptop_says() {
    [ "$(fetch "$WORK/laptop-changed.json" "$LAPTOP/api/identity")" = "$1" ]
}

laptop_signed_out() {
    local began=$EPOCHREALTIME
    with_az az account clear
    wait_until 60 laptop laptop_says 503
    expect_within 12 "$began"
    expect_status 503 "$WORK/laptop-out.json" "$LAPTOP/api/identity" -D "$WORK/laptop-out.headers"
    expect_text "$WORK/laptop-out.headers" 'application/problem+json'
    expect_json "$WORK/laptop-out.json" '.status == 503' '.type | length > 0' '.title | length > 0' '.detail | length > 0' \
        '[.attempts[].source] | index("Azure CLI") != null'
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

laptop_no_secret() {
    expect_no_secret "$WORK"/laptop*.html "$WORK"/laptop*.json "$WORK/laptop.out" "$WORK/laptop.err"
}

check "mvn -q spring-boot:run serves the page" laptop_start
check "/api/identity: the service principal, from the Azure CLI; a blob that does not exist: 404" laptop_identity
check "/api/blobs: Azurite's blobs, byte for byte" expect_sample_blobs laptop
check "az was started only once for all calls" laptop_one_az
check "the page shows identity and blobs, /api/token no token, and Actuator answers" laptop_page
check "screenshot: signed in" screenshot signed-in "$LAPTOP/"
check "after 'az account clear' API, page and blobs say so and name az login" laptop_signed_out
check "screenshot: signed out" screenshot signed-out "$LAPTOP/"
check "after 'az login' it works again, without a restart" laptop_signed_in_again
check "no token and no secret in any answer or log" laptop_no_secret
