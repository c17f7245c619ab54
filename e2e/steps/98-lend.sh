# shellcheck shell=bash disable=SC2154
# podid lend: the sign-in of the real az, lent to Azure's own clients. Each borrower has an empty az folder and nothing
# but its variables.
# Attacks, refusals, the log's lines and a command's signals are in podid's tests (io.podidentity.podid.lend).
# Needs: azure-cli

# lend OPTION...: starts it as the user who has signed in to az; what it prints is in $WORK/lend.json.
lend() {
    stop lend
    start_server lend "${AZ_USER[@]}" java -jar "$PODID_JAR" lend --json --as 'RunAs=Developer; DeveloperTool=AzureCli' \
        --allow https://storage.azure.com --allow "$(of emulator .entra)/" "$@"
}

# as BORROWER VARIABLE-PREFIX COMMAND...: runs it with the variables of that borrower that begin so.
as() {
    local variables
    mapfile -t variables < <(jq -r --arg name "$1" --arg prefix "$2" '.borrowers[] | select(.name == $name).env
        | to_entries[] | select(.key | startswith($prefix)) | "\(.key)=\(.value)"' "$WORK/lend.json")
    env "${variables[@]}" "AZURE_CONFIG_DIR=$WORK/borrower-azure" "NODE_EXTRA_CA_CERTS=$CA_BUNDLE" \
        "SSL_CERT_FILE=$CA_BUNDLE" "REQUESTS_CA_BUNDLE=$CA_BUNDLE" "${@:3}"
}

IN_JAVASCRIPT=(node "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" managed)
IN_PYTHON=("$PYTHON" "$ROOT/e2e/clients/azure-identity.py")

lend_begin() {
    : > "$AZ_CALLS"
    lend --name orders --name billing
    expect_text "$WORK/lend.err" "lends tokens of the identity App $(of emulator .application.clientId)" 'to orders, billing, until'
}

# lend_reads BORROWER COMMAND...: by each form of asking, that of App Service and that of the metadata service.
lend_reads() {
    local form
    for form in IDENTITY_ AZURE_POD; do
        as "$1" "$form" "${@:2}" "$AZURITE/samples/hello.txt" > "$WORK/lend-blob.txt"
        expect_equal '200 Read with a token, not with a key.' "$(head -1 "$WORK/lend-blob.txt")"
    done
}

# az itself as a borrower, in a folder of its own.
lend_az() {
    az_cloud emulator as billing IDENTITY_
    as billing IDENTITY_ az login --identity --allow-no-subscriptions -o none
    expect_equal Bearer "$(as billing IDENTITY_ az account get-access-token --resource "$STORAGE_RESOURCE" --query tokenType -o tsv)"
    expect_exit 1 "$WORK/lend-az-refused.txt" as billing IDENTITY_ az account get-access-token --resource https://vault.azure.net
    expect_text "$WORK/lend-az-refused.txt" 'does not lend tokens for https://vault.azure.net' '--allow RESOURCE'
}

# Every client's error says that az has signed out, and what to do.
lend_signed_out() {
    expect_no_secret "$WORK/lend.out" "$WORK/lend.err"
    cp -r "$WORK/azure" "$WORK/azure-signed-out"
    AZ_USER+=("AZURE_CONFIG_DIR=$WORK/azure-signed-out")
    with_az az logout
    lend --name orders
    for client in IN_JAVASCRIPT[@] IN_PYTHON[@] AZ_LOGIN[@]; do
        expect_exit 1 "$WORK/signed-out.txt" as orders IDENTITY_ "${!client}"
        expect_text "$WORK/signed-out.txt" 'podid lend has no token to lend' "Run 'az login'"
    done
}
# shellcheck disable=SC2034
AZ_LOGIN=(az login --identity)

check "podid lend: whose sign-in is lent to whom for what" lend_begin
check "@azure/identity reads a blob, as in App Service and by the metadata service's form" lend_reads orders "${IN_JAVASCRIPT[@]}"
check "azure-identity for Python reads a blob, by both forms" lend_reads billing "${IN_PYTHON[@]}"
check "az login --identity in another folder; another resource is refused" lend_az
check "az signs out: each client's error names the cause; no token and no secret in the log" lend_signed_out
