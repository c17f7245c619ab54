// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.chain.ConnectionStringSource;
import io.podidentity.tokenprovider.internal.chain.DefaultSources;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Fingerprint;
import io.podidentity.tokenprovider.internal.text.Time;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/**
 * The caches of this process. Providers with equal settings share a cache.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class ProcessCaches {
    /** How long a call may take unless it sets a deadline, and how long a refresh in the background may take. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(30);

    private static final String CONNECTION_STRING = "AzureServicesAuthConnectionString";
    /** So many caches are kept even if no provider uses them, for programs that make a new provider for each call. */
    private static final int KEPT = 8;
    /** After so many more entries, the entries without a cache are removed. */
    private static final int SWEEP = 64;
    /**
     * The caches by their settings, in which hashes stand for secrets. A cache that no provider uses is collected as
     * garbage. Guarded by itself.
     */
    private static final Map<String, WeakReference<TokenCache>> SHARED = new HashMap<>();
    /** With how many entries to remove those without a cache next. Guarded by {@link #SHARED}. */
    private static int sweepAt = SWEEP;
    /** The caches that were used last, the newest at the end. Guarded by {@link #SHARED}. */
    private static final Deque<TokenCache> RECENT = new ArrayDeque<>();

    /** The cache of programs that set nothing but the environment of their process; made when first needed. */
    private static volatile @Nullable TokenCache ofProcess;

    private ProcessCaches() {}

    /** The cache of programs that set nothing but the environment of their process. */
    public static TokenCache ofProcess() {
        TokenCache cache = ofProcess;
        if (cache == null) {
            cache = makeOfProcess();
        }
        return cache;
    }

    private static synchronized TokenCache makeOfProcess() {
        TokenCache cache = ofProcess;
        if (cache == null) {
            // The warm-up begins before all else, because it takes longest.
            cache = findOrMake(null, null, Map.of(), TokenCache.DEFAULT_SLOTS, RequestExecutor.WarmUp.begin());
            ofProcess = cache;
        }
        return cache;
    }

    /** The same as {@link #forSettings(Map, String, Map, int)} with a cache of the default size. */
    public static TokenCache forSettings(
            @Nullable Map<String, String> variables, @Nullable String connectionString, Map<String, String> overrides) {
        return forSettings(variables, connectionString, overrides, TokenCache.DEFAULT_SLOTS);
    }

    /**
     * The cache of all providers with these settings.
     *
     * @param variables the environment variables in place of the process's own; null for the process's own
     * @param connectionString the connection string; null for the one in the environment, if it has one, and blank for
     *     the default chain
     * @param overrides variables in place of those of the environment, in a fixed order
     * @param slots how many tokens the cache keeps at most
     * @throws IllegalArgumentException if a setting has an impossible value
     */
    public static TokenCache forSettings(
            @Nullable Map<String, String> variables,
            @Nullable String connectionString,
            Map<String, String> overrides,
            int slots) {
        boolean hasTexts = variables != null || connectionString != null || !overrides.isEmpty();
        if (!hasTexts && slots == TokenCache.DEFAULT_SLOTS) {
            return ofProcess();
        }
        return findOrMake(variables, connectionString, overrides, slots, null);
    }

    private static TokenCache findOrMake(
            @Nullable Map<String, String> variables,
            @Nullable String connectionString,
            Map<String, String> overrides,
            int slots,
            RequestExecutor.@Nullable WarmUp warmUp) {
        Environment environment = environmentOf(variables, overrides);
        String key = keyOf(variables, connectionSettings(environment, connectionString), overrides, slots);
        synchronized (SHARED) {
            TokenCache cache = null;
            WeakReference<TokenCache> known = SHARED.get(key);
            if (known != null) {
                cache = known.get();
            }
            if (cache == null) {
                List<TokenSource> sources = createSources(SourceContext.of(environment, null, null), connectionString);
                cache = makeCache(sources, new RequestExecutor(warmUp, null), null, slots);
                removeCollected();
                SHARED.put(key, new WeakReference<>(cache));
            }
            keepRecent(cache);
            return cache;
        }
    }

    private static String keyOf(
            @Nullable Map<String, String> variables,
            @Nullable ConnectionSettings settings,
            Map<String, String> overrides,
            int slots) {
        StringBuilder key = new StringBuilder();
        if (variables != null) {
            key.append(fingerprintOf(variables));
        }
        key.append(' ');
        if (settings != null) {
            key.append(settings.fingerprint());
        }
        key.append(' ');
        if (!overrides.isEmpty()) {
            key.append(overrides);
        }
        return key.append(' ').append(slots).toString();
    }

    private static void removeCollected() {
        if (SHARED.size() >= sweepAt) {
            SHARED.values().removeIf(cache -> cache.get() == null);
            sweepAt = SHARED.size() + SWEEP;
        }
    }

    private static void keepRecent(TokenCache cache) {
        RECENT.remove(cache);
        RECENT.add(cache);
        if (RECENT.size() > KEPT) {
            RECENT.remove();
        }
    }

    static int size() {
        synchronized (SHARED) {
            return SHARED.size();
        }
    }

    /** A cache that no other provider shares, for settings that cannot be compared as texts. */
    public static TokenCache makeUnshared(
            List<TokenSource> sources, @Nullable Executor executor, List<TokenListener> listeners, int slots) {
        EventPublisher publisher = null;
        if (!listeners.isEmpty()) {
            publisher = new EventPublisher(listeners);
        }
        return makeCache(sources, new RequestExecutor(null, executor), publisher, slots);
    }

    /**
     * The tokens of a source for an audience, as proofs in requests for other tokens: the assertions of an application,
     * or a blueprint's tokens for its agent identities. They have a cache of their own, and are refreshed on their own.
     */
    public static TokenSource cacheProofs(TokenSource source, String audience) {
        return cacheProofs(source, audience, List.of());
    }

    private static TokenSource cacheProofs(TokenSource source, String audience, List<TokenListener> listeners) {
        TokenCache cache = makeUnshared(List.of(source), null, listeners, TokenCache.DEFAULT_SLOTS);
        return new CachedProofs(source, audience, cache);
    }

    /**
     * The same assertions with listeners, who are told of each one that is requested or read, but not of cached ones.
     */
    public static TokenSource withListeners(TokenSource assertions, List<TokenListener> listeners) {
        if (listeners.isEmpty()) {
            return assertions;
        }
        if (assertions instanceof CachedProofs cached) {
            return cacheProofs(cached.source, cached.audience, listeners);
        }
        return new ToldAssertions(assertions, new EventPublisher(listeners));
    }

    private static TokenCache makeCache(
            List<TokenSource> sources, Executor executor, @Nullable EventPublisher publisher, int slots) {
        TokenSourceChain chain = new TokenSourceChain(sources, Time.SYSTEM, publisher, true);
        return new TokenCache(chain, executor, Time.SYSTEM, DEFAULT_DEADLINE, slots);
    }

    /**
     * The environment that sources read.
     *
     * @param variables the variables; null for those of the process
     * @param overrides variables that replace those of the same name
     */
    public static Environment environmentOf(@Nullable Map<String, String> variables, Map<String, String> overrides) {
        Environment environment;
        if (variables == null) {
            environment = Environment.ofProcess();
        } else {
            environment = Environment.of(variables);
        }
        for (Map.Entry<String, String> override : overrides.entrySet()) {
            environment = environment.with(override.getKey(), override.getValue());
        }
        return environment;
    }

    /**
     * Creates the sources of a chain.
     *
     * @param connectionString names the only source; null for the connection string in the environment. If neither
     *     names a source, the result is the default chain
     */
    public static List<TokenSource> createSources(SourceContext context, @Nullable String connectionString) {
        ConnectionSettings settings = connectionSettings(context.environment(), connectionString);
        if (settings == null) {
            return new DefaultSources(context).createAll();
        }
        return List.of(new ConnectionStringSource(context, ProcessCaches::cacheProofs).create(settings));
    }

    private static @Nullable ConnectionSettings connectionSettings(
            Environment environment, @Nullable String connectionString) {
        String text = connectionString;
        if (text == null) {
            text = environment.get(CONNECTION_STRING);
        }
        if (text == null || text.isBlank()) {
            return null;
        }
        return ConnectionSettings.parse(text);
    }

    private static String fingerprintOf(Map<String, String> variables) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            text.append(variable.getKey())
                    .append('\0')
                    .append(variable.getValue())
                    .append('\0');
        }
        return Fingerprint.of(text.toString());
    }
}
