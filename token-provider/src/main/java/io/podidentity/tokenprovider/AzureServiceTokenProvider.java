package io.podidentity.tokenprovider;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Gets access tokens. */
public final class AzureServiceTokenProvider {
    private final Optional<java.util.function.Function<TokenRequest, AccessToken>> chain = Optional.empty();

    /** A provider with the default chain of sources. */
    public AzureServiceTokenProvider() {}

    /** Starts a provider with other settings. */
    public static Builder builder() {
        return new Builder();
    }

    public String getAccessToken(String resource) {
        return getAuthenticationResult(resource).value();
    }

    public String getAccessToken(String resource, @Nullable String tenantId) {
        return getAuthenticationResult(resource, tenantId).value();
    }

    public String getAccessToken(TokenRequest request) {
        return getAuthenticationResult(request).value();
    }

    public AccessToken getAuthenticationResult(String resource) {
        return getAuthenticationResult(TokenRequest.forResource(resource));
    }

    public AccessToken getAuthenticationResult(String resource, @Nullable String tenantId) {
        return getAuthenticationResult(TokenRequest.forResource(resource).withTenantId(tenantId));
    }

    public AccessToken getAuthenticationResult(TokenRequest request) {
        return chain.orElseThrow().apply(request);
    }

    public CompletableFuture<String> getAccessTokenAsync(TokenRequest request) {
        return CompletableFuture.completedFuture(getAccessToken(request));
    }

    public CompletableFuture<AccessToken> getAuthenticationResultAsync(TokenRequest request) {
        return CompletableFuture.completedFuture(getAuthenticationResult(request));
    }

    public Optional<Principal> principalUsed() {
        return Optional.empty();
    }

    public Explanation explain(String resource) {
        return explain(TokenRequest.forResource(resource));
    }

    public Explanation explain(TokenRequest request) {
        return new Explanation(request.resource(), null, null, null, null, null, List.of());
    }

    public void invalidate(TokenRequest request) {}

    public void invalidate() {}

    /** Settings of a provider. */
    public static final class Builder {
        private Builder() {}

        public Builder environment(Map<String, String> variables) {
            return this;
        }

        public Builder sources(List<TokenSource> sources) {
            return this;
        }

        public Builder deadline(Duration deadline) {
            return this;
        }

        public AzureServiceTokenProvider build() {
            return new AzureServiceTokenProvider();
        }
    }
}
