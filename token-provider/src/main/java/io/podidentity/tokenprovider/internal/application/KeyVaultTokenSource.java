package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An application that proves its identity with a certificate from a key vault. The certificate is kept for an hour, and
 * read again earlier if Entra ID no longer accepts it. While the vault cannot be reached, the kept certificate stays in
 * use.
 */
public final class KeyVaultTokenSource implements TokenSource, EntraCredential {
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
        String tenant = tenantId == null ? contents(limit).tenant() : tenantId;
        return new EntraTokenSource(name(), client, EntraTenants.any(tenant), clientId, this)
                .acquire(request.withDeadline(
                        Duration.ofNanos(Math.max(1, deadline - client.time().nanos()))));
    }

    @Override
    public EntraSession.Answer signIn(EntraSession session) throws InterruptedException {
        ClientCertificate first = contents(session.leftNanos()).certificate();
        EntraSession.Answer answer = session.present(List.of(first), true);
        if (!answer.blamesCertificate()) {
            return answer;
        }
        ClientCertificate second = read(session.leftNanos()).certificate();
        return second.leaf().equals(first.leaf()) ? answer : session.present(List.of(second), true);
    }

    private KeyVaultSecret.Contents contents(long withinNanos) throws InterruptedException {
        KeyVaultSecret.Contents known = kept;
        if (known == null || !known.certificate().isValidAt(client.time().millis())) {
            return read(withinNanos);
        }
        if (client.time().millis() - known.readAtMillis() < KEEP_MILLIS) {
            return known;
        }
        try {
            return read(withinNanos);
        } catch (TokenAcquisitionException e) {
            if (e.isTransient()) {
                return known;
            }
            throw e;
        }
    }

    private KeyVaultSecret.Contents read(long withinNanos) throws InterruptedException {
        KeyVaultSecret.Contents contents = secret.read(withinNanos);
        kept = contents;
        return contents;
    }
}
