package io.podidentity.tokenprovider;

import java.io.File;
import java.util.List;

/**
 * The default chain. Where a variable or the machine itself says that a metadata service is at hand, it is asked first;
 * elsewhere, which is a laptop most of the time, the developer's tools are, and a probe of the metadata service runs
 * beside them.
 */
final class DefaultSources {
    private DefaultSources() {}

    static List<TokenSource> of(
            Environment environment, File root, HttpTransport http, TokenSource azureCli, Time time) {
        boolean announced = isAnnounced(environment) || new HostEvidence(root).saysAzure();
        TokenSource imds = new ImdsTokenSource(environment, http, time, !announced);
        return announced ? List.of(imds, azureCli) : List.of(azureCli, imds);
    }

    /** Whether a variable says that a metadata service is at hand. */
    static boolean isAnnounced(Environment environment) {
        return environment.get("AZURE_POD_IDENTITY_AUTHORITY_HOST") != null
                || environment.get("KUBERNETES_SERVICE_HOST") != null;
    }
}
