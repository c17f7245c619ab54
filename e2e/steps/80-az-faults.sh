# shellcheck shell=bash disable=SC2154
# Faults that need real parts: az itself, and the metadata service's real address. All others are in the library's own tests
# (docs/faults.md). Each answer comes in time, names source and remedy, and is readable.
# Needs: azure-cli

# explained NAME SECONDS COMMAND...: explains with that prefix; the answer is in $WORK/NAME.txt, short and without a token.
explained() {
    local name=$1 seconds=$2 began=$EPOCHREALTIME
    shift 2
    expect_exit 1 "$WORK/$name.txt" timeout 90 "$@" java -Duser.home="$WORK/quiet" -jar "$LIBRARY_JAR" explain --resource "$STORAGE_RESOURCE"
    cat "$WORK/$name.txt"
    expect_within "$seconds" "$began"
    expect_no_secret "$WORK/$name.txt"
    [ "$(wc -m < "$WORK/$name.txt")" -le 850 ] || fail "longer than 800 characters: $(wc -m < "$WORK/$name.txt")"
}

# az knows its commands already: in an empty folder it looks for them first, which takes long beside other steps.
fault_not_logged_in() {
    mkdir -p "$WORK/azure-empty"
    cp "$WORK"/azure/commandIndex*.json "$WORK/azure-empty/"
    explained not-logged-in 60 "${AZ_USER[@]}" AZURE_CONFIG_DIR="$WORK/azure-empty" AZURE_TOKEN_CREDENTIALS=dev
    expect_text "$WORK/not-logged-in.txt" 'Azure CLI' 'logged in' 'az login'
}

# The real az, which no longer trusts the CA and has no cached token.
fault_az_wrong_authority() {
    cp -r "$WORK/azure" "$WORK/azure-untrusted"
    rm -f "$WORK"/azure-untrusted/msal_token_cache.* "$WORK"/azure-untrusted/msal_http_cache.bin
    explained untrusted 30 "${AZ_USER[@]}" AZURE_CONFIG_DIR="$WORK/azure-untrusted" REQUESTS_CA_BUNDLE="$WORK/azurite-ca.pem" \
        AZURE_TOKEN_CREDENTIALS=dev
    expect_text "$WORK/untrusted.txt" 'Azure CLI' certificate REQUESTS_CA_BUNDLE
}

# In namespaces where az is not a program (a PATH without it is not enough: the usual folders are searched too), and where the
# metadata service's address drops what comes, as on most laptops.
fault_nothing_here() {
    # shellcheck disable=SC2016
    start blackhole unshare --net sh -c 'ip link set lo up && ip address add 169.254.169.254/32 dev lo && exec "$0" "$@"' \
        "$PYTHON" "$ROOT/e2e/stubs/blackhole.py" 169.254.169.254 80
    wait_until 60 blackhole grep -q '^full' "$WORK/blackhole.out"
    # shellcheck disable=SC2016
    explained nothing 4 nsenter "--net=/proc/$(cat "$WORK/blackhole.pid")/ns/net" unshare --mount --propagation private \
        sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$(readlink -f "$(command -v az)")" env HOME="$WORK/quiet"
    expect_text "$WORK/nothing.txt" IMDS 'Azure CLI' 'not installed'
}

mkdir -p "$WORK/quiet"
check "az not logged in: names az login" fault_not_logged_in
check "az that does not trust Entra's certificate: names REQUESTS_CA_BUNDLE" fault_az_wrong_authority
check "no az, and an IMDS address that drops connections: names both, in time" fault_nothing_here
