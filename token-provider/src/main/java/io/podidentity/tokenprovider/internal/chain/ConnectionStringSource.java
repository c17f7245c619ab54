package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.KeyStoreCredential;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.certificate.CertificateStore;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringKey;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.managed.ManagedIdentityEndpoint;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The only source: the one that a connection string names. */
public final class ConnectionStringSource {
    private static final String TENANT_ID = "AZURE_TENANT_ID";

    private final SourceContext context;
    private final BiFunction<TokenSource, String, TokenSource> assertions;

    public ConnectionStringSource(SourceContext context, BiFunction<TokenSource, String, TokenSource> assertions) {
        this.context = context;
        this.assertions = assertions;
    }

    /** The source for a connection string. The switch is by name, because one by the constants would add a class. */
    public TokenSource of(ConnectionSettings text) {
        Environment environment = context.environment();
        return switch (SignIn.of(text).name()) {
            case "AZURE_CLI" -> AzureCliTokenSource.of(environment);
            case "AZURE_DEVELOPER_CLI" -> AzureDeveloperCliTokenSource.of(environment);
            case "AZURE_POWERSHELL" -> AzurePowerShellTokenSource.of(environment);
            case "MANAGED_IDENTITY" -> managedIdentity(SignIn.identity(text), text);
            case "WORKLOAD" ->
                new WorkloadIdentityTokenSource(
                        context.with(environment
                                .with(ManagedIdentityEndpoint.CLIENT_ID, text.get(ConnectionStringKey.APP_ID))
                                .with(TENANT_ID, text.get(ConnectionStringKey.TENANT_ID))),
                        true);
            case "CLIENT_SECRET" ->
                application(
                        "Client secret", text, new ClientSecret(new Secret(text.value(ConnectionStringKey.APP_KEY))));
            case "STORE_CERTIFICATE" -> application("Client certificate", text, certificate(text));
            case "IDENTITY_ASSERTION" -> application("Client assertion", text, assertion(text));
            default -> keyVault(text);
        };
    }

    /**
     * The environment variables select the endpoint; only the connection string selects the identity. The identity
     * variables, such as {@code AZURE_CLIENT_ID}, are ignored.
     */
    private TokenSource managedIdentity(@Nullable UserAssignedIdentity identity, ConnectionSettings text) {
        Environment own = context.environment()
                .without(ManagedIdentityEndpoint.CLIENT_ID)
                .without(ManagedIdentityEndpoint.OBJECT_ID)
                .without(ManagedIdentityEndpoint.RESOURCE_ID);
        TokenSource source = SourceDescriptor.managedIdentity(context.with(own), identity);
        Duration limit = SignIn.retryLimit(text);
        return limit == null ? source : new LimitedTokenSource(source, limit);
    }

    /** The user-assigned identity of a client ID; of none the system-assigned one. */
    private TokenSource managedIdentity(ConnectionStringKey key, ConnectionSettings text) {
        String clientId = text.get(key);
        return managedIdentity(clientId == null ? null : UserAssignedIdentity.ofClientId(clientId), text);
    }

    private TokenSource application(String name, ConnectionSettings text, EntraCredential credential) {
        EntraTenants tenants = EntraTenants.any(text.value(ConnectionStringKey.TENANT_ID));
        return new EntraTokenSource(
                name, EntraClient.of(context, null), tenants, text.value(ConnectionStringKey.APP_ID), credential);
    }

    private EntraCredential certificate(ConnectionSettings text) {
        CertificateStore store = CertificateStore.of(
                context.environment(),
                "LocalMachine".equalsIgnoreCase(text.get(ConnectionStringKey.CERTIFICATE_STORE_LOCATION)));
        return text.has(ConnectionStringKey.CERTIFICATE_THUMBPRINT)
                ? KeyStoreCredential.byThumbprint(store, text.value(ConnectionStringKey.CERTIFICATE_THUMBPRINT))
                : KeyStoreCredential.bySubject(store, text.value(ConnectionStringKey.CERTIFICATE_SUBJECT_NAME));
    }

    private EntraCredential assertion(ConnectionSettings text) {
        return new ClientAssertion(assertions.apply(
                managedIdentity(ConnectionStringKey.MANAGED_IDENTITY_CLIENT_ID, text),
                EntraClient.of(context, null).authority().exchangeAudience()));
    }

    private TokenSource keyVault(ConnectionSettings text) {
        return new KeyVaultTokenSource(
                EntraClient.of(context, null),
                text.get(ConnectionStringKey.TENANT_ID),
                text.value(ConnectionStringKey.APP_ID),
                new KeyVaultSecret(
                        text.value(ConnectionStringKey.KEY_VAULT_CERTIFICATE),
                        managedIdentity(ConnectionStringKey.KEY_VAULT_IDENTITY, text),
                        context));
    }

    /** A managed identity that is retried for at most {@code MsiRetryTimeout}. */
    private static final class LimitedTokenSource implements TokenSource {
        private final TokenSource source;
        private final Duration limit;

        LimitedTokenSource(TokenSource source, Duration limit) {
            this.source = source;
            this.limit = limit;
        }

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public Outcome acquire(TokenRequest request) throws InterruptedException {
            if (request.deadline().orElseThrow().compareTo(limit) <= 0) {
                return source.acquire(request);
            }
            try {
                return source.acquire(request.withDeadline(limit));
            } catch (TokenAcquisitionException e) {
                if (!e.isTransient()) {
                    throw e;
                }
                String remedy = "Retries stop after MsiRetryTimeout=" + limit.toSeconds() + ". " + e.remedy();
                throw new TokenAcquisitionException(
                        e.code(),
                        e.reason(),
                        remedy.strip(),
                        e.getCause(),
                        e.retryAfter().orElse(null));
            }
        }
    }
}
