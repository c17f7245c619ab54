# shellcheck shell=bash disable=SC2154
# A real Kafka broker checks each token: its signature, issuer, audience and expiry, without any allowance for clocks. Tokens
# live for five seconds, and a connection must sign in again before its token expires, or the broker ends it. Kafka's console
# tools sign in with the drop-in jar alone, and a Boot application by one property.

KAFKA_NAMESPACE=https://contoso.servicebus.windows.net
KAFKA_SECONDS=${E2E_QUICK:+7}
KAFKA_SECONDS=${KAFKA_SECONDS:-30}

kafka_azure() {
    start kafka-azure java -jar "$ROOT/podid/target/podid.jar" serve --json --token-lifetime 5
    wait_until 60 kafka-azure grep -q '^{' "$WORK/kafka-azure.out"
    head -1 "$WORK/kafka-azure.out" > "$WORK/kafka-azure.json"
    fetch "$KAFKA/keys.json" "$(jq -r .entra "$WORK/kafka-azure.json")/common/discovery/v2.0/keys" \
        --cacert "$(jq -r .ca "$WORK/kafka-azure.json")"
}

kafka_broker() {
    local port controller plain oauth=org.apache.kafka.common.security.oauthbearer
    port=$(free_port) controller=$(free_port) plain=$(free_port)
    echo "$port" > "$WORK/kafka.port"
    keytool -genkeypair -alias broker -keyalg RSA -dname CN=localhost -ext san=dns:localhost -validity 2 \
        -keystore "$KAFKA/broker.p12" -storepass changeit
    keytool -exportcert -rfc -alias broker -keystore "$KAFKA/broker.p12" -storepass changeit > "$KAFKA/broker.crt"
    keytool -importcert -noprompt -alias broker -file "$KAFKA/broker.crt" -keystore "$KAFKA/trusted.p12" -storepass changeit
    cat > "$KAFKA/broker.properties" << END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=SASL_SSL://127.0.0.1:$port,PLAINTEXT://127.0.0.1:$plain,CONTROLLER://127.0.0.1:$controller
advertised.listeners=SASL_SSL://localhost:$port,PLAINTEXT://127.0.0.1:$plain
listener.security.protocol.map=SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$KAFKA/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
ssl.keystore.location=$KAFKA/broker.p12
ssl.keystore.password=changeit
sasl.enabled.mechanisms=OAUTHBEARER
listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=$oauth.OAuthBearerLoginModule required;
listener.name.sasl_ssl.oauthbearer.sasl.server.callback.handler.class=$oauth.OAuthBearerValidatorCallbackHandler
listener.name.sasl_ssl.oauthbearer.connections.max.reauth.ms=60000
sasl.oauthbearer.jwks.endpoint.url=file://$KAFKA/keys.json
sasl.oauthbearer.expected.issuer=https://sts.windows.net/$(jq -r .tenantId "$WORK/kafka-azure.json")/
sasl.oauthbearer.expected.audience=$KAFKA_NAMESPACE
sasl.oauthbearer.sub.claim.name=oid
sasl.oauthbearer.clock.skew.seconds=0
END
    kafka kafka.tools.StorageTool format -t 4L6g3nShT-eMCtK--X86sw -c "$KAFKA/broker.properties"
    start kafka-broker java "${KAFKA_JAVA[@]}" -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls="file://$KAFKA/keys.json" \
        -cp "$KAFKA_HOME/*" kafka.Kafka "$KAFKA/broker.properties"
    wait_until 60 kafka-broker "$PYTHON" -c "import socket; socket.create_connection(('127.0.0.1', $port))"
}

# kafka CLASS...: a program of Kafka's download, with the drop-in beside its jars.
kafka() {
    env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$WORK/kafka-azure.json")" AzureServicesAuthConnectionString=RunAs=App \
        java "${KAFKA_JAVA[@]}" -cp "$KAFKA_HOME/*:$DROP_IN" "$@"
}

# kafka_client RESOURCE: what a client's file of settings says, and nothing else.
kafka_client() {
    cat << END
security.protocol=SASL_SSL
sasl.mechanism=OAUTHBEARER
sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required resource="$1";
sasl.login.callback.handler.class=io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler
ssl.truststore.location=$KAFKA/trusted.p12
ssl.truststore.password=changeit
END
}

kafka_console() {
    local servers
    servers=localhost:$(cat "$WORK/kafka.port")
    kafka_client "$KAFKA_NAMESPACE" > "$KAFKA/client.properties"
    echo 'an order' | kafka org.apache.kafka.tools.ConsoleProducer --bootstrap-server "$servers" --topic orders \
        --command-config "$KAFKA/client.properties" > "$WORK/kafka-console.txt" 2>&1
    kafka org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$servers" --topic orders --from-beginning \
        --max-messages 1 --timeout-ms 20000 --command-config "$KAFKA/client.properties" >> "$WORK/kafka-console.txt" 2>&1
    expect_no_secret "$WORK/kafka-console.txt"
    expect_text "$WORK/kafka-console.txt" "an order" "Processed a total of 1 messages"
}

# A token for something else; so the broker checks.
kafka_refuses() {
    kafka_client https://other.servicebus.windows.net > "$KAFKA/other.properties"
    if kafka org.apache.kafka.tools.TopicCommand --bootstrap-server "localhost:$(cat "$WORK/kafka.port")" --list \
        --command-config "$KAFKA/other.properties" > "$WORK/kafka-other.txt" 2>&1; then
        fail "the broker took a token for another namespace" || return 1
    fi
    expect_no_secret "$WORK/kafka-other.txt"
    expect_text "$WORK/kafka-other.txt" SaslAuthenticationException invalid_token
}

kafka_boot() {
    local classes=$ROOT/token-provider-spring-boot-starter/target path
    path="$classes/test-classes:$classes/classes:$(cat "$classes/test-class-path")"
    env "AZURE_POD_IDENTITY_AUTHORITY_HOST=$(jq -r '.pods[0].imds' "$WORK/kafka-azure.json")" AzureServicesAuthConnectionString=RunAs=App \
        java -cp "$path" -Djavax.net.ssl.trustStore="$KAFKA/trusted.p12" -Djavax.net.ssl.trustStorePassword=changeit \
        io.podidentity.tokenprovider.spring.KafkaRotation --token-provider.kafka.enabled=true "--token-provider.kafka.resource=$KAFKA_NAMESPACE" \
        "--spring.kafka.bootstrap-servers=localhost:$(cat "$WORK/kafka.port")" --spring.kafka.consumer.auto-offset-reset=earliest \
        "--seconds=$KAFKA_SECONDS" > "$WORK/kafka-boot.txt" 2>&1 || {
        tail -n 40 "$WORK/kafka-boot.txt" >&2
        fail "a message failed" || return 1
    }
    expect_no_secret "$WORK/kafka-boot.txt"
    grep '^kafka: ' "$WORK/kafka-boot.txt" | tee "$OUT/kafka.txt"
}

KAFKA=$WORK/kafka
mkdir -p "$KAFKA"
DROP_IN=$(echo "$ROOT"/token-provider-bridges/target/token-provider-bridges-*-drop-in.jar)
printf '%s\n' rootLogger.level=warn rootLogger.appenderRef.err.ref=err appender.err.type=Console appender.err.name=err \
    appender.err.target=SYSTEM_ERR > "$KAFKA/log4j2.properties"
KAFKA_JAVA=(-XX:TieredStopAtLevel=1 -Xmx256m "-Dlog4j2.configurationFile=$KAFKA/log4j2.properties")
check "kafka: an emulated Azure whose tokens live 5 s" kafka_azure
check "kafka: a real broker that checks tokens" kafka_broker
check "kafka: a Boot application by one property, with tokens that rotate" kafka_boot
check "kafka: a token for another namespace is refused" kafka_refuses
# Not in CI, which has little time.
[ -n "${E2E_QUICK:-}" ] || check "kafka: the console tools with the drop-in jar" kafka_console
stop kafka-broker
stop kafka-azure
