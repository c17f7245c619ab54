// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraProof;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * An assertion from another issuer, as proof of identity. Its source is asked for each exchange. If Entra ID says that
 * the assertion is out of date, the source is asked for a new one, once.
 */
public final class ClientAssertion implements EntraCredential {
    /**
     * The audience of an assertion in the public cloud. A source that tells its issuer uses the name in its own cloud.
     */
    public static final String AUDIENCE = "api://AzureADTokenExchange";

    private static final int OUT_OF_DATE = 700024;

    private final TokenSource source;

    public ClientAssertion(TokenSource source) {
        this.source = source;
    }

    public static TokenSource suppliedBy(Supplier<String> supplier) {
        return request -> new TokenSource.Acquired(asToken(getFrom(supplier), "Client assertion"));
    }

    /** An assertion as a token. It is used at once, so its expiry does not matter. */
    static AccessToken asToken(String assertion, String source) {
        return AccessToken.bearer(assertion, AUDIENCE, Instant.EPOCH, null, source);
    }

    @Override
    public EntraSession.Answer signIn(EntraSession session) throws InterruptedException {
        EntraSession.Answer answer = session.present(makeProof(session, false));
        if (answer.aadsts() == OUT_OF_DATE) {
            return session.present(makeProof(session, true));
        }
        return answer;
    }

    private EntraProof makeProof(EntraSession session, boolean renewed) throws InterruptedException {
        TokenRequest request = TokenRequest.forResource(AUDIENCE)
                .withForceRefresh(renewed)
                .withDeadline(Duration.ofNanos(session.leftNanos()));
        return EntraProof.ofAssertion(
                RequiredToken.acquire(source, request, "assertion").value(), null);
    }

    @SuppressWarnings("NullAway") // the supplier is the program's own, so null is possible
    private static String getFrom(Supplier<String> supplier) {
        String problem;
        try {
            String assertion = supplier.get();
            if (assertion != null && !assertion.isBlank()) {
                return assertion.strip();
            }
            problem = "returned none";
        } catch (TokenAcquisitionException e) {
            throw e;
        } catch (RuntimeException e) {
            // The message may contain the secret that the assertion is made from, so it is not shown.
            problem = "threw " + e.getClass().getName();
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, "the supplier of assertions " + problem, "Fix the supplier.");
    }
}
