# shellcheck shell=bash disable=SC2034,SC2154
# The emulator as Entra ID, metadata service and storage account; the real Azurite as a second storage account; one
# trust store with both CAs. Every later step needs this one.

EMULATOR=$WORK/emulator.json
# Azurite's account and key are public: they are the same in every installation.
AZURITE_KEY='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
AZURITE_PORT=$(free_port)
AZURITE=https://127.0.0.1:$AZURITE_PORT/devstoreaccount1
AZURITE_CONNECTION="DefaultEndpointsProtocol=https;AccountName=devstoreaccount1;AccountKey=$AZURITE_KEY;BlobEndpoint=$AZURITE;"
CA_BUNDLE=$WORK/ca-bundle.pem
TRUST_STORE=$WORK/trust.p12
DEMO_JAR=$(find "$ROOT/demo-app/target" -maxdepth 1 -name 'demo-app*.jar' 2> /dev/null | head -1 || true)
PODID_JAR=$ROOT/podid/target/podid.jar
LIBRARY_JAR=$ROOT/token-provider/target/token-provider.jar

start_emulator() {
    test -f "$PODID_JAR" || fail "no $PODID_JAR: run mvn -B -DskipTests package"
    # A secret that no log must ever show, and that a search can find if one does.
    (umask 077 && printf 'e2e-%s\n' "$(openssl rand -hex 16)" > "$WORK/client-secret")
    start emulator java -jar "$PODID_JAR" serve --json --secret-file "$WORK/client-secret"
    wait_until 60 emulator grep -q '^{' "$WORK/emulator.out"
    head -1 "$WORK/emulator.out" > "$EMULATOR"
    expect_json "$EMULATOR" '.pods | length >= 1' '.pods[0].env | length >= 1' \
        '.entra | startswith("https://")' '.storage | startswith("https://")' '.ca | length > 0' \
        '.tenantId | length == 36' '.application.clientId | length == 36'
    expect_no_secret "$EMULATOR"
}

# certificate NAME: NAME.pem and NAME.key for 127.0.0.1 and localhost, from its own CA, NAME-ca.pem.
certificate() {
    local name=$1
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=pod-identity e2e $name CA" \
        -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign' \
        -keyout "$WORK/$name-ca.key" -out "$WORK/$name-ca.pem"
    openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$WORK/$name.key" -out "$WORK/$name.csr"
    openssl x509 -req -in "$WORK/$name.csr" -days 2 -CA "$WORK/$name-ca.pem" -CAkey "$WORK/$name-ca.key" -CAcreateserial \
        -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$WORK/$name.pem"
}

# az needs a bundle, Java needs a trust store; both must still contain the CAs that were trusted before.
make_trust() {
    local ca
    ca=$(jq -r .ca "$EMULATOR")
    cat "$ca" "$WORK/azurite-ca.pem" > "$CA_BUNDLE"
    cp "$(readlink -f "$JAVA_HOME/lib/security/cacerts")" "$TRUST_STORE"
    chmod u+w "$TRUST_STORE"
    keytool -importcert -noprompt -alias e2e-emulator -file "$ca" -keystore "$TRUST_STORE" -storepass changeit
    keytool -importcert -noprompt -alias e2e-azurite -file "$WORK/azurite-ca.pem" -keystore "$TRUST_STORE" -storepass changeit
}

start_azurite() {
    start azurite node "$AZURITE_HOME/node_modules/azurite/dist/src/blob/main.js" --blobHost 127.0.0.1 --blobPort "$AZURITE_PORT" \
        --oauth basic --cert "$WORK/azurite.pem" --key "$WORK/azurite.key" \
        --inMemoryPersistence --skipApiVersionCheck --disableTelemetry --silent
    # Any answer is enough: it shows that the server is up.
    wait_until 60 azurite curl -s --noproxy '*' --max-time 5 --cacert "$CA_BUNDLE" "$AZURITE"
    expect_status 403 "$WORK/azurite-anonymous.xml" "$AZURITE/samples?restype=container&comp=list" --cacert "$CA_BUNDLE"
}

check "the emulator starts and prints its addresses" start_emulator
check "a CA and a certificate for Azurite" certificate azurite
check "one trust store and one bundle with both CAs" make_trust
check "the real Azurite starts over HTTPS and refuses requests without a token" start_azurite
