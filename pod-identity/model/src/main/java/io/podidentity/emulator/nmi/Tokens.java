package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Adal;
import io.podidentity.emulator.adal.AdalToken;
import io.podidentity.emulator.adal.NoTokenException;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.log.ClientIds;
import java.util.List;
import java.util.Optional;

/**
 * Fetches the tokens of an identity, each time anew: NMI has no cache. Reads the secrets that identities refer to, in
 * any namespace, as NMI may.
 */
record Tokens(Profile profile, ApiServer apiServer, Adal adal, NmiMetrics metrics) {

    private static final String USER_ASSIGNED = "adal_token_msi_userassignedid";

    /** The node's own identity, or the one of that client ID, for a pod that needs no binding. */
    AdalToken ofNode(String clientId, String resource) throws NoTokenException, InterruptedException {
        return clientId.isEmpty()
                ? metrics.timed("adal_token_msi", () -> adal.systemAssigned(resource))
                : metrics.timed(USER_ASSIGNED, () -> adal.userAssigned(clientId, resource));
    }

    /** One token, or with auxiliary tenants one for each, that of the identity's own tenant first. */
    List<AdalToken> of(AzureIdentity identity, String resource, RequestLog log)
            throws NoTokenException, InterruptedException {
        boolean known = identity.type() == AzureIdentity.MANAGED_IDENTITY
                || identity.type() == AzureIdentity.SERVICE_PRINCIPAL
                || (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE && profile.isAtLeast(1, 6, 2));
        if (!known) {
            throw new NoTokenException("unsupported identity type " + identity.type(), false);
        }
        log.info("standard.go:186", description(identity) + " resource:" + resource);
        if (identity.isManagedIdentity()) {
            return List.of(metrics.timed(USER_ASSIGNED, () -> adal.userAssigned(identity.clientId(), resource)));
        }
        Secret secret = secret(identity.clientPassword());
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL) {
            String password = onlyValue(secret, log);
            return metrics.timed("adal_token", () -> adal.withSecret(identity, password, resource));
        }
        byte[] file = secret.value("certificate").orElse(new byte[0]);
        String password = secret.text("password");
        return List.of(metrics.timed("adal_token", () -> adal.withCertificate(identity, file, password, resource)));
    }

    private String description(AzureIdentity identity) {
        var text = new StringBuilder("matched identityType:").append(identity.type());
        if (!identity.isManagedIdentity()) {
            text.append(profile.logsWithKlog() ? " adendpoint:" + identity.adEndpoint() : "")
                    .append(" tenantid:")
                    .append(identity.tenantId());
        }
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL && profile.isAtLeast(1, 7, 0)) {
            text.append(" auxiliaryTenantIDs:[")
                    .append(String.join(" ", identity.auxiliaryTenantIds()))
                    .append(']');
        }
        return text.append(" clientid:")
                .append(ClientIds.redacted(identity.clientId()))
                .toString();
    }

    private Secret secret(SecretReference reference) throws NoTokenException {
        String reason;
        if (reference.name().isEmpty()) {
            reason = "resource name may not be empty";
        } else if (reference.namespace().isEmpty()) {
            reason = "an empty namespace may not be set when a resource name is provided";
        } else {
            Optional<Secret> secret =
                    apiServer.cluster().secret(new ObjectName(reference.namespace(), reference.name()));
            if (secret.isPresent()) {
                return secret.get();
            }
            reason = "secrets \"" + reference.name() + "\" not found";
        }
        metrics.kubernetesError("get_secret");
        String words = "failed to get Kubernetes secret " + reference.namespace() + "/" + reference.name() + ", err: ";
        throw new NoTokenException(profile.logsWithKlog() ? words + reason : reason, false);
    }

    /** Upstream takes the first of a Go map, which has no order, so any of several; here the first by key. */
    private static String onlyValue(Secret secret, RequestLog log) {
        List<String> keys = secret.keys().stream().sorted().toList();
        if (keys.size() > 1) {
            log.warning(
                    "podid",
                    "podid: secret " + secret.name() + " has the keys " + String.join(", ", keys)
                            + "; a cluster takes any of them by chance, this took " + keys.get(0)
                            + "; leave the one that is meant");
        }
        return keys.isEmpty() ? "" : secret.text(keys.get(0));
    }
}
