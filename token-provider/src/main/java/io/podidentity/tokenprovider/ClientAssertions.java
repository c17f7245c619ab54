// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.FederatedTokenFile;
import io.podidentity.tokenprovider.internal.application.JobTokenSource;
import io.podidentity.tokenprovider.internal.application.RequiredToken;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Supplies the assertions by which an application proves its identity to Entra ID without a secret, where it trusts
 * their issuer by a federated credential: to {@link TokenSources#clientAssertion}, and to other libraries, which send
 * them as {@code client_assertion}. An assertion is a secret, and no message shows one.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ClientAssertions implements Supplier<String> {
    private final TokenSource source;
    private final Duration deadline;

    private ClientAssertions(TokenSource source, Duration deadline) {
        this.source = source;
        this.deadline = deadline;
    }

    private ClientAssertions(DeferredTokenSource source) {
        this(source, ProcessCaches.DEFAULT_DEADLINE);
    }

    /** {@return the token of the pod's service account, from the file of {@code AZURE_FEDERATED_TOKEN_FILE}} */
    public static ClientAssertions workloadIdentity() {
        return new ClientAssertions(new DeferredTokenSource(context -> new FederatedTokenFile(context.environment())));
    }

    /**
     * The token of a user-assigned managed identity, from the same hosts as {@link TokenSources#managedIdentity()}, for
     * the audience {@code api://AzureADTokenExchange}, or what that is called in the cloud of {@code
     * AZURE_AUTHORITY_HOST}. It is kept and refreshed as any token. A federated credential cannot name a
     * system-assigned identity. The application may be of another tenant than the identity.
     *
     * @param identity the identity
     * @return its tokens
     */
    public static ClientAssertions managedIdentity(UserAssignedIdentity identity) {
        requireNonNull(identity, "identity");
        return new ClientAssertions(new DeferredTokenSource(context -> ProcessCaches.cacheProofs(
                SourceDescriptor.createManagedIdentity(context, identity),
                EntraAuthority.of(context.environment()).exchangeAudience())));
    }

    /** {@return the OIDC token of this job of GitHub Actions, requested anew each time} */
    public static ClientAssertions gitHubActions() {
        return new ClientAssertions(new DeferredTokenSource(
                context -> JobTokenSource.gitHubActions(context).withoutExchange()));
    }

    /** {@return the OIDC token of this task of Azure Pipelines, requested anew each time} */
    public static ClientAssertions azurePipelines() {
        return new ClientAssertions(new DeferredTokenSource(
                context -> JobTokenSource.azurePipelines(context).withoutExchange()));
    }

    /**
     * The same with other settings than the process's. {@link TokenSources#clientAssertion} needs none, since it has
     * those of the provider that it is in.
     *
     * @param settings its variables, authority host, proxy, TLS, deadline and listeners count; the listeners are told
     *     of the assertions as of any tokens
     * @return a new supplier
     */
    public ClientAssertions with(AzureServiceTokenProvider.Builder settings) {
        TokenSource made = DeferredTokenSource.resolve(settings.settings.context(), source);
        return new ClientAssertions(ProcessCaches.withListeners(made, settings.settings.listeners), settings.deadline);
    }

    /**
     * An assertion that is good now.
     *
     * @return a secret
     * @throws TokenAcquisitionException if there is none; it says why and what to do
     */
    @Override
    public String get() {
        try {
            TokenRequest request =
                    TokenRequest.forResource(ClientAssertion.AUDIENCE).withDeadline(deadline);
            return RequiredToken.acquire(source, request, "assertion").value();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenAcquisitionException(Code.INTERRUPTED, "the calling thread was interrupted", "", e);
        }
    }

    TokenSource source() {
        return source;
    }

    /** Where the assertions come from, such as {@code ClientAssertions[IMDS]}. */
    @Override
    public String toString() {
        return "ClientAssertions[" + source.name() + "]";
    }
}
