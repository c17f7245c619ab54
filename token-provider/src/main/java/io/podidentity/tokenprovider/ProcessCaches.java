package io.podidentity.tokenprovider;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The caches that all providers of the process share, one for each set of variables that their sources read. */
final class ProcessCaches {
    /** A refresh behind the callers may take as long as a call by default. */
    private static final Duration REFRESH_LIMIT = AzureServiceTokenProvider.DEFAULT_DEADLINE;

    private static final ConcurrentMap<Map<String, String>, TokenCache> OTHERS = new ConcurrentHashMap<>();

    private ProcessCaches() {}

    /** The cache of the process's own environment. */
    static TokenCache own() {
        return Own.CACHE;
    }

    /** The cache of another environment. */
    static TokenCache of(Map<String, String> variables) {
        TokenCache cache = OTHERS.get(variables);
        if (cache == null) {
            TokenCache made = cacheOf(Environment.of(variables));
            TokenCache other = OTHERS.putIfAbsent(variables, made);
            cache = other == null ? made : other;
        }
        return cache;
    }

    /** A cache of its own for these sources. */
    static TokenCache cache(List<TokenSource> sources) {
        return new TokenCache(new TokenSourceChain(sources, Time.SYSTEM), new FlightCrew(), Time.SYSTEM, REFRESH_LIMIT);
    }

    private static TokenCache cacheOf(Environment environment) {
        WarmUp.begin(DefaultSources.isAnnounced(environment));
        return cache(DefaultSources.of(
                environment,
                new File("/"),
                new UrlConnectionTransport(Time.SYSTEM),
                new AzureCliTokenSource(environment, new SystemProcessRunner(environment), Time.SYSTEM, null),
                Time.SYSTEM));
    }

    /** Made when first needed. */
    private static final class Own {
        static final TokenCache CACHE = cacheOf(Environment.ofProcess());
    }
}
