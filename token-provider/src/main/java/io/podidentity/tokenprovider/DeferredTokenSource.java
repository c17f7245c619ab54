// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A source that is created later, when its settings are known. A provider's builder creates it with the builder's own
 * variables and transport. If it is asked outside of a provider, or inside of a program's own source, it is created
 * with the settings of the process.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class DeferredTokenSource implements TokenSource {
    private final Function<SourceContext, TokenSource> recipe;
    /** The source with the settings of the process; null until it is needed. Guarded by this. */
    private @Nullable TokenSource own;

    DeferredTokenSource(Function<SourceContext, TokenSource> recipe) {
        this.recipe = recipe;
    }

    /** The source with the settings of a provider. A source that is not deferred stays as it is. */
    static TokenSource resolve(SourceContext context, TokenSource source) {
        if (source instanceof DeferredTokenSource deferred) {
            return deferred.recipe.apply(context);
        }
        return source;
    }

    @Override
    public String name() {
        return own().name();
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        return own().acquire(request);
    }

    @Override
    public @Nullable Object account() {
        return own().account();
    }

    private synchronized TokenSource own() {
        if (own == null) {
            own = recipe.apply(SourceContext.of(Environment.ofProcess(), null, null));
        }
        return requireNonNull(own);
    }
}
