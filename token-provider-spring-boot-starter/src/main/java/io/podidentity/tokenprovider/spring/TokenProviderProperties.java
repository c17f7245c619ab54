package io.podidentity.tokenprovider.spring;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings {@code token-provider.*}.
 *
 * @param deadline How long one call for a token may take, over all sources and retries; the library's own 30 s unless
 *     given.
 * @param connectionString How to sign in, such as RunAs=App, in place of the default chain; a secret if it holds one.
 * @param environment Variables such as AZURE_CLIENT_ID that add to the process's own environment, or replace them, for
 *     the token sources alone.
 * @param health What health, endpoint and metrics watch.
 */
@ConfigurationProperties("token-provider")
record TokenProviderProperties(
        @Nullable Duration deadline,
        @Nullable String connectionString,
        @DefaultValue Map<String, String> environment,
        @DefaultValue Health health) {

    TokenProviderProperties {
        environment = Map.copyOf(environment);
    }

    /** The process's environment with {@code token-provider.environment} laid over it. */
    Map<String, String> environmentOver(Map<String, String> process) {
        Map<String, String> merged = new HashMap<>(process);
        merged.putAll(environment);
        return merged;
    }

    /** Names and numbers only: a variable can hold a secret. */
    @Override
    public String toString() {
        return "TokenProviderProperties[deadline=" + deadline + ", connectionString="
                + (connectionString == null ? "none" : "[secret]") + ", environment=" + environment.keySet()
                + ", health="
                + health + "]";
    }

    /**
     * What health, endpoint and metrics watch.
     *
     * @param resource Resource whose token the health indicator, the endpoint and the metrics are about.
     */
    record Health(
            @DefaultValue("https://management.azure.com/") String resource) {}
}
