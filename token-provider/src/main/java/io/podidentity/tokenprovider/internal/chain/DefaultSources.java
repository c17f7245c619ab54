package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.managed.MachineEvidence;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The default chain: what the variables announce, then, where a variable or the machine itself says that a metadata
 * service is at hand, that service; elsewhere, which is a laptop most of the time, the developer's tools come first, and a
 * probe of the metadata service runs beside them.
 *
 * <p>A source that nothing announces is not even loaded: variables are looked at here, and the sources' own classes decide
 * only where one of theirs is set.
 */
public final class DefaultSources {
    private final Environment environment;
    private final File root;
    private final HttpTransport http;
    private final Time time;

    /**
     * @param root the root of the file system
     */
    public DefaultSources(Environment environment, File root, HttpTransport http, Time time) {
        this.environment = environment;
        this.root = root;
        this.http = http;
        this.time = time;
    }

    /**
     * The sources, in the order in which they are asked.
     *
     * @throws IllegalArgumentException if {@code AZURE_TOKEN_CREDENTIALS} names none
     */
    public List<TokenSource> all() {
        String selection = environment.get("AZURE_TOKEN_CREDENTIALS");
        if (selection != null) {
            return new SelectedSources(this).of(selection);
        }
        List<TokenSource> sources = new ArrayList<>();
        addApplications(sources);
        TokenSource host = host();
        if (host != null) {
            sources.add(host);
        }
        boolean metadata = saysAzure();
        if (metadata) {
            sources.add(imds(false));
        }
        sources.add(sources.isEmpty() ? AzureCliTokenSource.of(environment) : later("Azure CLI"));
        sources.add(later("Azure Developer CLI"));
        sources.add(later("Azure PowerShell"));
        if (!metadata) {
            sources.add(later("IMDS"));
        }
        return sources;
    }

    /** A source by its name, which is not loaded before it is asked. */
    TokenSource later(String name) {
        return new LazyTokenSource(name, environment, http, time);
    }

    /** Adds the application that the variables announce, and the workload identity. */
    void addApplications(List<TokenSource> sources) {
        if (has("AZURE_CLIENT_SECRET") || has("AZURE_CLIENT_CERTIFICATE_PATH")) {
            sources.add(application());
        }
        if (has("AZURE_FEDERATED_TOKEN_FILE")) {
            sources.add(workloadIdentity());
        }
    }

    TokenSource application() {
        return new EnvironmentTokenSource(environment, http, time);
    }

    TokenSource workloadIdentity() {
        return new WorkloadIdentityTokenSource(environment, http, time, false);
    }

    /** The managed identity of this machine, whatever hands it out here. */
    TokenSource managedIdentity(boolean probing) {
        TokenSource host = host();
        return host == null ? imds(probing) : host;
    }

    /** What hands out managed identities here and is announced; null for none. */
    private @Nullable TokenSource host() {
        boolean variables =
                has("IDENTITY_ENDPOINT") || has("IDENTITY_HEADER") || has("MSI_ENDPOINT") || has("MSI_SECRET");
        boolean announced = variables || (!isAnnounced() && new MachineEvidence(root).hasArcAgent(environment));
        return announced ? EndpointSources.find(environment, root, http, time, null) : null;
    }

    private TokenSource imds(boolean probing) {
        return new ImdsTokenSource(environment, http, time, probing);
    }

    /** Whether a variable or the machine itself says that a metadata service is at hand. */
    boolean saysAzure() {
        return isAnnounced() || new MachineEvidence(root).saysAzure();
    }

    private boolean isAnnounced() {
        return has("AZURE_POD_IDENTITY_AUTHORITY_HOST") || has("KUBERNETES_SERVICE_HOST");
    }

    private boolean has(String variable) {
        return environment.get(variable) != null;
    }
}
