package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * The endpoint {@code tokenprovider}. A read explains where the token of one resource comes from, or why there is none.
 * A delete clears all cached tokens, so that a new role or login takes effect at once. To allow deletes, set
 * {@code management.endpoint.tokenprovider.access=unrestricted}.
 */
@Endpoint(id = "tokenprovider", defaultAccess = Access.READ_ONLY)
final class TokenProviderEndpoint {
    private final AzureServiceTokenProvider provider;
    private final String resource;

    TokenProviderEndpoint(AzureServiceTokenProvider provider, String resource) {
        this.provider = provider;
        this.resource = resource;
    }

    @ReadOperation(produces = "application/json")
    String explain() {
        return provider.explain(resource).toJson();
    }

    @DeleteOperation
    void invalidate() {
        provider.invalidate();
    }
}
