package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.entra.EntraAnswer;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraProof;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import java.util.function.Supplier;

/** An assertion of somebody else as the proof, which the program supplies anew for each exchange. */
public final class ClientAssertion implements EntraCredential {
    private final Supplier<String> supplier;

    public ClientAssertion(Supplier<String> supplier) {
        this.supplier = supplier;
    }

    @Override
    public EntraAnswer signIn(EntraSession session) throws InterruptedException {
        return session.present(EntraProof.ofAssertion(assertion(), null));
    }

    @SuppressWarnings("NullAway") // what a program's own supplier gives is not checked by a compiler
    private String assertion() {
        String problem;
        try {
            String assertion = supplier.get();
            if (assertion != null && !assertion.isBlank()) {
                return assertion.strip();
            }
            problem = "gave none";
        } catch (RuntimeException e) {
            // Its message may hold what it was made of.
            problem = "threw " + e.getClass().getName();
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, "the supplier of assertions " + problem, "Mend the supplier.", null);
    }
}
