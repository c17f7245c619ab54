package io.podidentity.tokenprovider.spring;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings {@code token-provider.*}.
 *
 * @param deadline How long one call for a token may take, including all sources and retries, from more than 0 to 1 day;
 *     by default the 30 s of the library.
 * @param connectionString How to sign in, such as RunAs=App, instead of the default chain; a secret if it contains one.
 * @param environment Variables such as AZURE_CLIENT_ID that are added to the environment of the process, or replace its
 *     variables, but only for the token sources.
 * @param resources Resources, such as https://storage.azure.com, whose tokens the application needs: they are got after
 *     the start, without waiting for them, and kept fresh. Health and metrics report them from the start.
 * @param bearer Servers to which RestClient and RestTemplate send tokens.
 * @param datasource Whether connection pools sign in with tokens.
 * @param redis Whether Redis clients sign in with tokens.
 * @param kafka Whether Kafka's clients sign in with tokens.
 */
@ConfigurationProperties("token-provider")
record TokenProviderProperties(
        @Nullable Duration deadline,
        @Nullable String connectionString,
        @DefaultValue Map<String, String> environment,
        @DefaultValue List<String> resources,
        @DefaultValue List<BearerTarget> bearer,
        @DefaultValue TokenDataSource datasource,
        @DefaultValue TokenRedis redis,
        @DefaultValue TokenKafka kafka) {

    private static final Duration MAX_DEADLINE = Duration.ofDays(1);

    TokenProviderProperties {
        environment = Map.copyOf(environment);
        resources = List.copyOf(resources);
        bearer = List.copyOf(bearer);
        if (deadline != null && (deadline.isNegative() || deadline.isZero() || deadline.compareTo(MAX_DEADLINE) > 0)) {
            throw new InvalidConfigurationPropertyValueException(
                    "token-provider.deadline", deadline, "It must be more than 0 and at most 1 day.");
        }
        if (resources.stream().anyMatch(String::isBlank)) {
            throw new InvalidConfigurationPropertyValueException(
                    "token-provider.resources", resources, "An entry is blank.");
        }
        for (int i = 0; i < bearer.size(); i++) {
            String complaint = bearer.get(i).complaint();
            if (complaint != null) {
                throw new InvalidConfigurationPropertyValueException(
                        "token-provider.bearer[" + i + "].url", bearer.get(i).shown(), complaint);
            }
        }
    }

    /** The environment of the process, with the variables of {@code token-provider.environment} added or replaced. */
    Map<String, String> environmentOver(Map<String, String> process) {
        Map<String, String> merged = new HashMap<>(process);
        merged.putAll(environment);
        return merged;
    }

    /** Shows names and numbers only, because a variable can contain a secret. */
    @Override
    public String toString() {
        return "TokenProviderProperties[deadline=" + deadline + ", connectionString="
                + (connectionString == null ? "none" : "[secret]") + ", environment=" + environment.keySet()
                + ", resources=" + resources + ", bearer=" + bearer
                + ", datasource=" + datasource + ", redis=" + redis + ", kafka=" + kafka + "]";
    }
}
