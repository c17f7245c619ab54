# shellcheck shell=bash disable=SC2034
# An emulated Azure ("emulator"), the real Azurite as a second storage account over HTTPS, and what trusts both.

# Azurite's account and key are public: they are the same in every installation.
AZURITE_KEY='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
AZURITE=https://127.0.0.1:$(port azurite)/devstoreaccount1
AZURITE_CONNECTION="DefaultEndpointsProtocol=https;AccountName=devstoreaccount1;AccountKey=$AZURITE_KEY;BlobEndpoint=$AZURITE;"
CA_BUNDLE=$WORK/ca-bundle.pem
TRUST_STORE=$WORK/trust.p12
JVM_TRUST=("-Djavax.net.ssl.trustStore=$TRUST_STORE" -Djavax.net.ssl.trustStorePassword=changeit)

# certificate NAME: NAME.pem and NAME.key for 127.0.0.1 and localhost, which is trusted from now on: az needs a bundle, Java a
# trust store.
certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=pod-identity e2e $1" \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$WORK/$1.key" -out "$WORK/$1.pem"
    trust "$1" "$WORK/$1.pem"
}

# trust NAME FILE
trust() {
    cat "$2" >> "$CA_BUNDLE"
    keytool -importcert -noprompt -alias "e2e-$1" -file "$2" -keystore "$TRUST_STORE" -storepass changeit
}

start_servers() {
    new_secret "$WORK/client-secret"
    serve emulator --secret-file "$WORK/client-secret"
    expect_json "$WORK/emulator.json" '.pods[0].env | length >= 1' '.entra | startswith("https://")' \
        '.storage | startswith("https://")' '.tenantId | length == 36' '.application.clientId | length == 36'
    install -m 644 "$(readlink -f "$JAVA_HOME/lib/security/cacerts")" "$TRUST_STORE"
    trust emulator "$(of emulator .ca)"
    certificate azurite
    start azurite node "$DOWNLOADS/azurite/node_modules/azurite/dist/src/blob/main.js" --blobHost 127.0.0.1 --blobPort "$(port azurite)" \
        --oauth basic --cert "$WORK/azurite.pem" --key "$WORK/azurite.key" \
        --inMemoryPersistence --skipApiVersionCheck --disableTelemetry --silent
    wait_until 60 azurite curl -s --noproxy '*' --max-time 5 --cacert "$CA_BUNDLE" "$AZURITE"
    expect_status 403 "$WORK/azurite-anonymous.xml" "$AZURITE/samples?restype=container&comp=list" --cacert "$CA_BUNDLE"
}

check "the emulator and the real Azurite start; Azurite refuses requests without a token" start_servers
