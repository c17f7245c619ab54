package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Adal;
import io.podidentity.emulator.adal.AdalException;
import io.podidentity.emulator.adal.AdalToken;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.log.ClientIds;
import java.util.List;

/** Fetches the tokens of an identity, each time anew: NMI has no cache. */
record Tokens(Profile profile, Secrets secrets, Adal adal, NmiMetrics metrics) {

    private static final String SOURCE = "standard.go:186";

    /** The node's own identity, or the one of that client ID, for a pod that needs no binding. */
    AdalToken ofNode(String clientId, String resource) throws NmiException, InterruptedException {
        return clientId.isEmpty()
                ? fetched("adal_token_msi", () -> adal.systemAssigned(resource))
                : fetched("adal_token_msi_userassignedid", () -> adal.userAssigned(clientId, resource));
    }

    /** One token, or with auxiliary tenants one for each, that of the identity's own tenant first. */
    List<AdalToken> of(AzureIdentity identity, String resource, RequestLog log)
            throws NmiException, InterruptedException {
        boolean known = identity.type() == AzureIdentity.MANAGED_IDENTITY
                || identity.type() == AzureIdentity.SERVICE_PRINCIPAL
                || (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE && profile.isAtLeast(1, 6, 2));
        if (!known) {
            throw new NmiException.NoToken("unsupported identity type " + identity.type(), false);
        }
        log.info(SOURCE, description(identity) + " resource:" + resource);
        return switch (identity.type()) {
            case AzureIdentity.MANAGED_IDENTITY ->
                List.of(fetched(
                        "adal_token_msi_userassignedid", () -> adal.userAssigned(identity.clientId(), resource)));
            case AzureIdentity.SERVICE_PRINCIPAL -> bySecret(identity, resource, log);
            default -> List.of(byCertificate(identity, resource));
        };
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

    private List<AdalToken> bySecret(AzureIdentity identity, String resource, RequestLog log)
            throws NmiException, InterruptedException {
        String secret = Secrets.onlyValue(secrets.find(identity.clientPassword()), log);
        List<String> auxiliary = profile.isAtLeast(1, 7, 0) ? identity.auxiliaryTenantIds() : List.of();
        if (auxiliary.isEmpty()) {
            return List.of(fetched(
                    "adal_token",
                    () -> adal.withSecret(
                            identity.adEndpoint(), identity.tenantId(), identity.clientId(), secret, resource)));
        }
        return fetched(
                "adal_token",
                () -> adal.withSecret(
                        identity.adEndpoint(), identity.tenantId(), auxiliary, identity.clientId(), secret, resource));
    }

    private AdalToken byCertificate(AzureIdentity identity, String resource) throws NmiException, InterruptedException {
        Secret secret = secrets.find(identity.clientPassword());
        byte[] file = secret.value("certificate").orElse(new byte[0]);
        String password = Secrets.text(secret, "password");
        return fetched(
                "adal_token",
                () -> adal.withCertificate(
                        identity.adEndpoint(), identity.tenantId(), identity.clientId(), file, password, resource));
    }

    private <T> T fetched(String operation, NmiMetrics.Fetch<T> fetch) throws NmiException, InterruptedException {
        try {
            return metrics.timed(operation, fetch);
        } catch (AdalException e) {
            throw new NmiException.NoToken(String.valueOf(e.getMessage()), e.isRefused());
        }
    }
}
