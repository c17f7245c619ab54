package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.ClientAssertions;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a registration of spring.security.oauth2.client signs in without a secret.
 *
 * @param source Where its client assertion comes from.
 * @param clientId Client ID of the user-assigned managed identity that the application trusts, for the source
 *     managed-identity.
 */
record ClientAssertionSettings(
        @Nullable Source source, @Nullable String clientId) {

    /** The issuers that an application can trust. */
    enum Source {
        /** The token of the pod's service account. */
        WORKLOAD_IDENTITY,
        /** The token of a user-assigned managed identity. */
        MANAGED_IDENTITY,
        /** The token of this job of GitHub Actions. */
        GITHUB_ACTIONS,
        /** The token of this task of Azure Pipelines. */
        AZURE_PIPELINES
    }

    /** What is wrong with its client ID; null if nothing is. */
    @Nullable
    String complaint() {
        boolean named = clientId != null && !clientId.isBlank();
        if (source == Source.MANAGED_IDENTITY) {
            return named ? null : "It is missing: an application can trust a user-assigned managed identity only.";
        }
        return named ? "It is for the source managed-identity; the application's own is the registration's." : null;
    }

    /** The assertions, with the settings of the process. */
    ClientAssertions assertions() {
        return switch (Objects.requireNonNull(source)) {
            case WORKLOAD_IDENTITY -> ClientAssertions.workloadIdentity();
            case MANAGED_IDENTITY ->
                ClientAssertions.managedIdentity(UserAssignedIdentity.ofClientId(String.valueOf(clientId)));
            case GITHUB_ACTIONS -> ClientAssertions.gitHubActions();
            case AZURE_PIPELINES -> ClientAssertions.azurePipelines();
        };
    }
}
