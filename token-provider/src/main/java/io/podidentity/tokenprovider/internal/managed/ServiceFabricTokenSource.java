package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The managed identity of a Service Fabric application, from a server on the node whose certificate nobody vouches for:
 * it is known by its thumbprint, which is compared before anything secret is sent. A claims challenge names the token
 * that was refused, by its hash.
 *
 * <p>Source: Microsoft Learn, "How to leverage a Service Fabric application's managed identity to access Azure
 * services".
 */
public final class ServiceFabricTokenSource extends EndpointTokenSource {
    private static final String THUMBPRINT = "IDENTITY_SERVER_THUMBPRINT";

    private final String thumbprint;
    /** The hash of the newest token for each resource. */
    private final Map<String, String> newest = new ConcurrentHashMap<>();

    public ServiceFabricTokenSource(
            Environment environment, @Nullable UserAssignedIdentity identity, HttpTransport http, Time time) {
        super(ManagedIdentityEndpoint.SERVICE_FABRIC, environment, identity, http, time);
        String given = environment.get(THUMBPRINT);
        this.thumbprint =
                given == null ? "" : given.replace(":", "").replace(" ", "").toLowerCase(Locale.ROOT);
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        Outcome outcome = super.acquire(request);
        if (outcome instanceof Acquired acquired) {
            newest.put(request.resource(), sha256(acquired.token().value()));
        }
        return outcome;
    }

    @Override
    HttpRequest question(TokenRequest request, @Nullable UserAssignedIdentity named) {
        HttpRequest question = super.question(request, named).withTls(Thumbprint.tls(thumbprint));
        if (request.claims().isEmpty()) {
            return question;
        }
        // Whoever hands in a challenge can handle one, which is what the capability says.
        String refused = newest.get(request.resource());
        return question.withQuery("xms_cc=cp1" + (refused == null ? "" : "&token_sha256_to_refresh=" + refused));
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
                    "Restart the application, so that it has its node's variables.",
                    null);
        }
        return super.noAnswer(e, waitedMillis);
    }

    private static String sha256(String token) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
