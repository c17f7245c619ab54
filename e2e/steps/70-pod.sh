# shellcheck shell=bash disable=SC2154
# In a pod: the same demo with the variables that the emulator prints for its pod. az is not asked, although it is
# installed and signed in.

POD=$(demo_url pod)
mapfile -t POD_ENV < <(jq -r '.pods[0].env | to_entries[] | "\(.key)=\(.value)"' "$EMULATOR")

pod_environment() {
    printf '%s\n' "${POD_ENV[@]}"
    printf '%s\n' "${POD_ENV[@]}" | grep -q '^AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:'
    expect_json "$EMULATOR" '.pods[0].imds | startswith("http://127.0.0.1:")'
}

pod_start() {
    local settings
    mapfile -t settings < <(demo_env pod "$EMULATOR_BLOBS")
    : > "$AZ_CALLS"
    cd "$ROOT" || exit 1
    start pod "${AZ_ENV[@]}" "${POD_ENV[@]}" "${settings[@]}" mvn -B spring-boot:run -Dspring-boot.run.jvmArguments="$JVM_TRUST"
    demo_ready pod 150
}

pod_identity() {
    expect_status 200 "$WORK/pod-identity.json" "$POD/api/identity"
    expect_json "$WORK/pod-identity.json" '.source == "IMDS"' '.principal.type == "APP"' \
        ".principal.appId != $(jq .application.clientId "$EMULATOR")"
    expect_equal 0 "$(az_calls)"
}

pod_page() {
    expect_status 200 "$WORK/pod-page.html" "$POD/"
    expect_text "$WORK/pod-page.html" IMDS hello.txt
    expect_no_secret "$WORK/pod-page.html" "$WORK/pod-identity.json" "$WORK/pod-blobs.json" "$WORK/pod.out" "$WORK/pod.err"
}

pod_azurite() {
    start_demo pod-azurite "$AZURITE" "${POD_ENV[@]}"
    expect_sample_blobs pod-azurite "$(demo_url pod-azurite)"
    expect_no_secret "$WORK/pod-azurite.out" "$WORK/pod-azurite.err"
}

check "the emulator prints the environment of a pod" pod_environment
check "mvn spring-boot:run in that environment serves the page" pod_start
check "/api/identity: the pod's identity, from IMDS, and az was not started" pod_identity
check "/api/blobs: the emulator's blobs" expect_emulator_blobs pod
check "the page shows them, and there is no token anywhere" pod_page
check "screenshot: in a pod" screenshot in-a-pod "$POD/"
stop pod
check "the same identity reads Azurite's blobs" pod_azurite
stop pod-azurite
