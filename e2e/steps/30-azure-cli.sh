# shellcheck shell=bash disable=SC2154
# The real Azure CLI against the emulator's Entra ID.
# Needs: azure-cli

az_wrong_secret() {
    cp -r "$WORK/azure" "$WORK/azure-wrong"
    rm -f "$WORK"/azure-wrong/msal_token_cache.*
    AZ_USER+=("AZURE_CONFIG_DIR=$WORK/azure-wrong")
    expect_exit 1 "$WORK/az-wrong.txt" az_login wrong
    expect_text "$WORK/az-wrong.txt" AADSTS7000215
}

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
    rm "$WORK/bearer.curl" "$WORK/az-token.json"
}

check "the real az is refused with a wrong secret" az_wrong_secret
check "the real az has a token that Azurite and the emulator accept" az_token
