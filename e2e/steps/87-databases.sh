# shellcheck shell=bash disable=SC2154
# A Boot application signs in to a real PostgreSQL with tokens that live for five seconds. The server checks each token by PAM
# (e2e/data/pam_script_auth): its signature, audience, expiry, and whose it is. Then Azure ends, and the pool lives on.

# The server runs as another user, who may read this.
DATABASES=$(mktemp -d "${TMPDIR:-/tmp}/pod-identity-databases.XXXXXX")
PAM_SERVICE=podidentity-e2e
at_end rm -rf "$DATABASES"
at_end rm -f "/etc/pam.d/$PAM_SERVICE"

databases_pam() {
    chmod 755 "$DATABASES"
    install -D -m 755 "$ROOT/e2e/data/pam_script_auth" "$DATABASES/pam/pam_script_auth"
    printf 'auth required pam_script.so dir=%s\naccount required pam_permit.so\n' "$DATABASES/pam" > "/etc/pam.d/$PAM_SERVICE"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$DATABASES/server.key" -out "$DATABASES/server.crt"
    keytool -importcert -noprompt -alias server -file "$DATABASES/server.crt" -keystore "$DATABASES/trusted.p12" -storepass changeit
    serve databases --token-lifetime 5
    fetch "$DATABASES/pam/keys.json" "$(of databases .entra)/common/discovery/v2.0/keys" --cacert "$(of databases .ca)"
}

databases_postgresql() {
    local bin folder=$DATABASES/postgresql
    bin=$(dirname "$(find /usr/lib/postgresql -name postgres -path '*/bin/*' | sort -V | tail -1)")
    install -d -o postgres -m 700 "$folder"
    install -o postgres -m 600 "$DATABASES/server.key" "$folder.key"
    runuser -u postgres -- "$bin/initdb" -D "$folder" -U postgres --auth=trust --no-sync > /dev/null
    printf '%s\n' 'local all postgres trust' "hostssl all orders 127.0.0.1/32 pam pamservice=$PAM_SERVICE" > "$folder/pg_hba.conf"
    start postgresql runuser -u postgres -- "$bin/postgres" -D "$folder" -p "$(port postgresql)" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$folder" -c fsync=off -c ssl=on -c ssl_cert_file="$DATABASES/server.crt" -c ssl_key_file="$folder.key"
    wait_until 60 postgresql runuser -u postgres -- psql -h "$folder" -p "$(port postgresql)" \
        -c 'create role orders login' -c 'create schema orders authorization orders'
}

# Flyway's command line in the folders of its download: the drop-in lies beside the driver, and the JDBC URL names its class.
databases_flyway() {
    local home=$DATABASES/flyway url
    mkdir -p "$home"/{lib/flyway,drivers,sql}
    cp "$DOWNLOADS"/flyway/*.jar "$home/lib/"
    mv "$home"/lib/flyway-*.jar "$home/lib/flyway/"
    mv "$home"/lib/postgresql-*.jar "$home/drivers/"
    cp "$ROOT"/bridges/target/token-provider-bridges-*-drop-in.jar "$home/drivers/"
    echo 'create table lines (id int);' > "$home/sql/V1__lines.sql"
    url="jdbc:postgresql://localhost:$(port postgresql)/postgres?sslmode=verify-full&sslrootcert=$DATABASES/server.crt"
    cd "$home" || exit 1
    expect_exit 0 "$OUT/flyway.txt" as_pod databases java -cp 'lib/*:lib/flyway/*' org.flywaydb.commandline.Main -user=orders -schemas=orders \
        -locations=filesystem:sql "-url=$url&authenticationPluginClassName=io.podidentity.tokenprovider.bridge.postgresql.AccessTokenPassword" \
        migrate info
    expect_no_secret "$OUT/flyway.txt"
    expect_text "$OUT/flyway.txt" 'Successfully applied 1 migration to schema "orders", now at version v1' '| Success |'
}

# For longer than a token lives, each connection is a new one.
databases_r2dbc() {
    starter_test databases "$DATABASES/trusted.p12" env TOKEN_PROVIDER_DATASOURCE_ENABLED=true SPRING_R2DBC_USERNAME=orders \
        "SPRING_R2DBC_URL=r2dbc:postgresql://localhost:$(port postgresql)/postgres" -- R2dbcRotation
    grep '^R2DBC user ' "$WORK/R2dbcRotation.txt" | tee "$OUT/r2dbc.txt"
    expect_text "$WORK/R2dbcRotation.txt" 'R2DBC user orders, opened 16, tokens '
}

# The application on that database; then Azure is ended for five seconds, as long as a token lives. What PAM says afterwards to a
# token that was valid when the application began; so the application's tokens were checked.
databases_rotate() {
    local token
    token=$(as_pod databases java -jar "$LIBRARY_JAR" token --resource https://ossrdbms-aad.database.windows.net)
    starter_test databases "$DATABASES/trusted.p12" env TOKEN_PROVIDER_DATASOURCE_ENABLED=true SPRING_DATASOURCE_USERNAME=orders \
        "SPRING_DATASOURCE_URL=jdbc:postgresql://localhost:$(port postgresql)/postgres" SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE=4 \
        -- DatabaseRotation 7 6 "kill -TERM $(cat "$WORK/databases.pid")"
    grep '^user ' "$WORK/DatabaseRotation.txt" | tee "$OUT/databases.txt"
    expect_text "$WORK/DatabaseRotation.txt" 'failures {}' 'user orders'
    PGPASSWORD=$token expect_exit 2 "$WORK/expired.txt" psql \
        "host=localhost port=$(port postgresql) user=orders dbname=postgres sslmode=require" -c 'select 1'
    expect_text "$WORK/expired.txt" 'PAM authentication failed for user "orders"'
}

check "databases: an emulated Azure whose tokens live 5 s, and PAM that checks them" databases_pam
check "databases: a real PostgreSQL that takes tokens" databases_postgresql
check "databases: Flyway's command line with the drop-in jar" databases_flyway
check "databases: PostgreSQL by R2DBC, with a token for each new connection" databases_r2dbc
check "databases: PostgreSQL by Hikari, with tokens that rotate; an expired one is refused" databases_rotate
