package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A source that is made when it is known with what: a provider's builder makes it with its own variables and transport.
 * One that is asked outside of a provider, or within a source of the user's, is made with those of the process.
 */
final class DeferredTokenSource implements TokenSource {
    private final Function<SourceContext, TokenSource> recipe;
    /** The one with the process's own settings; null until it is needed. Guarded by this. */
    private @Nullable TokenSource own;

    DeferredTokenSource(Function<SourceContext, TokenSource> recipe) {
        this.recipe = recipe;
    }

    /** The source as it is within a provider. */
    static TokenSource in(SourceContext context, TokenSource source) {
        return source instanceof DeferredTokenSource deferred ? deferred.recipe.apply(context) : source;
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
