// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.source.SmallFile;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;

/**
 * The token that another issuer, such as a Kubernetes cluster, keeps fresh in a file. The file is read each time,
 * because the kubelet replaces it.
 */
public final class FederatedTokenFile implements TokenSource {
    static final String VARIABLE = "AZURE_FEDERATED_TOKEN_FILE";
    /** What to do if the webhook has not processed the pod. */
    static final String NOT_SET = "In a pod, set the label azure.workload.identity/use: \"true\" and restart it.";

    private static final String REMEDY =
            "Check the pod's label azure.workload.identity/use: \"true\" and its service account.";

    private final Environment environment;

    public FederatedTokenFile(Environment environment) {
        this.environment = environment;
    }

    @Override
    public String name() {
        return "Workload identity";
    }

    @Override
    public Outcome acquire(TokenRequest request) {
        String path = environment.get(VARIABLE);
        if (path == null) {
            return new Unavailable("not set: " + VARIABLE, NOT_SET);
        }
        String token = SmallFile.readText(path, VARIABLE, REMEDY).strip();
        if (token.isEmpty()) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the file of " + VARIABLE + ", " + Excerpt.of(path, 120) + ", is empty",
                    REMEDY);
        }
        return new Acquired(ClientAssertion.asToken(token, name()));
    }
}
