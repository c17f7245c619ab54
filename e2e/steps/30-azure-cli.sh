# shellcheck shell=bash disable=SC2034,SC2154
# The real Azure CLI, with its own folder, signs in to the emulator's Entra ID as a service principal.

AZ_HOME=$WORK/azure
AZ_CALLS=$WORK/az-calls
AZ_BIN=$WORK/az-bin

# This az runs the real one and writes one line per start, so that starts can be counted.
make_az_wrapper() {
    local real
    real=$(command -v az)
    mkdir -p "$AZ_BIN" "$AZ_HOME"
    : > "$AZ_CALLS"
    printf '#!/bin/sh\necho "$*" >> "%s"\nexec "%s" "$@"\n' "$AZ_CALLS" "$real" > "$AZ_BIN/az"
    chmod 755 "$AZ_BIN/az"
}

# The environment of a user who has signed in.
AZ_ENV=(env "PATH=$AZ_BIN:$PATH" "AZURE_CONFIG_DIR=$AZ_HOME" "REQUESTS_CA_BUNDLE=$CA_BUNDLE" PYTHONWARNINGS=ignore
    AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 AZURE_CORE_NO_COLOR=1)

with_az() {
    "${AZ_ENV[@]}" "$@"
}

az_calls() {
    wc -l < "$AZ_CALLS"
}

# The emulator plays Entra ID and the Resource Manager at one address.
az_register_cloud() {
    local entra
    entra=$(jq -r .entra "$EMULATOR")
    with_az az cloud register -n Emulated --endpoint-active-directory "$entra" --endpoint-resource-manager "$entra" \
        --endpoint-active-directory-resource-id "$entra/" --endpoint-management "$entra" \
        --endpoint-active-directory-graph-resource-id "$entra/" --suffix-storage-endpoint localhost
    with_az az cloud set -n Emulated
}

az_login() {
    with_az az login --service-principal -u "$(jq -r .application.clientId "$EMULATOR")" \
        -p "$(head -1 "$WORK/client-secret")" -t "$(jq -r .tenantId "$EMULATOR")" --allow-no-subscriptions -o json \
        > "$WORK/az-login.json"
    expect_json "$WORK/az-login.json" 'length >= 1'
}

az_wrong_secret() {
    local status=0
    cp -r "$AZ_HOME" "$WORK/azure-wrong"
    with_az env AZURE_CONFIG_DIR="$WORK/azure-wrong" az login --service-principal -u "$(jq -r .application.clientId "$EMULATOR")" \
        -p wrong -t "$(jq -r .tenantId "$EMULATOR")" --allow-no-subscriptions > "$WORK/az-wrong.txt" 2>&1 || status=$?
    expect_equal 1 "$status"
    expect_text "$WORK/az-wrong.txt" AADSTS7000215
}

# A token of the emulator's Entra that Azurite takes too: the audience, issuer and times are those of Azure.
az_token() {
    (umask 077 && with_az az account get-access-token --resource https://storage.azure.com/ -o json > "$WORK/az-token.json")
    expect_json "$WORK/az-token.json" '.accessToken | startswith("eyJ")' '.expires_on > now'
    printf 'header = "Authorization: Bearer %s"\nheader = "x-ms-version: 2023-11-03"\n' \
        "$(jq -r .accessToken "$WORK/az-token.json")" > "$WORK/bearer.curl"
    expect_status 200 "$WORK/azurite-list.xml" "$AZURITE/samples?restype=container&comp=list" --cacert "$CA_BUNDLE" -K "$WORK/bearer.curl"
    expect_status 200 "$WORK/emulator-list.xml" "$(jq -r .storage "$EMULATOR")/samples?restype=container&comp=list" --cacert "$CA_BUNDLE" -K "$WORK/bearer.curl"
    rm "$WORK/bearer.curl" "$WORK/az-token.json"
}

# Only this script uses the account key, to upload blobs to read.
fill_azurite() {
    mkdir -p "$WORK/blobs"
    printf 'Read with a token, not with a key.\n' > "$WORK/blobs/hello.txt"
    head -c 300000 /dev/urandom > "$WORK/blobs/random.bin"
    printf 'name;note\nÅsa;Grüße – mit Umlaut\n' > "$WORK/blobs/Grüße & more.csv"
    with_az az storage container create -n samples --connection-string "$AZURITE_CONNECTION" -o none
    with_az az storage blob upload-batch -s "$WORK/blobs" -d samples --connection-string "$AZURITE_CONNECTION" -o none
}

make_az_wrapper
check "the real az registers the emulator's cloud" az_register_cloud
check "the real az is refused with a wrong secret" az_wrong_secret
check "the real az signs in as a service principal" az_login
check "Azurite gets a container and blobs" fill_azurite
check "the real az has a token that Azurite and the emulator accept" az_token
