// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.application.AgentTokenSource;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.FederatedTokenFile;
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

/** Creates the source that a connection string names. */
public final class ConnectionStringSource {
    private static final String TENANT_ID = "AZURE_TENANT_ID";

    private final SourceContext context;
    private final BiFunction<TokenSource, String, TokenSource> proofs;

    /**
     * @param proofs keeps the tokens of a source for an audience, which prove the identity of an application
     */
    public ConnectionStringSource(SourceContext context, BiFunction<TokenSource, String, TokenSource> proofs) {
        this.context = context;
        this.proofs = proofs;
    }

    /** Creates the source for the sign-in that these settings describe. */
    public TokenSource create(ConnectionSettings text) {
        SignIn signIn = SignIn.of(text);
        if (signIn == SignIn.MANAGED_IDENTITY) {
            return createManagedIdentity(SignIn.readIdentity(text), text);
        }
        if (signIn == SignIn.WORKLOAD) {
            return createWorkloadIdentity(text);
        }
        if (signIn == SignIn.AGENT) {
            return createAgent(text);
        }
        if (signIn == SignIn.CLIENT_SECRET) {
            Secret secret = new Secret(text.value(ConnectionStringKey.APP_KEY));
            return createApplication("Client secret", text, new ClientSecret(secret));
        }
        if (signIn == SignIn.STORE_CERTIFICATE) {
            return createApplication("Client certificate", text, createCertificate(text));
        }
        if (signIn == SignIn.IDENTITY_ASSERTION) {
            return createApplication("Client assertion", text, createAssertion(text));
        }
        if (signIn == SignIn.VAULT_CERTIFICATE) {
            return createKeyVault(text);
        }
        return createTool(signIn);
    }

    private TokenSource createTool(SignIn signIn) {
        if (signIn == SignIn.AZURE_CLI) {
            return AzureCliTokenSource.ofMachine(context.environment());
        }
        if (signIn == SignIn.AZURE_DEVELOPER_CLI) {
            return AzureDeveloperCliTokenSource.ofMachine(context.environment());
        }
        return AzurePowerShellTokenSource.ofMachine(context.environment());
    }

    private TokenSource createWorkloadIdentity(ConnectionSettings text) {
        Environment environment = context.environment()
                .with(ManagedIdentityEndpoint.CLIENT_ID, text.get(ConnectionStringKey.APP_ID))
                .with(TENANT_ID, text.get(ConnectionStringKey.TENANT_ID));
        return new WorkloadIdentityTokenSource(context.with(environment), true);
    }

    /**
     * Creates a managed identity. The environment variables select the endpoint, but only the connection string selects
     * the identity: variables such as {@code AZURE_CLIENT_ID} are ignored.
     */
    private TokenSource createManagedIdentity(@Nullable UserAssignedIdentity identity, ConnectionSettings text) {
        Environment own = context.environment()
                .without(ManagedIdentityEndpoint.CLIENT_ID)
                .without(ManagedIdentityEndpoint.OBJECT_ID)
                .without(ManagedIdentityEndpoint.RESOURCE_ID);
        TokenSource source = SourceDescriptor.createManagedIdentity(context.with(own), identity);
        Duration limit = SignIn.readRetryLimit(text);
        if (limit == null) {
            return source;
        }
        return new LimitedTokenSource(source, limit);
    }

    /**
     * Creates the managed identity whose client ID is the value of this key; without a value the system-assigned one.
     */
    private TokenSource createManagedIdentity(ConnectionStringKey key, ConnectionSettings text) {
        String clientId = text.get(key);
        if (clientId == null) {
            return createManagedIdentity((UserAssignedIdentity) null, text);
        }
        return createManagedIdentity(UserAssignedIdentity.ofClientId(clientId), text);
    }

    private TokenSource createApplication(String name, ConnectionSettings text, EntraCredential credential) {
        EntraTenants tenants = EntraTenants.allowAny(text.value(ConnectionStringKey.TENANT_ID));
        return new EntraTokenSource(
                name, EntraClient.of(context, null), tenants, text.value(ConnectionStringKey.APP_ID), credential);
    }

    private EntraCredential createCertificate(ConnectionSettings text) {
        CertificateStore store = CertificateStore.of(
                context.environment(),
                "LocalMachine".equalsIgnoreCase(text.get(ConnectionStringKey.CERTIFICATE_STORE_LOCATION)));
        if (text.has(ConnectionStringKey.CERTIFICATE_THUMBPRINT)) {
            return KeyStoreCredential.byThumbprint(store, text.value(ConnectionStringKey.CERTIFICATE_THUMBPRINT));
        }
        return KeyStoreCredential.bySubject(store, text.value(ConnectionStringKey.CERTIFICATE_SUBJECT_NAME));
    }

    private EntraCredential createAssertion(ConnectionSettings text) {
        return new ClientAssertion(proofs.apply(
                createManagedIdentity(ConnectionStringKey.MANAGED_IDENTITY_CLIENT_ID, text),
                EntraClient.of(context, null).authority().exchangeAudience()));
    }

    private TokenSource createAgent(ConnectionSettings text) {
        return new AgentTokenSource(
                EntraClient.of(context, null),
                text.value(ConnectionStringKey.TENANT_ID),
                text.value(ConnectionStringKey.APP_ID),
                createBlueprintProof(text),
                SignIn.readAgentIdentity(text),
                proofs);
    }

    /**
     * Creates the proof of a blueprint. A managed identity must be one of the managed identity endpoint: Entra ID does
     * not accept a token that workload identity got as the assertion of another application (AADSTS700231).
     */
    private EntraCredential createBlueprintProof(ConnectionSettings text) {
        SignIn proof = SignIn.readBlueprintProof(text);
        if (proof == SignIn.IDENTITY_ASSERTION) {
            return createAssertion(text);
        }
        if (proof == SignIn.STORE_CERTIFICATE) {
            return createCertificate(text);
        }
        if (proof == SignIn.VAULT_CERTIFICATE) {
            return createKeyVault(text);
        }
        return new ClientAssertion(new FederatedTokenFile(context.environment()));
    }

    private KeyVaultTokenSource createKeyVault(ConnectionSettings text) {
        return new KeyVaultTokenSource(
                EntraClient.of(context, null),
                text.get(ConnectionStringKey.TENANT_ID),
                text.value(ConnectionStringKey.APP_ID),
                new KeyVaultSecret(
                        text.value(ConnectionStringKey.KEY_VAULT_CERTIFICATE),
                        createManagedIdentity(ConnectionStringKey.KEY_VAULT_IDENTITY, text),
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
