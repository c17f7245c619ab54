package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.managed.ArcTokenSource;
import io.podidentity.tokenprovider.internal.managed.EndpointTokenSource;
import io.podidentity.tokenprovider.internal.managed.ManagedIdentityEndpoint;
import io.podidentity.tokenprovider.internal.managed.ServiceFabricTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import org.jspecify.annotations.Nullable;

/** Finds the source for the managed identity endpoint of this machine. */
public final class EndpointSources {
    private EndpointSources() {}

    /**
     * The source for the endpoint that environment variables, or the files of its agent, announce; null if there is
     * none. If only some of the endpoint's variables are set, the source says so, and the next source is asked.
     */
    public static @Nullable TokenSource find(SourceContext context, @Nullable UserAssignedIdentity identity) {
        Environment environment = context.environment();
        ManagedIdentityEndpoint endpoint = ManagedIdentityEndpoint.of(environment, context.root());
        if (endpoint == null) {
            return incomplete(environment);
        }
        if (endpoint == ManagedIdentityEndpoint.SERVICE_FABRIC) {
            return new ServiceFabricTokenSource(context, identity);
        }
        return endpoint == ManagedIdentityEndpoint.AZURE_ARC
                ? new ArcTokenSource(context, identity)
                : new EndpointTokenSource(endpoint, context, identity);
    }

    private static @Nullable TokenSource incomplete(Environment environment) {
        if (environment.get("IDENTITY_ENDPOINT") != null) {
            return incomplete("IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER nor IMDS_ENDPOINT is");
        }
        if (environment.get("IDENTITY_HEADER") != null) {
            return incomplete("IDENTITY_HEADER is set, but IDENTITY_ENDPOINT is not");
        }
        return environment.get("MSI_SECRET") == null ? null : incomplete("MSI_SECRET is set, but MSI_ENDPOINT is not");
    }

    private static TokenSource incomplete(String reason) {
        TokenSource.Outcome outcome = new TokenSource.Unavailable(
                reason, "If this is App Service, pass on all of its variables; otherwise unset this one.");
        return new TokenSource() {
            @Override
            public Outcome acquire(TokenRequest request) {
                return outcome;
            }

            @Override
            public String name() {
                return "Managed identity endpoint";
            }
        };
    }
}
