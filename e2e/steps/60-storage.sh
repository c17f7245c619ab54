# shellcheck shell=bash disable=SC2154
# The same token against the emulator's storage account, which checks signature, audience and role as Azure does, and
# against accounts that refuse.

EMULATOR_BLOBS=$(jq -r .storage "$EMULATOR")

# start_demo NAME STORAGE [VARIABLE=VALUE...]: the packaged jar, in the environment of a user who has signed in.
start_demo() {
    local name=$1 settings
    mapfile -t settings < <(demo_env "$name" "$2")
    shift 2
    start "$name" "${AZ_ENV[@]}" "${settings[@]}" "$@" java -XX:TieredStopAtLevel=1 "${JVM_TRUST_OPTIONS[@]}" -jar "$DEMO_JAR"
    demo_ready "$name" 60
}
# shellcheck disable=SC2206
JVM_TRUST_OPTIONS=($JVM_TRUST)

# expect_emulator_blobs NAME: the blobs that the emulator contains by default.
expect_emulator_blobs() {
    local url
    url=$(demo_url "$1")
    expect_status 200 "$WORK/$1-blobs.json" "$url/api/blobs"
    expect_json "$WORK/$1-blobs.json" '[.[].name] | index("hello.txt") != null and length >= 3'
    expect_status 200 "$WORK/$1-blob" "$url/api/blobs/hello.txt"
    cmp "$WORK/$1-blob" "$ROOT/pod-identity-emulator/src/main/resources/io/podidentity/emulator/samples/hello.txt"
}

storage_emulator() {
    start_demo second "$EMULATOR_BLOBS"
    expect_status 200 "$WORK/second-identity.json" "$(demo_url second)/api/identity"
    expect_identity "$WORK/second-identity.json" "Azure CLI" "$(jq -r .application.clientId "$EMULATOR")"
    expect_emulator_blobs second
    expect_no_secret "$WORK/second-identity.json" "$WORK/second-blobs.json" "$WORK/second.out" "$WORK/second.err"
}

start_storage_stub() {
    start storage "$PYTHON" "$ROOT/e2e/stubs/storage.py" "$WORK/azurite.pem" "$WORK/azurite.key"
    wait_until 60 storage grep -q '^https:' "$WORK/storage.out"
}

# storage_refusal NAME STORAGE STATUS TEXT...: the list answers in time with a problem that says what to do; so does the
# page.
storage_refusal() {
    local name=$1 storage=$2 status=$3 began url
    shift 3
    start_demo "$name" "$storage"
    url=$(demo_url "$name")
    began=$EPOCHREALTIME
    expect_status "$status" "$WORK/$name.json" "$url/api/blobs"
    expect_within 20 "$began"
    expect_json "$WORK/$name.json" ".status == $status" '.type | length > 0' '.title | length > 0' '.detail | length > 20 and length < 1200'
    expect_text "$WORK/$name.json" "$@"
    expect_status 200 "$WORK/$name.html" "$url/"
    expect_text "$WORK/$name.html" 'Azure CLI' "$1"
    expect_no_secret "$WORK/$name.json" "$WORK/$name.html" "$WORK/$name.out" "$WORK/$name.err"
    stop "$name"
}

# The emulator's own answer for a container that it does not have.
storage_no_container() {
    start_demo absent "$EMULATOR_BLOBS" DEMO_STORAGE_CONTAINER=absent
    expect_status 404 "$WORK/absent.json" "$(demo_url absent)/api/blobs"
    expect_json "$WORK/absent.json" '.status == 404' '.detail | test("absent")'
    stop absent
}

check "the emulator's storage account accepts the token of the real az" storage_emulator
stop second
check "a container that the emulator does not have: 404 that names it" storage_no_container
check "a storage account that refuses requests is started" start_storage_stub
STUB=$(head -1 "$WORK/storage.out")
check "storage 403 without a role: names az role assignment create" storage_refusal no-role "$STUB/forbidden" 403 'az role assignment create' 'Storage Blob Data Reader'
check "storage 401: says the token was not accepted" storage_refusal not-accepted "$STUB/unauthorized" 403 'not accept' 'az storage account show'
check "storage 404: names the container" storage_refusal no-container "$STUB/missing" 404 'samples' 'container'
# With the default CAs of the JDK only.
JVM_TRUST_OPTIONS=(-Djava.net.useSystemProxies=false)
check "storage with an untrusted certificate: says so, and what to set" storage_refusal wrong-authority "$AZURITE" 502 'trust' 'CA'
# shellcheck disable=SC2206
JVM_TRUST_OPTIONS=($JVM_TRUST)
check "storage that does not exist: says so" storage_refusal nowhere "https://127.0.0.1:$(free_port)/account" 503 'Nothing answered'
stop storage
