// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.util.ClassUtils;

/** A part of the starter that is there only if a setting asks for it, and that needs a library of the application. */
enum Feature {
    /** Tokens for HTTP clients. */
    BEARER(
            "token-provider.bearer",
            "org.springframework.boot.restclient.RestClientCustomizer"
                    + " org.springframework.boot.webclient.WebClientCustomizer",
            "module for HTTP clients",
            "spring-boot-starter-restclient or spring-boot-starter-webclient",
            "no client was made by Boot's RestClient.Builder, RestTemplateBuilder or WebClient.Builder: one by"
                    + " RestClient.builder() sends no token",
            "Inject the builder, or give the client the bean bearerTokenInterceptor."),
    /** Client assertions for registrations of Spring Security. */
    CLIENT_ASSERTION(
            "token-provider.client-assertion",
            "org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientProperties",
            "OAuth 2.0 client of Spring Security",
            "spring-boot-starter-security-oauth2-client",
            "",
            ""),
    /** Tokens for connection pools. */
    DATASOURCE(
            "token-provider.datasource.enabled",
            "com.zaxxer.hikari.HikariDataSource io.r2dbc.spi.ConnectionFactory",
            "connection pool that can ask for a token",
            "spring-boot-starter-jdbc, which brings HikariCP, or spring-boot-starter-r2dbc",
            "no pool of a known database was made",
            "Let HikariCP be the pool of spring.datasource, and set no password."),
    /** Tokens for Redis. */
    REDIS(
            "token-provider.redis.enabled",
            "org.springframework.boot.data.redis.autoconfigure.DataRedisProperties",
            "module of Boot for Redis",
            "spring-boot-starter-data-redis",
            "no connection factory was made from spring.data.redis",
            "Leave the RedisConnectionFactory to Boot."),
    /** Tokens for Kafka. */
    KAFKA(
            "token-provider.kafka.enabled",
            "org.springframework.boot.kafka.autoconfigure.KafkaProperties",
            "module of Boot for Kafka",
            "spring-boot-starter-kafka",
            "no client was made from spring.kafka",
            "Leave Kafka's clients to Boot.");

    private final String setting;
    /** Names of classes with a space in between; the library has one of them. */
    private final String classes;

    private final String missing;
    private final String dependency;
    private final String unused;
    private final String remedy;

    Feature(String setting, String classes, String missing, String dependency, String unused, String remedy) {
        this.setting = setting;
        this.classes = classes;
        this.missing = missing;
        this.dependency = dependency;
        this.unused = unused;
        this.remedy = remedy;
    }

    boolean isAskedForBy(TokenProviderProperties settings) {
        return switch (this) {
            case BEARER -> !settings.bearer().isEmpty();
            case CLIENT_ASSERTION -> !settings.clientAssertion().isEmpty();
            case DATASOURCE -> settings.datasource().enabled();
            case REDIS -> settings.redis().enabled();
            case KAFKA -> settings.kafka().enabled();
        };
    }

    /** @throws TokenProviderSettingException if the application has no library that the setting could concern */
    void requireLibrary(ClassLoader classLoader) {
        boolean isThere = Stream.of(classes.split(" ", -1)).anyMatch(name -> ClassUtils.isPresent(name, classLoader));
        if (!isThere) {
            throw new TokenProviderSettingException(
                    setting + " is set, but the application has no " + missing + ", so nothing would use the tokens.",
                    "Add " + dependency + ", or remove the setting.");
        }
    }

    /** Whether one can tell, once the application runs, that nothing uses the tokens. */
    boolean isNoticedIfUnused() {
        return !unused.isEmpty();
    }

    /** What to say where nothing uses the tokens. */
    String complaint(List<String> reasons) {
        return setting + " is set and has no effect: " + (reasons.isEmpty() ? unused : String.join("; ", reasons))
                + ". " + remedy;
    }
}
