package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.internal.engine.TokenCache;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.net.ProxySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a builder was told; null is what it was not told. Not safe for use by several threads. */
final class ProviderSettings {
    @Nullable
    Map<String, String> environment;

    @Nullable
    String connectionString;

    /** Variables that are set in place of those of the environment; by a builder's own methods. */
    final Map<String, String> overrides = new TreeMap<>();

    @Nullable
    List<TokenSource> sources;

    @Nullable
    Executor executor;

    final List<TokenListener> listeners = new ArrayList<>();

    /** How many tokens are kept at most. */
    int cacheSize = TokenCache.DEFAULT_SLOTS;

    @Nullable
    ProxySelector proxy;

    @Nullable
    SSLContext tls;

    /**
     * The cache for these settings: the one of all providers with equal settings where all are texts, else one of its
     * own.
     *
     * @throws IllegalStateException if there are sources and a connection string
     * @throws IllegalArgumentException if one has an impossible value
     */
    TokenCache cache() {
        if (sources != null && connectionString != null) {
            throw new IllegalStateException("a connection string is for the default chain; sources replace it");
        }
        boolean texts = sources == null && executor == null && listeners.isEmpty() && proxy == null && tls == null;
        if (texts) {
            return ProcessCaches.of(environment, connectionString, overrides, cacheSize);
        }
        return ProcessCaches.ofItsOwn(chain(context()), executor, listeners, cacheSize);
    }

    /** What sources are made with. */
    SourceContext context() {
        Environment variables = ProcessCaches.environment(environment, overrides);
        return SourceContext.of(variables, proxy, tls);
    }

    private List<TokenSource> chain(SourceContext context) {
        if (sources == null) {
            return ProcessCaches.sources(context, connectionString);
        }
        List<TokenSource> made = new ArrayList<>();
        for (TokenSource source : sources) {
            made.add(DeferredTokenSource.in(context, source));
        }
        return made;
    }
}
