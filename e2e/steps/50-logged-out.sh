# shellcheck shell=bash disable=SC2154
# The user signs out of az and in again while the demo of the previous step runs.

laptop_says() {
    [ "$(fetch "$WORK/laptop-changed.json" "$LAPTOP/api/identity")" = "$1" ]
}

laptop_logged_out() {
    local began=$EPOCHREALTIME
    with_az az account clear
    wait_until 60 laptop laptop_says 503
    expect_within 12 "$began"
    expect_status 503 "$WORK/laptop-out.json" "$LAPTOP/api/identity" -D "$WORK/laptop-out.headers"
    expect_text "$WORK/laptop-out.headers" 'application/problem+json'
    expect_json "$WORK/laptop-out.json" '.status == 503' '.type | length > 0' '.title | length > 0' '.attempts | length >= 1' \
        '.detail | length > 0' '[.attempts[].source] | index("Azure CLI") != null'
    expect_text "$WORK/laptop-out.json" 'logged in' 'az login'
}

laptop_logged_out_page() {
    fetch "$WORK/laptop-out.html" "$LAPTOP/"
    expect_text "$WORK/laptop-out.html" 'No token' 'az login' 'logged in' 'Azure CLI' 'IMDS'
    expect_no_secret "$WORK/laptop-out.html" "$WORK/laptop-out.json"
}

laptop_logged_out_blobs() {
    expect_status 503 "$WORK/laptop-out-blobs.json" "$LAPTOP/api/blobs"
    expect_text "$WORK/laptop-out-blobs.json" 'az login'
}

laptop_logged_in_again() {
    az_login
    wait_until 60 laptop laptop_says 200
}

check "after 'az account clear' the API answers 503 and names az login" laptop_logged_out
check "the page says so too" laptop_logged_out_page
check "blobs are no longer read with the identity that signed out" laptop_logged_out_blobs
check "screenshot: signed out" screenshot signed-out "$LAPTOP/"
check "after 'az login' it works again, without a restart" laptop_logged_in_again
check "no token and no secret in any answer or log" laptop_no_secret
stop laptop
