package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpRetry;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.internal.text.JsonException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call's dialogue with Entra ID's token endpoint: the client credentials flow of version 2. */
public final class EntraSession {
    private final String source;
    private final EntraClient client;
    private final String clientId;
    private final String tenant;
    private final TokenRequest request;
    private final String claims;
    private final long deadline;
    /** The last answer of Entra ID in this dialogue; null before the first. */
    private @Nullable HttpResponse heard;

    /**
     * @param source the source's name
     * @param clientId the application
     * @param request what is asked for, with a deadline
     * @throws TokenAcquisitionException if the request's claims are none
     */
    EntraSession(String source, EntraClient client, String clientId, String tenant, TokenRequest request) {
        this.source = source;
        this.client = client;
        this.clientId = clientId;
        this.tenant = tenant;
        this.request = request;
        boolean capable = request.caeEnabled() || request.claims().isPresent();
        this.claims = capable ? EntraClaims.withCapability(request.claims().orElse("{}")) : "";
        this.deadline = client.time().nanos() + request.deadline().orElseThrow().toNanos();
    }

    /**
     * What a certificate proves: a signed assertion.
     *
     * @param withChain whether the certificates themselves go with it
     */
    public EntraProof sign(ClientCertificate certificate, boolean withChain) {
        return new SignedProof(clientId(), audience(), nowMillis(), isOlder()).by(certificate, withChain);
    }

    String clientId() {
        return clientId;
    }

    /** Whom a signed proof is made for. */
    String audience() {
        return client.authority().audience(tenant);
    }

    /** Whether a proof must be signed in the older way. */
    boolean isOlder() {
        return client.authority().isOlder(tenant);
    }

    /** What is left for it, in nanoseconds. */
    public long leftNanos() {
        return Math.max(1, deadline - client.time().nanos());
    }

    public long nowMillis() {
        return client.time().millis();
    }

    /** Presents certificates, the next one where Entra ID does not take the one before; there must be one at least. */
    public EntraAnswer present(List<ClientCertificate> certificates, boolean withChain) throws InterruptedException {
        int i = 0;
        while (true) {
            EntraAnswer answer = present(sign(certificates.get(i), withChain));
            if (!answer.blamesCertificate() || ++i == certificates.size()) {
                return answer;
            }
        }
    }

    /** Presents a proof. */
    public EntraAnswer present(EntraProof proof) throws InterruptedException {
        HttpRequest post = client.endpoint(tenant).withForm(form(proof));
        HttpResponse before = heard;
        long start = client.time().nanos();
        HttpResponse response;
        try {
            response = new HttpRetry(client.http(), client.time()).send(post, new EntraRetrySchedule(true), deadline);
        } catch (IOException e) {
            if (before == null) {
                return noAnswer(e, proof);
            }
            response = before.before(e, (client.time().nanos() - start) / 1_000_000);
        }
        heard = response;
        return response.status() == 200 ? token(response, proof) : refusal(response, proof);
    }

    private String form(EntraProof proof) {
        String form = "grant_type=client_credentials&client_id=" + encode(clientId) + "&scope="
                + encode(request.scope()) + proof.fields();
        return claims.isEmpty() ? form : form + "&claims=" + encode(claims);
    }

    private EntraAnswer token(HttpResponse response, EntraProof proof) {
        try {
            AccessToken token = TokenResponse.token(response, request, source, nowMillis());
            return new EntraAnswer(token.withPrincipal(principal(token, proof)));
        } catch (JsonException e) {
            String reason = client.baseUrl() + "/" + tenant + " answered HTTP 200 " + e.getMessage();
            String remedy = "Check what answers at " + client.baseUrl() + ".";
            return new EntraAnswer(new TokenAcquisitionException(Code.INVALID_RESPONSE, reason, remedy, null), 0);
        }
    }

    /** What the token says of itself; of an opaque one what is known without it. */
    private Principal principal(AccessToken token, EntraProof proof) {
        Principal own = token.principal().orElse(null);
        return (own == null ? Principal.app(clientId).withTenantId(tenant) : own)
                .withCertificateThumbprint(proof.certificateThumbprint());
    }

    private EntraAnswer refusal(HttpResponse response, EntraProof proof) {
        EntraError error = EntraError.read(response.body());
        boolean passing = EntraRetrySchedule.isTransient(response.status(), error.aadsts);
        boolean unmatched =
                error.aadsts == 70025 || String.valueOf(error.aadsts).startsWith("70021");
        String remedy = HelpPage.remedy(error.aadsts, proof.isOfCluster()) + (unmatched ? proof.compared() : "");
        TokenAcquisitionException failure = new TokenAcquisitionException(
                response.code(passing),
                error.describe(response, proof.value()),
                remedy.isEmpty() && passing ? "Try again in a minute." : remedy,
                null,
                RetryAfter.duration(response.retryAfter()));
        return new EntraAnswer(failure, error.aadsts);
    }

    private EntraAnswer noAnswer(IOException e, EntraProof proof) {
        String host = client.baseUrl();
        long limit = Math.min(request.deadline().orElseThrow().toNanos() / 1_000_000, EntraClient.TOTAL_MILLIS);
        TokenAcquisitionException failure = Unreachable.failure(
                e, "", NoAnswer.describe(e, proof.value().hide(String.valueOf(e.getMessage())), host, limit), host);
        return new EntraAnswer(failure, 0);
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
