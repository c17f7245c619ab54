// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.application.AgentTokenSource;
import io.podidentity.tokenprovider.internal.application.CertificateFile;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource;
import io.podidentity.tokenprovider.internal.application.JobTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;
import io.podidentity.tokenprovider.internal.tool.SystemProcessRunner;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sources there are, to be put into a chain of one's own by {@link AzureServiceTokenProvider.Builder#sources}.
 * There each has the builder's settings: its environment variables, proxy and TLS. One that is asked outside of a
 * provider, or by a source of one's own that is wrapped around it, has those of the process.
 *
 * @since 0.1.0
 */
public final class TokenSources {
    private TokenSources() {}

    /** {@return a source of the account of {@code az login}, in the subscription that is set} */
    public static TokenSource azureCli() {
        return new DeferredTokenSource(context -> AzureCliTokenSource.ofMachine(context.environment()));
    }

    /**
     * The account of {@code az login} that a subscription belongs to.
     *
     * @param subscription the subscription's name or ID; letters, digits, blanks and {@code -._}
     * @return a source named {@code Azure CLI}
     * @throws IllegalArgumentException if it is blank
     */
    public static TokenSource azureCli(String subscription) {
        if (subscription.isBlank()) {
            throw new IllegalArgumentException("subscription must not be blank");
        }
        return new DeferredTokenSource(context -> new AzureCliTokenSource(
                context.environment(),
                new SystemProcessRunner(context.environment()),
                context.time(),
                null,
                subscription));
    }

    /** {@return a source of the account of {@code azd auth login}} */
    public static TokenSource azureDeveloperCli() {
        return new DeferredTokenSource(context -> AzureDeveloperCliTokenSource.ofMachine(context.environment()));
    }

    /**
     * The account of {@code Connect-AzAccount} in PowerShell, with the module Az.Accounts 2.2.0 or later. A change of
     * account is noticed when the token is refreshed, or by {@link AzureServiceTokenProvider#invalidate()}.
     *
     * @return a source named {@code Azure PowerShell}
     */
    public static TokenSource azurePowerShell() {
        return new DeferredTokenSource(context -> AzurePowerShellTokenSource.ofMachine(context.environment()));
    }

    /**
     * The managed identity of this machine or pod, from the instance metadata service, which is taken to be there: a
     * busy one is waited for as long as the deadline allows. {@code AZURE_CLIENT_ID} names a user-assigned identity,
     * {@code AZURE_POD_IDENTITY_AUTHORITY_HOST} replaces the service's base URL.
     *
     * @return a source named {@code IMDS}
     */
    public static TokenSource imds() {
        return new DeferredTokenSource(context -> new ImdsTokenSource(context, false, null));
    }

    /**
     * The identity that this pod's service account stands for, by the variables that the workload identity webhook puts
     * into a pod: {@code AZURE_TENANT_ID}, {@code AZURE_CLIENT_ID} and {@code AZURE_FEDERATED_TOKEN_FILE}. Where the
     * cluster has identity bindings, its token proxy ({@code AZURE_KUBERNETES_TOKEN_PROXY}) is asked in Entra ID's
     * place; the default chain leaves that proxy alone, as the Azure SDKs do.
     *
     * @return a source named {@code Workload identity}
     */
    public static TokenSource workloadIdentity() {
        return new DeferredTokenSource(context -> new WorkloadIdentityTokenSource(context, true));
    }

    /**
     * The application that trusts this GitHub Actions job, by {@code AZURE_TENANT_ID}, {@code AZURE_CLIENT_ID} and a
     * federated credential. The job needs the permission {@code id-token: write}. Its OIDC token is requested anew for
     * each exchange, so the source works for as long as the job runs.
     *
     * @return a source named {@code GitHub Actions}
     */
    public static TokenSource gitHubActions() {
        return new DeferredTokenSource(JobTokenSource::gitHubActions);
    }

    /**
     * The application of the service connection of this task of Azure Pipelines, which must use workload identity
     * federation. The task must map {@code SYSTEM_ACCESSTOKEN}; AzureCLI and AzurePowerShell set the other variables.
     * The job's OIDC token is requested anew for each exchange, so the source works for as long as the job runs.
     *
     * @return a source named {@code Azure Pipelines}
     */
    public static TokenSource azurePipelines() {
        return new DeferredTokenSource(JobTokenSource::azurePipelines);
    }

    /**
     * The service principal that {@code AZURE_TENANT_ID}, {@code AZURE_CLIENT_ID} and {@code AZURE_CLIENT_SECRET} or
     * {@code AZURE_CLIENT_CERTIFICATE_PATH} name.
     *
     * @return a source named {@code Environment}
     */
    public static TokenSource environment() {
        return new DeferredTokenSource(EnvironmentTokenSource::new);
    }

    /**
     * An application with a client secret, in the cloud that {@code AZURE_AUTHORITY_HOST} names.
     *
     * @param tenantId its tenant, an ID or a domain; a request may name another one
     * @param clientId its client ID
     * @param secret the secret's value; no message shows it
     * @return a source named {@code Client secret}
     * @throws IllegalArgumentException if one of them is blank
     */
    public static TokenSource clientSecret(String tenantId, String clientId, String secret) {
        ClientSecret credential = new ClientSecret(new Secret(requireText(secret, "secret")));
        return application("Client secret", tenantId, clientId, context -> credential);
    }

    /**
     * An application with a certificate in a file, PEM or PKCS#12 with its RSA private key. The file is read for each
     * exchange, and the certificate's chain goes along.
     *
     * @param tenantId its tenant, an ID or a domain; a request may name another one
     * @param clientId its client ID
     * @param file the file
     * @param password of PKCS#12; null without one
     * @return a source named {@code Client certificate}
     * @throws IllegalArgumentException if tenant or client ID is blank
     */
    public static TokenSource clientCertificate(
            String tenantId, String clientId, Path file, @Nullable String password) {
        CertificateFile credential = certificateFile(file, password);
        return application("Client certificate", tenantId, clientId, context -> credential);
    }

    private static CertificateFile certificateFile(Path file, @Nullable String password) {
        Secret secret = password == null ? null : new Secret(password);
        return new CertificateFile(file.toString(), "the certificate", secret, true);
    }

    /**
     * An application that another issuer vouches for, by a federated credential.
     *
     * @param tenantId its tenant, an ID or a domain; a request may name another one
     * @param clientId its client ID
     * @param assertion supplies the issuer's token, anew for each exchange and on a thread of the provider's, such as
     *     {@link ClientAssertions#managedIdentity}; no message shows it
     * @return a source named {@code Client assertion}
     * @throws IllegalArgumentException if tenant or client ID is blank
     */
    public static TokenSource clientAssertion(String tenantId, String clientId, Supplier<String> assertion) {
        TokenSource source = sourceOf(assertion);
        return application(
                "Client assertion",
                tenantId,
                clientId,
                context -> new ClientAssertion(DeferredTokenSource.resolve(context, source)));
    }

    /**
     * The agent identities of a blueprint that another issuer vouches for, by a federated credential. A request names
     * its agent identity: {@link TokenRequest#withAgent}.
     *
     * @param tenantId the tenant of the agent identities, an ID or a domain; a request may name another one
     * @param blueprintClientId the client ID of the blueprint
     * @param assertion supplies the issuer's token, anew for each exchange and on a thread of the provider's, such as
     *     {@link ClientAssertions#workloadIdentity} or {@link ClientAssertions#managedIdentity}; no message shows it.
     *     It may not be a managed identity's token that workload identity got
     * @return a source named {@code Agent identity}
     * @throws IllegalArgumentException if tenant or client ID is blank
     */
    public static TokenSource agentBlueprint(String tenantId, String blueprintClientId, Supplier<String> assertion) {
        TokenSource source = sourceOf(assertion);
        return blueprint(
                tenantId,
                blueprintClientId,
                context -> new ClientAssertion(DeferredTokenSource.resolve(context, source)));
    }

    /**
     * The agent identities of a blueprint with a certificate in a file, as {@link #clientCertificate} reads it. A
     * request names its agent identity: {@link TokenRequest#withAgent}.
     *
     * @param tenantId the tenant of the agent identities, an ID or a domain; a request may name another one
     * @param blueprintClientId the client ID of the blueprint
     * @param certificate the file
     * @param password of PKCS#12; null without one
     * @return a source named {@code Agent identity}
     * @throws IllegalArgumentException if tenant or client ID is blank
     */
    public static TokenSource agentBlueprint(
            String tenantId, String blueprintClientId, Path certificate, @Nullable String password) {
        CertificateFile credential = certificateFile(certificate, password);
        return blueprint(tenantId, blueprintClientId, context -> credential);
    }

    private static TokenSource blueprint(
            String tenantId, String blueprintClientId, Function<SourceContext, EntraCredential> proof) {
        requireText(tenantId, "tenantId");
        requireText(blueprintClientId, "blueprintClientId");
        return new DeferredTokenSource(context -> new AgentTokenSource(
                EntraClient.of(context, null),
                tenantId,
                blueprintClientId,
                proof.apply(context),
                null,
                ProcessCaches::cacheProofs));
    }

    private static TokenSource sourceOf(Supplier<String> assertion) {
        if (assertion instanceof ClientAssertions own) {
            return own.source();
        }
        return ClientAssertion.suppliedBy(Objects.requireNonNull(assertion, "assertion"));
    }

    /**
     * An application with a certificate that a key vault keeps. It is read again each hour, and earlier where Entra ID
     * does not take it any more.
     *
     * @param tenantId the application's tenant, an ID or a domain; null for the vault's
     * @param clientId its client ID
     * @param secretId the URL of the certificate's secret, such as {@code
     *     https://myvault.vault.azure.net/secrets/mycertificate}
     * @param vault where the token that opens the vault comes from, such as {@link #imds()}
     * @return a source named {@code Key Vault certificate}
     * @throws IllegalArgumentException if the client ID is blank
     */
    public static TokenSource keyVaultCertificate(
            @Nullable String tenantId, String clientId, String secretId, TokenSource vault) {
        requireText(clientId, "clientId");
        Objects.requireNonNull(secretId, "secretId");
        Objects.requireNonNull(vault, "vault");
        return new DeferredTokenSource(context -> new KeyVaultTokenSource(
                EntraClient.of(context, null),
                tenantId,
                clientId,
                new KeyVaultSecret(secretId, DeferredTokenSource.resolve(context, vault), context)));
    }

    /**
     * The managed identity of this machine, app or pod, from the host that its variables announce (Service Fabric, App
     * Service and its kin, Azure ML, Cloud Shell, Azure Arc), else from the metadata service as {@link #imds()} says.
     * {@code AZURE_CLIENT_ID} names a user-assigned identity.
     *
     * @return a source named after the host, such as {@code App Service} or {@code IMDS}
     */
    public static TokenSource managedIdentity() {
        return managed(null);
    }

    /**
     * A user-assigned managed identity, from the same hosts as {@link #managedIdentity()}. Service Fabric and Cloud
     * Shell hand out none, Azure ML only by client ID.
     *
     * @param identity the identity; a request that names a client ID asks for that one instead
     * @return a source named after the host, such as {@code App Service} or {@code IMDS}
     */
    public static TokenSource managedIdentity(UserAssignedIdentity identity) {
        return managed(Objects.requireNonNull(identity, "identity"));
    }

    private static TokenSource managed(@Nullable UserAssignedIdentity identity) {
        return new DeferredTokenSource(context -> SourceDescriptor.createManagedIdentity(context, identity));
    }

    private static TokenSource application(
            String name, String tenantId, String clientId, Function<SourceContext, EntraCredential> credential) {
        EntraTenants tenants = EntraTenants.allowAny(requireText(tenantId, "tenantId"));
        requireText(clientId, "clientId");
        return new DeferredTokenSource(context -> new EntraTokenSource(
                name, EntraClient.of(context, null), tenants, clientId, credential.apply(context)));
    }

    private static String requireText(String value, String name) {
        if (Objects.requireNonNull(value, name).isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
        return value;
    }
}
