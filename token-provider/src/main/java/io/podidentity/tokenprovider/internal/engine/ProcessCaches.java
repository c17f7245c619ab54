package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
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
import org.jspecify.annotations.Nullable;

/** The caches that all providers of the process share, one for equal settings. */
public final class ProcessCaches {
    /** How long a call may take that says nothing else, and a refresh behind the callers. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(30);

    private static final String CONNECTION_STRING = "AzureServicesAuthConnectionString";
    /** How many caches are kept though no provider has them: for programs that make a provider for each call. */
    private static final int KEPT = 8;

    private static final int SWEEP = 64;
    /** By settings, with hashes in place of secrets. What no provider has any more is forgotten. Guarded by itself. */
    private static final Map<String, WeakReference<TokenCache>> OTHERS = new HashMap<>();
    /** With how many of them to look next for those whose cache is gone. Guarded by the same. */
    private static int sweepAt = SWEEP;
    /** Those that were asked for last, the newest at the end. Guarded by the same. */
    private static final Deque<TokenCache> RECENT = new ArrayDeque<>();

    /** The cache of a process that sets nothing but its environment; made when first needed. */
    private static volatile @Nullable TokenCache own;

    private ProcessCaches() {}

    public static TokenCache own() {
        TokenCache cache = own;
        return cache == null ? makeOwn() : cache;
    }

    private static synchronized TokenCache makeOwn() {
        TokenCache cache = own;
        if (cache == null) {
            // First of all, since what it loads takes longest.
            cache = of(null, null, Map.of(), TokenCache.DEFAULT_SLOTS, RequestExecutor.WarmUp.begin());
            own = cache;
        }
        return cache;
    }

    /** The same as {@link #of(Map, String, Map, int)} for a cache of the usual size. */
    public static TokenCache of(
            @Nullable Map<String, String> variables, @Nullable String connectionString, Map<String, String> overrides) {
        return of(variables, connectionString, overrides, TokenCache.DEFAULT_SLOTS);
    }

    /**
     * The cache of these settings.
     *
     * @param variables the environment variables in place of the process's own; null for these
     * @param connectionString the connection string; null for the one in the environment, if it has one, and blank for
     *     the default chain
     * @param overrides variables in place of those of the environment, in a fixed order
     * @param slots how many tokens it keeps at most
     * @throws IllegalArgumentException if a setting has an impossible value
     */
    public static TokenCache of(
            @Nullable Map<String, String> variables,
            @Nullable String connectionString,
            Map<String, String> overrides,
            int slots) {
        boolean isOwn = variables == null
                && connectionString == null
                && overrides.isEmpty()
                && slots == TokenCache.DEFAULT_SLOTS;
        return isOwn ? own() : of(variables, connectionString, overrides, slots, null);
    }

    private static TokenCache of(
            @Nullable Map<String, String> variables,
            @Nullable String connectionString,
            Map<String, String> overrides,
            int slots,
            RequestExecutor.@Nullable WarmUp warmUp) {
        Environment environment = environment(variables, overrides);
        ConnectionSettings parsed = connectionSettings(environment, connectionString);
        String key = (variables == null ? "" : fingerprint(variables))
                + ' '
                + (parsed == null ? "" : parsed.fingerprint())
                + ' '
                + (overrides.isEmpty() ? "" : overrides.toString())
                + ' '
                + slots;
        synchronized (OTHERS) {
            WeakReference<TokenCache> known = OTHERS.get(key);
            TokenCache cache = known == null ? null : known.get();
            if (cache == null) {
                cache = cache(
                        sources(SourceContext.of(environment, null, null), connectionString),
                        new RequestExecutor(warmUp, null),
                        null,
                        slots);
                if (OTHERS.size() >= sweepAt) {
                    OTHERS.values().removeIf(other -> other.get() == null);
                    sweepAt = OTHERS.size() + SWEEP;
                }
                OTHERS.put(key, new WeakReference<>(cache));
            }
            RECENT.remove(cache);
            RECENT.add(cache);
            if (RECENT.size() > KEPT) {
                RECENT.remove();
            }
            return cache;
        }
    }

    static int size() {
        synchronized (OTHERS) {
            return OTHERS.size();
        }
    }

    /** A cache of its own for what no text can say. */
    public static TokenCache ofItsOwn(
            List<TokenSource> sources, @Nullable Executor executor, List<TokenListener> listeners, int slots) {
        return cache(
                sources,
                new RequestExecutor(null, executor),
                listeners.isEmpty() ? null : new EventPublisher(listeners),
                slots);
    }

    /** The tokens of a managed identity for an audience as assertions; they have a cache of their own. */
    public static TokenSource assertions(TokenSource identity, String audience) {
        return new CachedAssertions(
                identity, audience, ofItsOwn(List.of(identity), null, List.of(), TokenCache.DEFAULT_SLOTS));
    }

    /** The same assertions, of which listeners are told: each that is requested or read, not those from a cache. */
    public static TokenSource assertions(TokenSource assertions, List<TokenListener> listeners) {
        if (listeners.isEmpty()) {
            return assertions;
        }
        if (assertions instanceof CachedAssertions cached) {
            TokenCache cache = ofItsOwn(List.of(cached.identity), null, listeners, TokenCache.DEFAULT_SLOTS);
            return new CachedAssertions(cached.identity, cached.audience, cache);
        }
        return new ToldAssertions(assertions, new EventPublisher(listeners));
    }

    private static TokenCache cache(
            List<TokenSource> sources, Executor executor, @Nullable EventPublisher publisher, int slots) {
        TokenSourceChain chain = new TokenSourceChain(sources, Time.SYSTEM, publisher, true);
        return new TokenCache(chain, executor, Time.SYSTEM, DEFAULT_DEADLINE, slots);
    }

    /** The variables that are read: all of the process's unless others replace them, and some beside them. */
    public static Environment environment(@Nullable Map<String, String> variables, Map<String, String> overrides) {
        Environment environment = variables == null ? Environment.ofProcess() : Environment.of(variables);
        for (Map.Entry<String, String> override : overrides.entrySet()) {
            environment = environment.with(override.getKey(), override.getValue());
        }
        return environment;
    }

    public static List<TokenSource> sources(SourceContext context, @Nullable String connectionString) {
        Environment environment = context.environment();
        ConnectionSettings settings = connectionSettings(environment, connectionString);
        return settings == null
                ? new DefaultSources(context).all()
                : List.of(new ConnectionStringSource(context, ProcessCaches::assertions).of(settings));
    }

    private static @Nullable ConnectionSettings connectionSettings(
            Environment environment, @Nullable String connectionString) {
        String text = connectionString == null ? environment.get(CONNECTION_STRING) : connectionString;
        return text == null || text.isBlank() ? null : ConnectionSettings.parse(text);
    }

    private static String fingerprint(Map<String, String> variables) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            text.append(variable.getKey())
                    .append('\0')
                    .append(variable.getValue())
                    .append('\0');
        }
        return Fingerprint.of(text.toString());
    }

    /** The tokens of a managed identity as the assertions of an application, kept and refreshed as any tokens are. */
    private static final class CachedAssertions implements TokenSource {
        private final TokenSource identity;
        private final String audience;
        private final TokenCache cache;

        CachedAssertions(TokenSource identity, String audience, TokenCache cache) {
            this.identity = identity;
            this.audience = audience;
            this.cache = cache;
        }

        @Override
        public String name() {
            return identity.name();
        }

        @Override
        public Outcome acquire(TokenRequest request) {
            Duration limit = request.deadline().orElseThrow();
            try {
                TokenRequest wanted = TokenRequest.forResource(audience).withForceRefresh(request.forceRefresh());
                return new Acquired(cache.get(wanted, limit).token);
            } catch (TokenAcquisitionException e) {
                List<TokenAttempt> attempts = e.attempts();
                TokenAttempt last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
                throw new TokenAcquisitionException(
                        e.code(),
                        "no assertion from " + name() + ": " + (last == null ? e.reason() : last.reason()),
                        last == null ? e.remedy() : last.remedy(),
                        null,
                        e.retryAfter().orElse(null));
            }
        }
    }
}
