package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.KeyStoreCredential;
import io.podidentity.tokenprovider.internal.application.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.certificate.CertificateStore;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.managed.ManagedIdentityEndpoint;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The only source: the one that a connection string names. */
public final class ConnectionStringSource {
    private static final String TENANT_ID = "AZURE_TENANT_ID";

    private final SourceContext context;

    public ConnectionStringSource(SourceContext context) {
        this.context = context;
    }

    /**
     * The source for a way to sign in.
     *
     * @throws TokenAcquisitionException if {@code AZURE_AUTHORITY_HOST} is needed and is not an https URL of a host
     */
    public TokenSource of(SignIn way) {
        if (way instanceof SignIn.Developer developer) {
            return switch (developer.tool()) {
                case "AzureDeveloperCli" -> AzureDeveloperCliTokenSource.of(context.environment());
                case "AzurePowerShell" -> AzurePowerShellTokenSource.of(context.environment());
                default -> AzureCliTokenSource.of(context.environment());
            };
        }
        if (way instanceof SignIn.ManagedIdentity identity) {
            return managedIdentity(identity.identity(), identity.retryLimit());
        }
        if (way instanceof SignIn.Workload workload) {
            Environment own = context.environment()
                    .with(ManagedIdentityEndpoint.CLIENT_ID, workload.clientId())
                    .with(TENANT_ID, workload.tenantId());
            return new WorkloadIdentityTokenSource(own, context.http(), context.time(), true);
        }
        if (way instanceof SignIn.ClientSecret application) {
            return application(
                    "Client secret",
                    application.tenantId(),
                    application.clientId(),
                    new ClientSecret(application.secret()));
        }
        if (way instanceof SignIn.StoreCertificate application) {
            return application(
                    "Client certificate", application.tenantId(), application.clientId(), certificate(application));
        }
        return keyVault((SignIn.KeyVaultCertificate) way);
    }

    /**
     * The environment variables select the endpoint; only the connection string selects the identity. The identity
     * variables, such as {@code AZURE_CLIENT_ID}, are ignored.
     */
    private TokenSource managedIdentity(@Nullable UserAssignedIdentity identity, @Nullable Duration limit) {
        Environment own = context.environment()
                .without(ManagedIdentityEndpoint.CLIENT_ID)
                .without(ManagedIdentityEndpoint.OBJECT_ID)
                .without(ManagedIdentityEndpoint.RESOURCE_ID);
        TokenSource source = SourceDescriptor.managedIdentity(context.with(own), identity);
        return limit == null ? source : new LimitedTokenSource(source, limit);
    }

    private TokenSource application(String name, String tenantId, String clientId, EntraCredential credential) {
        return new EntraTokenSource(name, entra(), EntraTenants.any(tenantId), clientId, credential);
    }

    private EntraCredential certificate(SignIn.StoreCertificate application) {
        CertificateStore store = CertificateStore.of(
                context.environment(), application.location().equals("LocalMachine"));
        return application.thumbprint() != null
                ? KeyStoreCredential.byThumbprint(store, application.thumbprint())
                : KeyStoreCredential.bySubject(store, String.valueOf(application.subject()));
    }

    private TokenSource keyVault(SignIn.KeyVaultCertificate application) {
        String vaultIdentity = application.vaultClientId();
        TokenSource vault = managedIdentity(
                vaultIdentity == null ? null : UserAssignedIdentity.ofClientId(vaultIdentity),
                application.retryLimit());
        return new KeyVaultTokenSource(
                entra(),
                application.tenantId(),
                application.clientId(),
                new KeyVaultSecret(application.secretId(), vault, context.http(), context.time()));
    }

    private EntraClient entra() {
        return new EntraClient(EntraAuthority.of(context.environment()), null, context.http(), context.time());
    }
}
