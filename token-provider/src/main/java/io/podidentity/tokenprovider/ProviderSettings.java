// SPDX-License-Identifier: Apache-2.0
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

/**
 * The settings of a builder. A setting that the program left out is null.
 *
 * <p><i>Thread-safety:</i> not safe for use by several threads.
 */
final class ProviderSettings {
    @Nullable
    Map<String, String> environment;

    @Nullable
    String connectionString;

    /** The variables that the builder's own methods set in place of those of the environment. */
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
     * The cache for these settings. If all settings are texts, all providers with equal settings share it. Otherwise it
     * is new.
     *
     * @throws IllegalStateException if there are sources and a connection string
     * @throws IllegalArgumentException if a setting has an impossible value
     */
    TokenCache findOrMakeCache() {
        if (sources != null && connectionString != null) {
            throw new IllegalStateException("a connection string is for the default chain; sources replace it");
        }
        // Objects of the program cannot be compared with those of another provider.
        boolean hasObjects =
                sources != null || executor != null || !listeners.isEmpty() || proxy != null || tls != null;
        if (hasObjects) {
            return ProcessCaches.makeUnshared(createSources(context()), executor, listeners, cacheSize);
        }
        return ProcessCaches.forSettings(environment, connectionString, overrides, cacheSize);
    }

    /** The context that sources are created with. */
    SourceContext context() {
        Environment variables = ProcessCaches.environmentOf(environment, overrides);
        return SourceContext.of(variables, proxy, tls);
    }

    private List<TokenSource> createSources(SourceContext context) {
        if (sources == null) {
            return ProcessCaches.createSources(context, connectionString);
        }
        List<TokenSource> made = new ArrayList<>();
        for (TokenSource source : sources) {
            made.add(DeferredTokenSource.resolve(context, source));
        }
        return made;
    }
}
