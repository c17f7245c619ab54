// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import static java.util.Objects.requireNonNull;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.HttpResponseException;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Any credential of the Azure SDK as a source, such as one that signs a person in by a browser:
 *
 * <pre>{@code
 * AzureServiceTokenProvider.builder().sources(List.of(new TokenCredentialSource(credential)))
 * }</pre>
 *
 * <p>The credential is asked on a daemon thread of its own, which is interrupted at the deadline or when the caller is.
 * Of its exceptions only their classes and the AADSTS number are told: their texts are somebody else's, and have held
 * tokens before.
 *
 * <p><i>Thread-safety:</i> that of the credential.
 *
 * @since 0.1.0
 */
public final class TokenCredentialSource implements TokenSource {
    private static final String AZURE_SDK = "Azure SDK";
    /** By its name: azure-identity may be absent. */
    private static final String UNAVAILABLE = "com.azure.identity.CredentialUnavailableException";

    private static final int MAX_CAUSES = 8;

    private final String name;
    private final TokenCredential credential;

    /**
     * A source over a credential.
     *
     * @param credential whom to ask; each call asks it once and synchronously
     * @throws NullPointerException if it is null
     */
    public TokenCredentialSource(TokenCredential credential) {
        this(AZURE_SDK, requireNonNull(credential, "credential"));
    }

    TokenCredentialSource(String name, TokenCredential credential) {
        this.name = name;
        this.credential = credential;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        if (request.identity().isPresent()) {
            return new Unavailable("a credential has an identity of its own, and the request names one", "");
        }
        TokenRequestContext context = new TokenRequestContext()
                .addScopes(request.scope())
                .setTenantId(request.tenantId().orElse(null))
                .setClaims(request.claims().orElse(null))
                .setCaeEnabled(request.caeEnabled() || request.claims().isPresent());
        FutureTask<com.azure.core.credential.AccessToken> task =
                new FutureTask<>(() -> credential.getTokenSync(context));
        Thread thread = new Thread(null, task, "token-provider-credential", 0, false);
        thread.setDaemon(true);
        thread.start();
        Duration limit = request.deadline().orElseThrow();
        try {
            return acquired(task.get(limit.toNanos(), TimeUnit.NANOSECONDS), request);
        } catch (TimeoutException e) {
            throw failure(Code.TIMED_OUT, "did not answer within " + limit.toMillis() + " ms", "");
        } catch (ExecutionException e) {
            return outcome(requireNonNull(e.getCause()));
        } finally {
            task.cancel(true);
        }
    }

    @SuppressWarnings({"ConstantValue", "NullAway"
    }) // what a credential of somebody else's gives is not checked by a compiler
    private Outcome acquired(com.azure.core.credential.AccessToken token, TokenRequest request) {
        if (token == null || token.getToken() == null || token.getExpiresAt() == null) {
            throw failure(Code.INVALID_RESPONSE, "gave no token", "");
        }
        Instant refreshOn = null;
        if (token.getRefreshAt() != null) {
            refreshOn = token.getRefreshAt().toInstant();
        }
        AccessToken acquired = AccessToken.bearer(
                token.getToken(), request.resource(), token.getExpiresAt().toInstant(), refreshOn, name);
        return new Acquired(acquired, "", true);
    }

    private Outcome outcome(Throwable thrown) {
        String classes = "threw " + thrown.getClass().getName();
        Throwable e = thrown;
        for (int i = 0; e != null && i < MAX_CAUSES; i++, e = e.getCause()) {
            if (e.getClass().getName().equals(UNAVAILABLE)) {
                return new Unavailable(reason("says that it does not apply here"), "");
            }
            if (e instanceof HttpResponseException refusal) {
                throw refused(refusal);
            }
            if (e instanceof IOException) {
                throw failure(Code.SERVICE_UNAVAILABLE, classes, "Check the way to Entra ID.");
            }
        }
        throw failure(Code.INVALID_CONFIGURATION, classes, "Ask the credential itself to see more.");
    }

    private TokenAcquisitionException refused(HttpResponseException e) {
        StringBuilder reason = new StringBuilder("threw ").append(e.getClass().getName());
        int status = 0;
        if (e.getResponse() != null) {
            status = e.getResponse().getStatusCode();
            reason.append(": HTTP ").append(status);
        }
        int number = HelpPage.number(String.valueOf(e.getMessage()));
        if (number > 0) {
            reason.append(" \"").append(HelpPage.AADSTS).append(number).append('"');
        }
        Code code = Code.REFUSED;
        String remedy = "Ask the credential itself to see more.";
        if (status == 408 || status == 429 || status >= 500) {
            code = Code.SERVICE_UNAVAILABLE;
            remedy = "Try again in a minute.";
        }
        String known = HelpPage.remedy(number, false);
        if (!known.isEmpty()) {
            remedy = known;
        }
        return failure(code, reason.toString(), remedy);
    }

    private TokenAcquisitionException failure(Code code, String what, String remedy) {
        return new TokenAcquisitionException(code, reason(what), remedy);
    }

    private String reason(String what) {
        return credential.getClass().getName() + " " + what;
    }
}
