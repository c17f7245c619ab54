// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.certificate.CertificateReader;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.entra.BearerChallenge;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraRetrySchedule;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.entra.Unreachable;
import io.podidentity.tokenprovider.internal.http.ErrorBody;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpRetry;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.source.ActingForUsers;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * An application that proves its identity with a certificate from a key vault. The certificate is kept for an hour, and
 * read again earlier if Entra ID no longer accepts it. While the vault cannot be reached, the kept certificate stays in
 * use.
 */
public final class KeyVaultTokenSource implements TokenSource, EntraCredential, ActingForUsers {
    private static final long KEEP_MILLIS = 3_600_000;

    private final EntraClient client;
    private final @Nullable String tenantId;
    private final String clientId;
    private final KeyVaultSecret secret;
    private volatile KeyVaultSecret.@Nullable Contents kept;

    /**
     * @param tenantId the tenant of the application; null for the tenant of the vault
     */
    public KeyVaultTokenSource(EntraClient client, @Nullable String tenantId, String clientId, KeyVaultSecret secret) {
        this.client = client;
        this.tenantId = tenantId;
        this.clientId = clientId;
        this.secret = secret;
    }

    @Override
    public String name() {
        return "Key Vault certificate";
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        long limit = request.deadline().orElseThrow().toNanos();
        long deadline = client.time().nanos() + limit;
        String tenant = tenantId;
        if (tenant == null) {
            tenant = keptOrRead(limit).tenant();
        }
        // Reading the certificate has used up a part of the time.
        Duration left = Duration.ofNanos(Math.max(1, deadline - client.time().nanos()));
        return new EntraTokenSource(name(), client, EntraTenants.allowAny(tenant), clientId, this)
                .acquire(request.withDeadline(left));
    }

    @Override
    public EntraSession.Answer signIn(EntraSession session) throws InterruptedException {
        ClientCertificate first = keptOrRead(session.leftNanos()).certificate();
        EntraSession.Answer answer = session.present(List.of(first), true);
        if (!answer.blamesCertificate()) {
            return answer;
        }
        // The vault may have a renewed certificate by now.
        ClientCertificate second = readAndKeep(session.leftNanos()).certificate();
        if (second.leaf().equals(first.leaf())) {
            return answer;
        }
        return session.present(List.of(second), true);
    }

    private KeyVaultSecret.Contents keptOrRead(long withinNanos) throws InterruptedException {
        KeyVaultSecret.Contents known = kept;
        if (known == null || !known.certificate().isValidAt(client.time().millis())) {
            return readAndKeep(withinNanos);
        }
        if (client.time().millis() - known.readAtMillis() < KEEP_MILLIS) {
            return known;
        }
        try {
            return readAndKeep(withinNanos);
        } catch (TokenAcquisitionException e) {
            if (e.isTransient()) {
                return known;
            }
            throw e;
        }
    }

    private KeyVaultSecret.Contents readAndKeep(long withinNanos) throws InterruptedException {
        KeyVaultSecret.Contents contents = secret.read(withinNanos);
        kept = contents;
        return contents;
    }

    /**
     * A certificate in a key vault. It is read as the secret of the same name, because only the secret contains the
     * private key.
     *
     * <p>Source: Microsoft Learn, "Authentication, requests and responses" and "Get Secret" of Azure Key Vault. The
     * vault is asked without a token first, to learn which token it wants.
     */
    public static final class KeyVaultSecret {
        /** The certificate, the tenant that the vault named, and when both were read, on the wall clock. */
        record Contents(ClientCertificate certificate, String tenant, long readAtMillis) {}

        private static final int CONNECT_MILLIS = 5_000;
        private static final int TOTAL_MILLIS = 15_000;
        private static final String VERSION = "?api-version=2016-10-01";

        private final String id;
        private final TokenSource tokens;
        private final SourceContext context;
        private final Time time;

        public KeyVaultSecret(String id, TokenSource tokens, SourceContext context) {
            this.id = id.strip();
            this.tokens = tokens;
            this.context = context;
            this.time = context.time();
        }

        Contents read(long withinNanos) throws InterruptedException {
            long deadline = time.nanos() + withinNanos;
            String host = requireHost();
            HttpRequest anonymous = HttpRequest.toNetwork(id + VERSION, CONNECT_MILLIS, TOTAL_MILLIS);
            HttpResponse refusal = send(anonymous, null, deadline, null);
            if (EntraRetrySchedule.isTransient(refusal.status(), 0)) {
                throw explainRefusal(refusal, null);
            }
            BearerChallenge challenge = requireChallenge(refusal, host);
            AccessToken token = acquireToken(challenge, deadline);
            Secret sent = new Secret(token.value());
            HttpRequest authorized = anonymous.withHeader("Authorization", "Bearer " + token.value());
            HttpResponse response = send(authorized, sent, deadline, refusal);
            if (response.status() != 200) {
                throw explainRefusal(response, sent);
            }
            return new Contents(readCertificate(response), challenge.tenant(), time.millis());
        }

        private static BearerChallenge requireChallenge(HttpResponse refusal, String host) {
            BearerChallenge challenge = BearerChallenge.read(refusal.challenge());
            if (challenge == null) {
                throw failure(
                        Code.INVALID_RESPONSE,
                        "a bearer challenge was not returned or is invalid",
                        "Check that " + host + " is a key vault.");
            }
            if (!challenge.isOf(host)) {
                throw failure(
                        Code.INVALID_RESPONSE,
                        host + " asks for a token for " + Excerpt.of(challenge.resource(), 80)
                                + ", to which it does not belong",
                        "Check the vault's address; no token was sent.");
            }
            return challenge;
        }

        private String requireHost() {
            try {
                URI uri = new URI(id);
                String path = uri.getRawPath();
                if (uri.getHost() == null || path == null || !path.startsWith("/secrets/") || path.length() == 9) {
                    throw failure(
                            Code.INVALID_CONFIGURATION, "the identifier is not a valid URI of a secret", example());
                }
                if (!"https".equalsIgnoreCase(uri.getScheme())) {
                    throw failure(Code.INVALID_CONFIGURATION, "the identifier must use HTTPS", example());
                }
                if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                    throw failure(
                            Code.INVALID_CONFIGURATION,
                            "the identifier must have no user, query or fragment",
                            example());
                }
                return uri.getHost();
            } catch (URISyntaxException e) {
                throw failure(Code.INVALID_CONFIGURATION, "the identifier is not a valid URI of a secret", example());
            }
        }

        /**
         * Sends a request.
         *
         * @param sent the secret in the request; null for none
         * @param heard the vault's last answer; null for none
         */
        private HttpResponse send(
                HttpRequest request, @Nullable Secret sent, long deadline, @Nullable HttpResponse heard)
                throws InterruptedException {
            long start = time.nanos();
            long silentUntil = deadline;
            if (heard != null) {
                // A part of the time is kept, so that callers learn of the vault's last answer before their deadline.
                silentUntil = deadline - (deadline - start) / 10;
            }
            try {
                return new HttpRetry(context.http(), time)
                        .send(request, new EntraRetrySchedule(false), deadline, silentUntil);
            } catch (IOException e) {
                if (heard != null) {
                    long waitedMillis = (time.nanos() - start) / 1_000_000;
                    throw failure(
                            Code.SERVICE_UNAVAILABLE,
                            "Key Vault answered "
                                    + heard.before(e, waitedMillis).describe(""),
                            "Try again in a minute.");
                }
                String vault = request.url().substring(0, request.url().indexOf("/secrets/"));
                throw Unreachable.failure(
                        e,
                        "unable to connect to the Key Vault endpoint: ",
                        NoAnswer.describe(e, hide(sent, String.valueOf(e.getMessage())), vault, TOTAL_MILLIS),
                        vault);
            }
        }

        private AccessToken acquireToken(BearerChallenge challenge, long deadline) throws InterruptedException {
            TokenRequest request = TokenRequest.forResource(challenge.resource())
                    .withTenantId(challenge.tenant())
                    .withDeadline(Duration.ofNanos(Math.max(1, deadline - time.nanos())));
            AccessToken token = RequiredToken.acquire(tokens, request, "token for the key vault");
            if (!TokenResponse.canBeSent(token.value())) {
                throw failure(
                        Code.INVALID_RESPONSE,
                        "the token for the key vault from " + tokens.name() + " has a character which no header takes",
                        "Check what answers there.");
            }
            return token;
        }

        private ClientCertificate readCertificate(HttpResponse response) {
            String origin = "the Key Vault certificate";
            try {
                TokenResponse secret = TokenResponse.read(response.body());
                String value = secret.text("value");
                String type = secret.text("contentType");
                if (value != null && "application/x-pkcs12".equals(type)) {
                    return CertificateReader.read(Base64.getDecoder().decode(value), null, origin);
                }
                if (value != null && "application/x-pem-file".equals(type)) {
                    return CertificateReader.read(value.getBytes(StandardCharsets.ISO_8859_1), null, origin);
                }
            } catch (JsonException | IllegalArgumentException e) {
                // Reported below. The messages of the parsers may show the contents.
            }
            throw failure(
                    Code.INVALID_RESPONSE,
                    "the secret is not a certificate",
                    "Use the secret that Key Vault created for a certificate.");
        }

        private static TokenAcquisitionException explainRefusal(HttpResponse response, @Nullable Secret sent) {
            int status = response.status();
            Code code = Code.REFUSED;
            if (EntraRetrySchedule.isTransient(status, 0)) {
                code = Code.SERVICE_UNAVAILABLE;
            }
            String remedy = switch (status) {
                case 401 -> "Check the identity's tenant; it must be the vault's.";
                case 403 -> "Give the identity the role 'Key Vault Secrets User' and allow it in the vault's firewall.";
                case 404 -> "Check the identifier's spelling.";
                default -> RetryAfter.remedy(response);
            };
            return new TokenAcquisitionException(
                    code,
                    "Key Vault returned an error: " + ErrorBody.describe(response, sent),
                    remedy,
                    null,
                    RetryAfter.duration(response));
        }

        private static String hide(@Nullable Secret sent, String text) {
            if (sent == null) {
                return text;
            }
            return sent.hide(text);
        }

        private static String example() {
            return "Write it like https://myvault.vault.azure.net/secrets/mycertificate.";
        }

        private static TokenAcquisitionException failure(Code code, String reason, String remedy) {
            return new TokenAcquisitionException(code, reason, remedy);
        }
    }
}
