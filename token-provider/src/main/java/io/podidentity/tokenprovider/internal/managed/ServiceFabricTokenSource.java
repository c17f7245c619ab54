package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import java.io.IOException;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The managed identity of a Service Fabric application, from a server on the node whose certificate nobody vouches for:
 * it is known by its thumbprint, which is compared before anything secret is sent.
 *
 * <p>Source: Microsoft Learn, "How to leverage a Service Fabric application's managed identity to access Azure
 * services".
 */
public final class ServiceFabricTokenSource extends EndpointTokenSource {
    private static final String THUMBPRINT = "IDENTITY_SERVER_THUMBPRINT";

    private final String thumbprint;

    public ServiceFabricTokenSource(SourceContext context, @Nullable UserAssignedIdentity identity) {
        super(ManagedIdentityEndpoint.SERVICE_FABRIC, context, identity);
        String given = context.environment().get(THUMBPRINT);
        this.thumbprint =
                given == null ? "" : given.replace(":", "").replace(" ", "").toLowerCase(Locale.ROOT);
    }

    @Override
    HttpRequest question(TokenRequest request, @Nullable UserAssignedIdentity named) {
        return super.question(request, named).withTls(Thumbprint.tls(thumbprint));
    }

    @Override
    String address() {
        String address = super.address();
        if (!address.regionMatches(true, 0, "https:", 0, 6)) {
            throw invalid(host.endpointVariable + " is no https URL", "Take it from Service Fabric as it is.");
        }
        if (thumbprint.length() != 40 || !thumbprint.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw invalid(THUMBPRINT + " is no SHA-1 thumbprint", "Take it from Service Fabric as it is.");
        }
        return address;
    }

    @Override
    Outcome noAnswer(IOException e, long waitedMillis) {
        if (e instanceof SSLHandshakeException && Thumbprint.isCauseOf(e)) {
            throw new TokenAcquisitionException(
                    TokenAcquisitionException.Code.INVALID_CONFIGURATION,
                    "the certificate of " + address() + " is not the one that " + THUMBPRINT
                            + " names, and no secret was sent",
                    "Restart the application, so that it has its node's variables.");
        }
        return super.noAnswer(e, waitedMillis);
    }
}
