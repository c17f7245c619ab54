# shellcheck shell=bash disable=SC2154
# A real Kafka broker checks each token (e2e/data/broker.properties): its signature, issuer, audience and expiry. Tokens live
# for five seconds, and a connection must sign in again before its token expires, or the broker ends it. Kafka's console tools
# sign in with the drop-in jar alone, and a Boot application by one property.

RESOURCE=https://contoso.servicebus.windows.net
KAFKA=$WORK/kafka
KAFKA_HOME=$DOWNLOADS/kafka
KAFKA_JAVA=(java -XX:TieredStopAtLevel=1 -Xmx256m "-Dlog4j2.configurationFile=$KAFKA/log4j2.properties")

kafka_broker() {
    mkdir -p "$KAFKA"
    serve kafka --token-lifetime 5
    fetch "$KAFKA/keys.json" "$(of kafka .entra)/common/discovery/v2.0/keys" --cacert "$(of kafka .ca)"
    printf '%s\n' rootLogger.level=warn rootLogger.appenderRef.err.ref=err appender.err.type=Console appender.err.name=err \
        appender.err.target=SYSTEM_ERR > "$KAFKA/log4j2.properties"
    keytool -genkeypair -alias broker -keyalg RSA -dname CN=localhost -ext san=dns:localhost -validity 2 \
        -keystore "$KAFKA/broker.p12" -storepass changeit
    keytool -exportcert -rfc -alias broker -keystore "$KAFKA/broker.p12" -storepass changeit > "$KAFKA/broker.crt"
    keytool -importcert -noprompt -alias broker -file "$KAFKA/broker.crt" -keystore "$KAFKA/trusted.p12" -storepass changeit
    sed "s#FOLDER#$KAFKA#; s/TENANT/$(of kafka .tenantId)/; s/BROKER_PORT/$(port broker)/; s/CONTROLLER_PORT/$(port controller)/
        s/PLAIN_PORT/$(port plain)/" "$ROOT/e2e/data/broker.properties" > "$KAFKA/broker.properties"
    kafka kafka.tools.StorageTool format -t 4L6g3nShT-eMCtK--X86sw -c "$KAFKA/broker.properties"
    start broker "${KAFKA_JAVA[@]}" -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls="file://$KAFKA/keys.json" \
        -cp "$KAFKA_HOME/*" kafka.Kafka "$KAFKA/broker.properties"
    wait_until 60 broker "$PYTHON" -c "import socket; socket.create_connection(('127.0.0.1', $(port broker)))"
}

# kafka CLASS...: a program of Kafka's download, with the drop-in beside its jars.
kafka() {
    as_pod kafka "${KAFKA_JAVA[@]}" -cp "$KAFKA_HOME/*:$(echo "$ROOT"/bridges/target/token-provider-bridges-*-drop-in.jar)" "$@"
}

kafka_boot() {
    starter_test kafka "$KAFKA/trusted.p12" -- KafkaRotation --token-provider.kafka.enabled=true "--token-provider.kafka.resource=$RESOURCE" \
        "--spring.kafka.bootstrap-servers=localhost:$(port broker)" --spring.kafka.consumer.auto-offset-reset=earliest \
        --seconds=7
    grep '^kafka: ' "$WORK/KafkaRotation.txt" | tee "$OUT/kafka.txt"
}

# kafka_topics FILE RESOURCE: by a client whose file of settings says this, and nothing else.
kafka_topics() {
    cat > "$1" << END
security.protocol=SASL_SSL
sasl.mechanism=OAUTHBEARER
sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required resource="$2";
sasl.login.callback.handler.class=io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler
ssl.truststore.location=$KAFKA/trusted.p12
ssl.truststore.password=changeit
END
    kafka org.apache.kafka.tools.TopicCommand --bootstrap-server "localhost:$(port broker)" --list --command-config "$1"
}

# The second token is for something else; so the broker checks.
kafka_console() {
    expect_exit 0 "$WORK/kafka-console.txt" kafka_topics "$KAFKA/client.properties" "$RESOURCE"
    expect_text "$WORK/kafka-console.txt" rotation
    expect_exit 1 "$WORK/kafka-other.txt" kafka_topics "$KAFKA/other.properties" https://other.servicebus.windows.net
    expect_no_secret "$WORK"/kafka-{console,other}.txt
    expect_text "$WORK/kafka-other.txt" SaslAuthenticationException invalid_token
}

check "kafka: a real broker that checks tokens, which live 5 s" kafka_broker
check "kafka: a Boot application by one property, with tokens that rotate" kafka_boot
check "kafka: a console tool with the drop-in jar; a token for another namespace is refused" kafka_console
