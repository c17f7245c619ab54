package io.podidentity.tokenprovider.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether Kafka's clients sign in with tokens.
 *
 * @param enabled Whether the clients of spring.kafka (producers, consumers, admin, streams) sign in with a token.
 * @param resource Resource of these tokens; by default that of the Event Hubs namespace in spring.kafka.bootstrap-servers.
 */
record TokenKafka(
        @DefaultValue("false") boolean enabled, @Nullable String resource) {}
