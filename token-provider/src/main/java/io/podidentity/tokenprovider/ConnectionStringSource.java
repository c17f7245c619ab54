package io.podidentity.tokenprovider;

import java.io.File;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The one source that a connection string names. */
final class ConnectionStringSource {
    private static final String CLIENT_ID = "AZURE_CLIENT_ID";

    private final Environment environment;
    private final File root;
    private final HttpTransport http;
    private final Time time;

    /**
     * @param root the root of the file system
     */
    ConnectionStringSource(Environment environment, File root, HttpTransport http, Time time) {
        this.environment = environment;
        this.root = root;
        this.http = http;
        this.time = time;
    }

    TokenSource of(SignIn way) {
        if (way instanceof SignIn.Developer developer) {
            return switch (developer.tool()) {
                case "AzureDeveloperCli" -> new LaterTokenSource("Azure Developer CLI", environment);
                case "AzurePowerShell" -> new LaterTokenSource("Azure PowerShell", environment);
                default -> AzureCliTokenSource.of(environment);
            };
        }
        if (way instanceof SignIn.ManagedIdentity identity) {
            return managedIdentity(identity.clientId(), identity.retryLimit());
        }
        if (way instanceof SignIn.Workload workload) {
            return workload(workload);
        }
        throw new IllegalStateException("no source for " + way.getClass());
    }

    /** The variables tell the host, the connection string alone which identity: {@code AZURE_CLIENT_ID} does not count. */
    private TokenSource managedIdentity(@Nullable String clientId, @Nullable Duration limit) {
        Environment own = environment.with(CLIENT_ID, clientId);
        TokenSource source = new DefaultSources(own, root, http, time).managedIdentity(false);
        return limit == null ? source : new LimitedTokenSource(source, limit);
    }

    private TokenSource workload(SignIn.Workload workload) {
        Environment own = environment;
        if (workload.clientId() != null) {
            own = own.with(CLIENT_ID, workload.clientId());
        }
        if (workload.tenantId() != null) {
            own = own.with("AZURE_TENANT_ID", workload.tenantId());
        }
        return new WorkloadIdentityTokenSource(own, http, time, true);
    }
}
