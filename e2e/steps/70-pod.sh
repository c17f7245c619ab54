# shellcheck shell=bash disable=SC2154
# In a pod: the same demo with the variables that the emulator prints for its pod. az is not asked, although it is
# installed and signed in. Blobs of the emulator, which checks signature, audience and role as Azure does, and of Azurite.
# Needs: azure-cli

DEMO=(java -XX:TieredStopAtLevel=1 "${JVM_TRUST[@]}" -jar "$DEMO_JAR")
SAMPLE=$ROOT/pod-identity-emulator/src/main/resources/io/podidentity/emulator/samples/hello.txt

pod_page() {
    local url
    : > "$AZ_CALLS"
    cd "$ROOT" || exit 1
    demo pod "$(of emulator .storage)" "${AZ_USER[@]}" "${POD_ENV[@]}" -- mvn -B spring-boot:run -Dspring-boot.run.jvmArguments="${JVM_TRUST[*]}"
    url=$(demo_url pod)
    expect_status 200 "$WORK/pod-identity.json" "$url/api/identity"
    expect_json "$WORK/pod-identity.json" '.source == "IMDS"' '.principal.type == "APP"' ".principal.appId != \"$(of emulator .application.clientId)\""
    expect_equal 0 "$(az_calls)"
    expect_status 200 "$WORK/pod-blob" "$url/api/blobs/hello.txt"
    cmp "$WORK/pod-blob" "$SAMPLE"
    expect_status 200 "$WORK/pod-page.html" "$url/"
    expect_text "$WORK/pod-page.html" IMDS hello.txt
    expect_no_secret "$WORK"/pod-page.html "$WORK"/pod-identity.json "$WORK"/pod.{out,err}
}

pod_azurite() {
    demo pod-azurite "$AZURITE" "${POD_ENV[@]}" -- "${DEMO[@]}"
    expect_sample_blobs pod-azurite
    expect_no_secret "$WORK"/pod-azurite.{out,err}
}

pod_env emulator ''
check "mvn spring-boot:run in a pod's environment: its identity from IMDS, the emulator's blobs, az was not started" pod_page
check "screenshot: in a pod" screenshot in-a-pod "$(demo_url pod)/"
check "the same identity reads Azurite's blobs" pod_azurite
