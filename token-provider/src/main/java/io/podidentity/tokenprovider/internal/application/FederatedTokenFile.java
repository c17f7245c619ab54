package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.entra.EntraAnswer;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraProof;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import io.podidentity.tokenprovider.internal.source.SmallFile;
import io.podidentity.tokenprovider.internal.text.Excerpt;

/**
 * A token from another issuer, such as a Kubernetes cluster, as proof of identity. The issuer keeps it fresh in a file.
 * The file is read for each exchange, because the kubelet replaces it. If Entra ID says that the token is out of date,
 * the file is read once more, because it may have been replaced in the meantime.
 */
final class FederatedTokenFile implements EntraCredential {
    static final String VARIABLE = "AZURE_FEDERATED_TOKEN_FILE";
    private static final String REMEDY =
            "Check the pod's label azure.workload.identity/use: \"true\" and its service account.";
    private static final int OUT_OF_DATE = 700024;

    private final String path;

    FederatedTokenFile(String path) {
        this.path = path;
    }

    @Override
    public EntraAnswer signIn(EntraSession session) throws InterruptedException {
        EntraAnswer answer = session.present(proof());
        return answer.isFailure(OUT_OF_DATE) ? session.present(proof()) : answer;
    }

    private EntraProof proof() {
        String token = SmallFile.text(path, VARIABLE, REMEDY).strip();
        if (token.isEmpty()) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the file of " + VARIABLE + ", " + Excerpt.of(path, 120) + ", is empty",
                    REMEDY,
                    null);
        }
        return EntraProof.ofAssertion(token, null);
    }
}
