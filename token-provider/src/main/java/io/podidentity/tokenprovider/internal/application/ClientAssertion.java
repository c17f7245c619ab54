package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.entra.EntraAnswer;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraProof;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import java.util.function.Supplier;

/** An assertion from another issuer, as proof of identity. The program supplies a new one for each exchange. */
public final class ClientAssertion implements EntraCredential {
    private final Supplier<String> supplier;

    public ClientAssertion(Supplier<String> supplier) {
        this.supplier = supplier;
    }

    @Override
    public EntraAnswer signIn(EntraSession session) throws InterruptedException {
        return session.present(EntraProof.ofAssertion(assertion(), null));
    }

    @SuppressWarnings("NullAway") // the supplier is the program's own, so null is possible
    private String assertion() {
        String problem;
        try {
            String assertion = supplier.get();
            if (assertion != null && !assertion.isBlank()) {
                return assertion.strip();
            }
            problem = "returned none";
        } catch (RuntimeException e) {
            // The message may contain the secret that the assertion is made from, so it is not shown.
            problem = "threw " + e.getClass().getName();
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, "the supplier of assertions " + problem, "Fix the supplier.", null);
    }
}
