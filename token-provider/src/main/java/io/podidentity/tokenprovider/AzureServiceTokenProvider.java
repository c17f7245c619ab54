// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.chain.DefaultSources;
import io.podidentity.tokenprovider.internal.engine.CachedToken;
import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.internal.engine.TokenCache;
import io.podidentity.tokenprovider.internal.engine.TokenSlot;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.net.ProxySelector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Gets Microsoft Entra ID access tokens without a secret in the program. The same code works on a laptop, where the
 * token comes from the Azure CLI, and in a pod or on a VM, where it comes from the metadata service.
 *
 * <pre>{@code
 * var provider = new AzureServiceTokenProvider();
 * String token = provider.getAccessToken("https://storage.azure.com/");
 * }</pre>
 *
 * <p>All providers of a process with equal settings share a cache of tokens. A call blocks if the cache has no valid
 * token, if the account changed, or if the call asks for a newer token. If the token is due for refresh, the call
 * returns it, and the provider gets the next one in the background.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. <i>Lifecycle:</i> cheap to make, with nothing to close.
 *
 * @since 0.1.0
 */
public final class AzureServiceTokenProvider {
    private final TokenCache cache;
    private final Duration deadline;
    /** The token of the user on whose behalf all requests are; null for no user. */
    private final @Nullable Secret userAssertion;
    /** The agent identity of all requests that name none; null for that of the source. */
    private final @Nullable AgentIdentity agent;
    /**
     * The slot of the last call for a resource that {@link TokenSlot#freshToken} did not answer. Most programs ask for
     * one resource only, so the next call is probably for this slot too. The field is not volatile, and the next one is
     * not either: an older value is as good, and a hit writes nothing that other processors share.
     */
    private @Nullable TokenSlot lastSlot;

    /** The token that was returned last, or another token that is known to be of the same principal. */
    private @Nullable AccessToken lastToken;

    /**
     * A provider with the process's own environment variables: with the connection string in {@code
     * AzureServicesAuthConnectionString}, or without that variable the default chain of sources.
     *
     * @throws IllegalArgumentException if that variable is no connection string, or {@code AZURE_TOKEN_CREDENTIALS}
     *     names no source; the message says what is wrong and shows no secret
     */
    public AzureServiceTokenProvider() {
        this(ProcessCaches.ofProcess(), ProcessCaches.DEFAULT_DEADLINE);
    }

    /**
     * A provider that signs in as a connection string says.
     *
     * @param connectionString the connection string, such as {@code RunAs=App;AppId=CLIENT_ID}; a secret if it holds
     *     one, and never shown. Null is the same as {@link #AzureServiceTokenProvider()}; blank is the default chain,
     *     without a look at {@code AzureServicesAuthConnectionString}
     * @throws IllegalArgumentException if it is no connection string; the message names key and position, and shows no
     *     value
     * @throws TokenAcquisitionException if it names an application and {@code AZURE_AUTHORITY_HOST} is not an https URL
     */
    public AzureServiceTokenProvider(@Nullable String connectionString) {
        this(ProcessCaches.forSettings(null, connectionString, Map.of()), ProcessCaches.DEFAULT_DEADLINE);
    }

    AzureServiceTokenProvider(TokenCache cache, Duration deadline) {
        this(cache, deadline, null, null);
    }

    private AzureServiceTokenProvider(
            TokenCache cache, Duration deadline, @Nullable Secret userAssertion, @Nullable AgentIdentity agent) {
        this.cache = cache;
        this.deadline = deadline;
        this.userAssertion = userAssertion;
        this.agent = agent;
    }

    /** {@return the settings of a provider, each at its default at first} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Gets a token's text.
     *
     * @param resource the App ID URI of the resource, such as {@code https://storage.azure.com/}
     * @return the token; a secret
     * @throws TokenAcquisitionException if there is no token; it says why and what to do
     * @throws IllegalArgumentException if {@code resource} is blank
     */
    public String getAccessToken(String resource) {
        return getAuthenticationResult(resource).value();
    }

    /**
     * Gets a token's text from a tenant.
     *
     * @param resource the App ID URI of the resource
     * @param tenantId the tenant's ID or one of its domains; null for the source's own
     * @return the token; a secret
     * @throws TokenAcquisitionException if there is no token
     * @throws IllegalArgumentException if an argument is blank
     */
    public String getAccessToken(String resource, @Nullable String tenantId) {
        return getAuthenticationResult(resource, tenantId).value();
    }

    /**
     * Gets a token's text.
     *
     * @param request what is asked for
     * @return the token; a secret
     * @throws TokenAcquisitionException if there is no token
     */
    public String getAccessToken(TokenRequest request) {
        return getAuthenticationResult(request).value();
    }

    /**
     * Gets a token with what is known about it.
     *
     * @param resource the App ID URI of the resource, such as {@code https://storage.azure.com/}
     * @return the token; the same object again for as long as it is cached
     * @throws TokenAcquisitionException if there is no token; it says why and what to do
     * @throws IllegalArgumentException if {@code resource} is blank
     */
    public AccessToken getAuthenticationResult(String resource) {
        if (userAssertion != null || agent != null) {
            return getAuthenticationResult(TokenRequest.forResource(resource));
        }
        TokenSlot slot = lastSlot;
        if (slot == null || !slot.isFor(resource)) {
            slot = cache.slotOf(resource);
        }
        CachedToken fresh = slot.freshToken();
        if (fresh != null) {
            return noteUsed(fresh);
        }
        AccessToken token = noteUsed(cache.get(slot.request(), deadline));
        // Looked up again, because the cache may have evicted the slot during the call.
        lastSlot = cache.slotOf(resource);
        return token;
    }

    /**
     * Gets a token from a tenant with what is known about it.
     *
     * @param resource the App ID URI of the resource
     * @param tenantId the tenant's ID or one of its domains; null for the source's own
     * @return the token, of that tenant
     * @throws TokenAcquisitionException if there is no token
     * @throws IllegalArgumentException if an argument is blank
     */
    public AccessToken getAuthenticationResult(String resource, @Nullable String tenantId) {
        return getAuthenticationResult(TokenRequest.forResource(resource).withTenantId(tenantId));
    }

    /**
     * Gets a token with what is known about it.
     *
     * @param request what is asked for
     * @return the token, from the cache unless the request forces a refresh
     * @throws TokenAcquisitionException if there is no token
     */
    public AccessToken getAuthenticationResult(TokenRequest request) {
        return noteUsed(cache.get(complete(request), limitOf(request)));
    }

    /**
     * Gets a token's text without blocking the calling thread; otherwise as {@link #getAuthenticationResultAsync}.
     *
     * @param request what is asked for; its deadline is the future's own
     * @return the token, or the {@link TokenAcquisitionException}
     */
    public CompletableFuture<String> getAccessTokenAsync(TokenRequest request) {
        return cache.getAsync(
                complete(request), limitOf(request), token -> noteUsed(token).value());
    }

    /**
     * Gets a token without blocking the calling thread; already there if it is cached.
     *
     * <p>What is chained to the future runs on a thread of the library, whose context class loader is the library's, or
     * on one of {@link Builder#executor}.
     * Cancelling the future itself, not one that was chained to it, ends the acquisition if nobody else waits for it.
     *
     * @param request what is asked for; its deadline is the future's own, whoever began the acquisition
     * @return the token, or the {@link TokenAcquisitionException}
     */
    public CompletableFuture<AccessToken> getAuthenticationResultAsync(TokenRequest request) {
        return cache.getAsync(complete(request), limitOf(request), this::noteUsed);
    }

    /**
     * The same provider for a user whose token this service was sent, and who is to be named in the tokens for the next
     * services too (the OAuth 2.0 on-behalf-of flow). The application that the sources sign in as signs for it: by a
     * client assertion of a managed identity, a service account or a job ({@link TokenSources#clientAssertion}), which
     * needs no secret, or as any other application. Other sources do not apply.
     *
     * <p>It shares this provider's cache, in which each user's tokens are kept by a fingerprint of the token that was
     * sent. It is made for each request of a user, and is cheap to make.
     *
     * @param userAssertion the token that this service was sent, for the application itself; a secret
     * @return a provider whose every request is on behalf of that user
     * @throws IllegalArgumentException if it is blank
     */
    public AzureServiceTokenProvider onBehalfOf(String userAssertion) {
        requireNonNull(userAssertion, "userAssertion");
        if (userAssertion.isBlank()) {
            throw new IllegalArgumentException("userAssertion must not be blank");
        }
        return new AzureServiceTokenProvider(cache, deadline, new Secret(userAssertion.strip()), agent);
    }

    /**
     * The same provider for an agent identity: each request that names none is for this one. The provider's source must
     * be a blueprint ({@link TokenSources#agentBlueprint}, or the connection string {@code RunAs=Agent}). It shares
     * this provider's cache, and is cheap to make.
     *
     * @param agent the agent identity
     * @return a provider whose tokens are those of the agent identity
     */
    public AzureServiceTokenProvider asAgent(AgentIdentity agent) {
        return new AzureServiceTokenProvider(cache, deadline, userAssertion, requireNonNull(agent, "agent"));
    }

    /** {@return whose token this provider returned last; empty before the first, and for a token that does not say} */
    public Optional<Principal> principalUsed() {
        AccessToken token = lastToken;
        if (token == null) {
            return Optional.empty();
        }
        return token.principal();
    }

    /**
     * Gets a token, from the cache too, and says where it comes from, or why there is none.
     *
     * @param resource the App ID URI of the resource
     * @return the token's source, principal and times, or the failure; each source's attempt in both cases
     * @throws IllegalArgumentException if {@code resource} is blank
     */
    public Explanation explain(String resource) {
        return explain(TokenRequest.forResource(resource));
    }

    /**
     * Gets a token, from the cache too, and says where it comes from, or why there is none.
     *
     * @param request what is asked for
     * @return the token's source, principal and times, or the failure; each source's attempt in both cases
     */
    public Explanation explain(TokenRequest request) {
        String resource = request.resource();
        try {
            CachedToken cached = cache.get(complete(request), limitOf(request));
            noteUsed(cached);
            return Explanation.ofToken(resource, cached.token, cached.attempts());
        } catch (TokenAcquisitionException e) {
            return Explanation.ofFailure(resource, e);
        }
    }

    /**
     * Forgets the token for a request, for all providers that share the cache.
     *
     * @param request the request, as it was asked; its deadline does not matter here
     */
    public void invalidate(TokenRequest request) {
        cache.clear(complete(request));
    }

    /** Forgets all tokens, and which source answered first, for all providers that share the cache. */
    public void invalidate() {
        cache.clear();
    }

    /** The sources that are asked, in their order. */
    @Override
    public String toString() {
        return "AzureServiceTokenProvider" + cache;
    }

    @SuppressWarnings("ReferenceEquality") // Equal tokens are of one principal, so either will do.
    private AccessToken noteUsed(CachedToken cached) {
        AccessToken token = cached.token;
        AccessToken last = lastToken;
        if (token != last && (last == null || !token.isKnownToShareItsPrincipalWith(last))) {
            lastToken = token;
        }
        return token;
    }

    /** The same request, with the user and the agent identity of this provider if the request names none. */
    private TokenRequest complete(TokenRequest request) {
        TokenRequest complete = request;
        if (userAssertion != null && !request.isOnBehalfOfUser()) {
            complete = complete.withUserAssertion(userAssertion.reveal());
        }
        if (agent != null && request.agent().isEmpty()) {
            complete = complete.withAgent(agent);
        }
        return complete;
    }

    private Duration limitOf(TokenRequest request) {
        return request.deadline().orElse(deadline);
    }

    /**
     * The settings of a provider. Providers whose settings are equal texts share a cache; one with sources, a listener,
     * an executor, a proxy or a TLS context keeps its tokens to itself, and is best made once. Not safe for use by
     * several threads.
     */
    public static final class Builder {
        final ProviderSettings settings = new ProviderSettings();
        Duration deadline = ProcessCaches.DEFAULT_DEADLINE;

        private Builder() {}

        /**
         * Reads these variables, and no others, in place of the process's own. The tools that sources start get them
         * too.
         *
         * @param variables names and values; copied
         * @return this builder
         */
        public Builder environment(Map<String, String> variables) {
            settings.environment = Map.copyOf(variables);
            return this;
        }

        /**
         * Signs in as a connection string says.
         *
         * @param connectionString as for {@link AzureServiceTokenProvider#AzureServiceTokenProvider(String)}
         * @return this builder
         */
        public Builder connectionString(@Nullable String connectionString) {
            settings.connectionString = connectionString;
            return this;
        }

        /**
         * Asks the Entra ID of another cloud, whatever {@code AZURE_AUTHORITY_HOST} says.
         *
         * @param url its https URL, such as {@code https://login.microsoftonline.us/}
         * @return this builder
         */
        public Builder authorityHost(String url) {
            settings.overrides.put("AZURE_AUTHORITY_HOST", requireNonNull(url, "url"));
            return this;
        }

        /**
         * Asks, after all others of the default chain, what {@code com.azure:azure-identity} can sign a developer in
         * with: IntelliJ and Visual Studio Code. {@code TOKEN_PROVIDER_DEVELOPER_SIGN_INS} can say the same.
         *
         * @param browser whether to open a window of a browser if they cannot either
         * @return this builder
         */
        public Builder developerSignIns(boolean browser) {
            settings.overrides.put(DefaultSources.DEVELOPER_SIGN_INS, browser ? "browser" : "ide");
            return this;
        }

        /**
         * Asks these sources, in this order, in place of the default chain. Those of {@link TokenSources} have this
         * builder's variables, authority host, proxy and TLS.
         *
         * @param sources at least one
         * @return this builder
         * @throws IllegalArgumentException if there is none
         */
        public Builder sources(List<TokenSource> sources) {
            if (sources.isEmpty()) {
                throw new IllegalArgumentException("at least one source is needed");
            }
            settings.sources = List.copyOf(sources);
            return this;
        }

        /**
         * How long a call may take that names no deadline itself.
         *
         * @param deadline longer than nothing and at most a day; 30 s by default
         * @return this builder
         * @throws IllegalArgumentException if it is not in these bounds
         */
        public Builder deadline(Duration deadline) {
            this.deadline = TokenRequest.requireDeadline(requireNonNull(deadline, "deadline"));
            return this;
        }

        /**
         * How many tokens are kept at most. A program that asks for more than these in turns has to get each of them
         * again: a service for many tenants needs as many as it has tenants times resources.
         *
         * @param tokens one at least; 10,000 by default. A token that is kept takes some 3 kB
         * @return this builder
         * @throws IllegalArgumentException if it is less than one
         */
        public Builder cacheSize(int tokens) {
            if (tokens < 1) {
                throw new IllegalArgumentException("the cache must have room for one token, but has " + tokens);
            }
            settings.cacheSize = tokens;
            return this;
        }

        /**
         * Tells this listener too what becomes of tokens.
         *
         * @param listener one more listener
         * @return this builder
         */
        public Builder listener(TokenListener listener) {
            settings.listeners.add(requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Asks sources, completes futures and runs what is chained to them on the threads of this executor. One thread
         * of the library hands the tasks to the executor. If the executor is slow to take a task, the library uses one
         * thread for each task. Deadlines hold whatever the executor does. If it refuses a request, the call fails with
         * {@link TokenAcquisitionException.Code#SERVICE_UNAVAILABLE}. If it drops a request or hangs, the call times
         * out. If the executor refuses to complete a future, or does not begin it within 250 ms, a thread of the
         * library completes it.
         *
         * @param executor has a thread for each request at once
         * @return this builder
         */
        public Builder executor(Executor executor) {
            settings.executor = requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Reaches Entra ID and Key Vault by the proxies that this selector chooses, whatever the process's properties
         * and variables say. Metadata services, this machine and its link are never reached by a proxy.
         *
         * @param selector such as {@code ProxySelector.of(new InetSocketAddress("proxy", 3128))}
         * @return this builder
         */
        public Builder proxy(ProxySelector selector) {
            settings.proxy = requireNonNull(selector, "selector");
            return this;
        }

        /**
         * Knows Entra ID and Key Vault by this context, whatever the JVM trusts. Servers that are known in another way,
         * such as a cluster's token proxy, stay so.
         *
         * @param context whose trust counts; host names are checked as for HTTPS in any case
         * @return this builder
         */
        public Builder sslContext(SSLContext context) {
            settings.tls = requireNonNull(context, "context");
            return this;
        }

        /**
         * Makes the provider.
         *
         * @return a provider
         * @throws IllegalStateException if sources were given and a connection string too, since sources replace it
         * @throws IllegalArgumentException if the connection string, or a variable that is a setting, has an impossible
         *     value
         * @throws TokenAcquisitionException if a source is asked for by its name and the authority host is not an https
         * URL
         */
        public AzureServiceTokenProvider build() {
            return new AzureServiceTokenProvider(settings.findOrMakeCache(), deadline);
        }
    }
}
