# shellcheck shell=bash disable=SC2034,SC2119,SC2120,SC2154
# The real Azure CLI, with its own folder, signed in to the emulator as a service principal; blobs in Azurite.
# Needs: servers

AZ_CALLS=$WORK/az-calls
# The prefix of a command of a user who has signed in. This az runs the real one and writes one line per start.
AZ_USER=(env "PATH=$WORK/az-bin:$PATH" "AZURE_CONFIG_DIR=$WORK/azure" "REQUESTS_CA_BUNDLE=$CA_BUNDLE")

with_az() {
    "${AZ_USER[@]}" "$@"
}

az_calls() {
    wc -l < "$AZ_CALLS"
}

az_login() {
    with_az az login --service-principal -u "$(of emulator .application.clientId)" -p "$(cat "$WORK/client-secret")" \
        -t "$(of emulator .tenantId)" --allow-no-subscriptions -o none
}

# Only this uses the account key, to upload blobs to read.
fill_azurite() {
    mkdir -p "$WORK/blobs"
    printf 'Read with a token, not with a key.\n' > "$WORK/blobs/hello.txt"
    head -c 300000 /dev/urandom > "$WORK/blobs/random.bin"
    printf 'name;note\nÅsa;Grüße – mit Umlaut\n' > "$WORK/blobs/Grüße & more.csv"
    with_az az storage container create -n samples --connection-string "$AZURITE_CONNECTION" -o none
    with_az az storage blob upload-batch -s "$WORK/blobs" -d samples --connection-string "$AZURITE_CONNECTION" -o none
}

az_signs_in() {
    mkdir -p "$WORK/az-bin"
    printf '#!/bin/sh\necho "$*" >> "%s"\nexec "%s" "$@"\n' "$AZ_CALLS" "$(command -v az)" > "$WORK/az-bin/az"
    chmod 755 "$WORK/az-bin/az"
    az_cloud emulator "${AZ_USER[@]}"
    az_login
}

check "the real az signs in to the emulator's cloud as a service principal" az_signs_in
check "Azurite gets a container and blobs" fill_azurite
