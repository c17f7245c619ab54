# shellcheck shell=bash disable=SC2154
# The real Azure CLI against the emulator's Entra ID, and a fault that needs it. All others are in the library's own tests
# (docs/faults.md).
# Needs: azure-cli

# A token of the emulator's Entra that Azurite takes too: the audience, issuer and times are those of Azure.
az_token() {
    local list='samples?restype=container&comp=list' storage
    (umask 077 && with_az az account get-access-token --resource "$STORAGE_RESOURCE" -o json > "$WORK/az-token.json")
    expect_json "$WORK/az-token.json" '.accessToken | startswith("eyJ")' '.expires_on > now'
    printf 'header = "Authorization: Bearer %s"\nheader = "x-ms-version: 2023-11-03"\n' \
        "$(jq -r .accessToken "$WORK/az-token.json")" > "$WORK/bearer.curl"
    for storage in "$AZURITE" "$(of emulator .storage)"; do
        expect_status 200 "$WORK/az-list.xml" "$storage/$list" --cacert "$CA_BUNDLE" -K "$WORK/bearer.curl"
    done
    rm "$WORK/bearer.curl"
}

# The emulator is asked the same by RecordedBlobCasesTest.
azurite_as_recorded() {
    TOKEN=$(jq -r .accessToken "$WORK/az-token.json") "$PYTHON" "$ROOT/e2e/real/blobs.py" \
        "$ROOT/pod-identity/emulator/src/test/resources/cases/blobs.json" "$AZURITE" --check
    rm "$WORK/az-token.json"
}

# It no longer trusts the CA and has no cached token.
az_untrusting() {
    local began=$SECONDS
    cp -r "$WORK/azure" "$WORK/azure-untrusting"
    rm -f "$WORK"/azure-untrusting/msal_token_cache.* "$WORK"/azure-untrusting/msal_http_cache.bin
    expect_exit 1 "$WORK/untrusting.txt" "${AZ_USER[@]}" AZURE_CONFIG_DIR="$WORK/azure-untrusting" REQUESTS_CA_BUNDLE="$WORK/azurite.pem" \
        AZURE_TOKEN_CREDENTIALS=dev java -jar "$LIBRARY_JAR" explain --resource "$STORAGE_RESOURCE"
    [ $((SECONDS - began)) -le 30 ] || fail "only after $((SECONDS - began)) s"
    expect_text "$WORK/untrusting.txt" 'Azure CLI' certificate REQUESTS_CA_BUNDLE
    expect_no_secret "$WORK/untrusting.txt"
    [ "$(wc -m < "$WORK/untrusting.txt")" -le 850 ] || fail "longer than 850 characters"
}

check "the real az has a token that Azurite and the emulator accept" az_token
check "Azurite answers 381 cases as it was recorded" azurite_as_recorded
check "az that does not trust Entra's certificate: names REQUESTS_CA_BUNDLE" az_untrusting
