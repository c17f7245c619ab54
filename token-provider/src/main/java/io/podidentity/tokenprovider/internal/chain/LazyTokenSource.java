package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.source.AccountBound;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import org.jspecify.annotations.Nullable;

/**
 * A developer tool, or a metadata service that nothing announces, that comes after other sources. Its classes are
 * loaded only when it is asked, which in most processes never happens.
 */
final class LazyTokenSource implements TokenSource, AccountBound, Anticipating {
    private final SourceDescriptor descriptor;
    private final SourceContext context;
    private volatile @Nullable TokenSource source;

    LazyTokenSource(SourceDescriptor descriptor, SourceContext context) {
        this.descriptor = descriptor;
        this.context = context;
    }

    @Override
    public String name() {
        return descriptor.label();
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        return source().acquire(request);
    }

    @Override
    public long accountFingerprint() {
        return source() instanceof AccountBound bound ? bound.accountFingerprint() : 0;
    }

    /** Does nothing for a tool, which is checked fast enough when it is asked. */
    @Override
    public void anticipate() {
        if (!descriptor.isTool() && source() instanceof Anticipating later) {
            later.anticipate();
        }
    }

    @Override
    public boolean isEvident() {
        return source instanceof Anticipating later && later.isEvident();
    }

    @Override
    public void abandon() {
        if (source instanceof Anticipating later) {
            later.abandon();
        }
    }

    private synchronized TokenSource source() {
        TokenSource made = source;
        if (made == null) {
            made = descriptor.create(context, false);
            source = made;
        }
        return made;
    }
}
