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
 * @param deadline How long one call for a token may take, including all sources and retries; by default the 30 s of the
 *     library.
 * @param connectionString How to sign in, such as RunAs=App, instead of the default chain; a secret if it contains one.
 * @param environment Variables such as AZURE_CLIENT_ID that are added to the environment of the process, or replace its
 *     variables, but only for the token sources.
 * @param health Which resource health, endpoint and metrics use.
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
                + ", health="
                + health + "]";
    }

    /**
     * What health, endpoint and metrics watch.
     *
     * @param resource Resource whose token the health indicator, the endpoint and the metrics report.
     */
    record Health(
            @DefaultValue("https://management.azure.com/") String resource) {}
}
