// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Adal;
import io.podidentity.emulator.adal.AdalToken;
import io.podidentity.emulator.adal.NoTokenException;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.nmi.NmiWords.Line;
import java.util.List;
import java.util.Optional;

/**
 * Fetches the tokens of an identity, each time anew: NMI has no cache. Reads the secrets that identities refer to, in
 * any namespace, as NMI may.
 */
record Tokens(NmiSettings settings, ApiServer apiServer, Adal adal, NmiMetrics metrics) {

    private static final String BY_SECRET_OR_CERTIFICATE = "adal_token";
    private static final String SYSTEM_ASSIGNED = "adal_token_msi";
    private static final String USER_ASSIGNED = "adal_token_msi_userassignedid";

    /**
     * Fetches a token for a pod that needs no binding.
     *
     * @param clientId of one of the node's identities; empty for the node's own one
     */
    AdalToken fetchOfNode(String clientId, String resource) throws NoTokenException, InterruptedException {
        if (clientId.isEmpty()) {
            return metrics.time(SYSTEM_ASSIGNED, () -> adal.systemAssigned(resource));
        }
        return metrics.time(USER_ASSIGNED, () -> adal.userAssigned(clientId, resource));
    }

    /** Fetches one token, or with auxiliary tenants one for each, that of the identity's own tenant first. */
    List<AdalToken> fetch(AzureIdentity identity, NmiRequest request) throws NoTokenException, InterruptedException {
        if (!isKnownType(identity)) {
            throw NoTokenException.withoutRefusal("unsupported identity type " + identity.type());
        }
        String resource = request.resource();
        request.log().info(settings.words().describeMatch(identity, resource));
        if (identity.isManagedIdentity()) {
            return List.of(metrics.time(USER_ASSIGNED, () -> adal.userAssigned(identity.clientId(), resource)));
        }
        Secret secret = requireSecret(identity.clientPassword());
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL) {
            String password = firstValue(secret, request);
            return metrics.time(BY_SECRET_OR_CERTIFICATE, () -> adal.withSecret(identity, password, resource));
        }
        byte[] file = secret.value("certificate").orElse(new byte[0]);
        String password = secret.text("password");
        return List.of(
                metrics.time(BY_SECRET_OR_CERTIFICATE, () -> adal.withCertificate(identity, file, password, resource)));
    }

    private boolean isKnownType(AzureIdentity identity) {
        return switch (identity.type()) {
            case AzureIdentity.MANAGED_IDENTITY, AzureIdentity.SERVICE_PRINCIPAL -> true;
            case AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE ->
                settings.profile().isAtLeast(1, 6, 2);
            default -> false;
        };
    }

    private Secret requireSecret(SecretReference reference) throws NoTokenException {
        if (reference.name().isEmpty()) {
            throw withoutSecret(reference, "resource name may not be empty");
        }
        if (reference.namespace().isEmpty()) {
            throw withoutSecret(reference, "an empty namespace may not be set when a resource name is provided");
        }
        Optional<Secret> secret = apiServer.cluster().secret(new ObjectName(reference.namespace(), reference.name()));
        if (secret.isEmpty()) {
            throw withoutSecret(reference, "secrets \"" + reference.name() + "\" not found");
        }
        return secret.get();
    }

    private NoTokenException withoutSecret(SecretReference reference, String reason) {
        metrics.countKubernetesError("get_secret");
        String namespaceAndName = reference.namespace() + "/" + reference.name();
        return NoTokenException.withoutRefusal(settings.words().explainMissingSecret(namespaceAndName, reason));
    }

    /** The original takes the first of a Go map, which has no order, so any of several; here the first by key. */
    private static String firstValue(Secret secret, NmiRequest request) {
        List<String> keys = secret.keys().stream().sorted().toList();
        if (keys.size() > 1) {
            request.log()
                    .warning(new Line(
                            "podid",
                            "podid: secret " + secret.name() + " has the keys " + String.join(", ", keys)
                                    + "; a cluster takes any of them by chance, this took " + keys.get(0)
                                    + "; leave the one that is meant"));
        }
        return keys.isEmpty() ? "" : secret.text(keys.get(0));
    }
}
