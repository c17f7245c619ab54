# shellcheck shell=bash disable=SC2154
# A Boot application signs in to a real PostgreSQL and a real MariaDB with tokens that live for five seconds. Both servers
# check each token by PAM: its signature, audience, expiry, and whose it is. Then Azure ends, and the pool lives on.

PAM_SERVICE=podidentity-e2e
ROTATION=${E2E_QUICK:+7}
ROTATION=${ROTATION:-30}

databases_azure() {
    chmod 755 "$DATABASES"
    start databases java -jar "$ROOT/podid/target/podid.jar" serve --json --token-lifetime 5
    wait_until 60 databases grep -q '^{' "$WORK/databases.out"
    head -1 "$WORK/databases.out" > "$WORK/databases.json"
    fetch "$DATABASES/keys.json" "$(jq -r .entra "$WORK/databases.json")/common/discovery/v2.0/keys" \
        --cacert "$(jq -r .ca "$WORK/databases.json")"
}

# What a database of Azure does with a password, as a script of libpam-script.
databases_pam() {
    mkdir "$DATABASES/pam"
    cat > "$DATABASES/pam/pam_script_auth" << END
#!$PYTHON
import json, os, sys, jwt
token = os.environ["PAM_AUTHTOK"]
keys = {key["kid"]: jwt.PyJWK(key) for key in json.load(open("$DATABASES/keys.json"))["keys"]}
key = keys[jwt.get_unverified_header(token)["kid"]]
claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="https://ossrdbms-aad.database.windows.net")
sys.exit(0 if os.environ["PAM_USER"] == "orders" and claims["appid"] else 1)
END
    chmod 755 "$DATABASES/pam" "$DATABASES/pam/pam_script_auth"
    printf 'auth required pam_script.so dir=%s\naccount required pam_permit.so\n' "$DATABASES/pam" > "/etc/pam.d/$PAM_SERVICE"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$DATABASES/server.key" -out "$DATABASES/server.crt"
    keytool -importcert -noprompt -alias server -file "$DATABASES/server.crt" -keystore "$DATABASES/trusted.p12" -storepass changeit
}

databases_postgresql() {
    local bin
    bin=$(dirname "$(find /usr/lib/postgresql -name postgres -path '*/bin/*' | sort -V | tail -1)")
    install -d -o postgres -m 700 "$DATABASES/postgresql"
    install -o postgres -m 600 "$DATABASES/server.key" "$DATABASES/postgresql.key"
    runuser -u postgres -- "$bin/initdb" -D "$DATABASES/postgresql" -U postgres --auth=trust --no-sync > /dev/null
    printf '%s\n' 'local all postgres trust' "hostssl all orders 127.0.0.1/32 pam pamservice=$PAM_SERVICE" \
        > "$DATABASES/postgresql/pg_hba.conf"
    free_port > "$WORK/postgresql.port"
    start postgresql runuser -u postgres -- "$bin/postgres" -D "$DATABASES/postgresql" -p "$(cat "$WORK/postgresql.port")" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories="$DATABASES/postgresql" -c ssl=on -c fsync=off \
        -c ssl_cert_file="$DATABASES/server.crt" -c ssl_key_file="$DATABASES/postgresql.key"
    wait_until 60 postgresql runuser -u postgres -- psql -h "$DATABASES/postgresql" -p "$(cat "$WORK/postgresql.port")" \
        -c 'create role orders login' -c 'create schema orders authorization orders'
}

databases_mariadb() {
    install -d -o mysql -m 700 "$DATABASES/mariadb"
    install -o mysql -m 600 "$DATABASES/server.key" "$DATABASES/mariadb.key"
    mariadb-install-db --no-defaults --user=mysql --datadir="$DATABASES/mariadb" --skip-test-db --auth-root-authentication-method=normal
    free_port > "$WORK/mariadb.port"
    start mariadb mariadbd --no-defaults --user=mysql --datadir="$DATABASES/mariadb" --port="$(cat "$WORK/mariadb.port")" \
        --bind-address=127.0.0.1 --socket="$DATABASES/mariadb/socket" --plugin-load-add=auth_pam.so --pam-use-cleartext-plugin=ON \
        --ssl-cert="$DATABASES/server.crt" --ssl-key="$DATABASES/mariadb.key" --require-secure-transport=ON
    wait_until 60 mariadb mariadb --no-defaults --socket="$DATABASES/mariadb/socket" -uroot \
        -e "create user orders identified via pam using '$PAM_SERVICE'"
}

# Flyway's command line in the folders of its download: the drop-in lies beside the driver, and the JDBC URL names its class.
databases_flyway() {
    local home=$DATABASES/flyway jar
    mkdir -p "$home"/{lib/flyway,drivers,sql}
    cp "$FLYWAY_HOME"/*.jar "$home/lib/"
    mv "$home"/lib/flyway-*.jar "$home/lib/flyway/"
    mv "$home"/lib/postgresql-*.jar "$home/drivers/"
    jar=$(echo "$ROOT"/token-provider-bridges/target/token-provider-bridges-*-drop-in.jar)
    cp "$jar" "$home/drivers/"
    echo 'create table lines (id int);' > "$home/sql/V1__lines.sql"
    (cd "$home" && env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$WORK/databases.json")" AzureServicesAuthConnectionString=RunAs=App \
        java -cp 'lib/*:lib/flyway/*' org.flywaydb.commandline.Main -user=orders -schemas=orders -locations=filesystem:sql \
        "-url=jdbc:postgresql://localhost:$(cat "$WORK/postgresql.port")/postgres?sslmode=verify-full&sslrootcert=$DATABASES/server.crt&authenticationPluginClassName=io.podidentity.tokenprovider.bridge.postgresql.AccessTokenPassword" \
        migrate info) > "$OUT/flyway.txt" 2>&1 || { cat "$OUT/flyway.txt" >&2 && return 1; }
    expect_no_secret "$OUT/flyway.txt"
    expect_text "$OUT/flyway.txt" 'Successfully applied 1 migration to schema "orders", now at version v1' '| Success |'
}

# rotates NAME URL: the application on that database; then Azure is ended for five seconds, as long as a token lives.
rotates() {
    local classes=$ROOT/token-provider-spring-boot-starter/target path
    path="$classes/test-classes:$classes/classes:$(cat "$classes/test-class-path")"
    env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$WORK/databases.json")" AzureServicesAuthConnectionString=RunAs=App \
        TOKEN_PROVIDER_DATASOURCE_ENABLED=true SPRING_DATASOURCE_USERNAME=orders "SPRING_DATASOURCE_URL=$2" \
        SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE=4 \
        java -cp "$path" -Djavax.net.ssl.trustStore="$DATABASES/trusted.p12" -Djavax.net.ssl.trustStorePassword=changeit \
        io.podidentity.tokenprovider.spring.DatabaseRotation "$ROTATION" 6 "kill -TERM $(cat "$WORK/databases.pid")" > "$WORK/$1.txt" 2>&1 || {
        tail -n 40 "$WORK/$1.txt" >&2
        fail "a borrow failed" || return 1
    }
    stop databases
    expect_no_secret "$WORK/$1.txt"
    sed -n "s/^user /$1: user /p" "$WORK/$1.txt" | tee -a "$OUT/databases.txt"
    expect_text "$WORK/$1.txt" "user orders" "failures {}"
}

databases_redis() {
    free_port > "$WORK/redis.port"
    free_port > "$WORK/redis-admin.port"
    start redis redis-server --port "$(cat "$WORK/redis-admin.port")" --bind 127.0.0.1 --tls-port "$(cat "$WORK/redis.port")" \
        --tls-cert-file "$DATABASES/server.crt" --tls-key-file "$DATABASES/server.key" --tls-ca-cert-file "$DATABASES/server.crt" \
        --tls-auth-clients no --save '' --dir "$DATABASES"
    wait_until 60 redis redis-cli -p "$(cat "$WORK/redis-admin.port")" ping
}

# redis_rotates CLIENT TOKENS: at least so many. With lettuce the open connection signs in again with each token; jedis signs in
# with new connections only, and this Redis ends none.
redis_rotates() {
    local classes=$ROOT/token-provider-spring-boot-starter/target path admin
    path="$classes/test-classes:$classes/classes:$(cat "$classes/test-class-path")"
    admin=$(cat "$WORK/redis-admin.port")
    redis-cli -p "$admin" config resetstat
    env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$WORK/databases.json")" TOKEN_PROVIDER_REDIS_ENABLED=true \
        SPRING_DATA_REDIS_SSL_ENABLED=true SPRING_DATA_REDIS_HOST=localhost "SPRING_DATA_REDIS_PORT=$(cat "$WORK/redis.port")" \
        "SPRING_DATA_REDIS_CLIENT_TYPE=$1" \
        java -cp "$path" -Djavax.net.ssl.trustStore="$DATABASES/trusted.p12" -Djavax.net.ssl.trustStorePassword=changeit \
        "-Dredis.admin=$admin" "-Dredis.tokens=$2" io.podidentity.tokenprovider.spring.RedisRotation "$ROTATION" > "$WORK/redis-$1.txt" 2>&1 || {
        tail -n 40 "$WORK/redis-$1.txt" >&2
        fail "a command failed" || return 1
    }
    expect_no_secret "$WORK/redis-$1.txt"
    redis-cli -p "$admin" info commandstats | tr -d '\r' > "$WORK/redis-stats.txt"
    { sed -n "s/^redis: /$1: /p" "$WORK/redis-$1.txt"; grep -E '^cmdstat_(auth|hello):' "$WORK/redis-stats.txt"; } | tee -a "$OUT/databases.txt"
    expect_text "$WORK/redis-$1.txt" "failures {}"
}

# What PAM says to a token that was valid when the application began; so the application's tokens were checked.
databases_expired() {
    local status=0
    PGPASSWORD=$(cat "$WORK/old-token") psql "host=localhost port=$(cat "$WORK/postgresql.port") user=orders dbname=postgres sslmode=require" \
        -c 'select 1' > "$WORK/expired.txt" 2>&1 || status=$?
    rm "$WORK/old-token"
    expect_equal 2 "$status"
    expect_text "$WORK/expired.txt" 'PAM authentication failed for user "orders"'
}

# Called by e2e/run at the end, too.
end_databases() {
    stop postgresql
    stop mariadb
    stop redis
    rm -f "/etc/pam.d/$PAM_SERVICE"
    rm -rf "$DATABASES"
}

databases() {
    databases_azure
    databases_pam
}

# Each check is a subshell.
DATABASES=$(mktemp -d "${TMPDIR:-/tmp}/pod-identity-databases.XXXXXX")
check "databases: an emulated Azure whose tokens live 5 s, and PAM that checks them" databases
check "databases: a real PostgreSQL that takes tokens" databases_postgresql
check "databases: Flyway's command line with the drop-in jar" databases_flyway
(umask 077 && AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$WORK/databases.json") java -jar "$ROOT/token-provider/target/token-provider.jar" \
    token --connection-string RunAs=App --resource https://ossrdbms-aad.database.windows.net > "$WORK/old-token")
check "databases: PostgreSQL by Hikari, with tokens that rotate" rotates postgresql "jdbc:postgresql://localhost:$(cat "$WORK/postgresql.port")/postgres"
check "databases: an expired token is refused" databases_expired
# Not in CI, which has little time.
if [ -z "${E2E_QUICK:-}" ]; then
    check "databases: a real MariaDB that takes tokens" databases_mariadb
    check "databases: an emulated Azure again" databases_azure
    check "databases: MariaDB by Hikari, with tokens that rotate" rotates mariadb "jdbc:mariadb://localhost:$(cat "$WORK/mariadb.port")/"
    check "databases: an emulated Azure again" databases_azure
    check "databases: the same by MySQL's driver" rotates mysql "jdbc:mysql://localhost:$(cat "$WORK/mariadb.port")/"
    stop databases
    check "databases: an emulated Azure again" databases_azure
    check "databases: a real Redis" databases_redis
    check "databases: Redis by Lettuce, with tokens that rotate" redis_rotates lettuce 3
    check "databases: Redis by Jedis, with a token" redis_rotates jedis 1
    stop databases
fi
end_databases
