package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners what happened. Called off any lock, by nobody who could be harmed: what a listener throws is logged
 * the first time, and then passed over.
 */
final class EventPublisher {
    /** The name by which programs have configured the log of failed refreshes. */
    private static final String SLOT = "io.podidentity.tokenprovider.TokenSlot";

    private final List<TokenListener> listeners;
    private final Set<TokenListener> faulty = ConcurrentHashMap.newKeySet();

    EventPublisher(List<TokenListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    /** A request got a token. It was a refresh if callers have an old one meanwhile. */
    void acquired(TokenRequest request, Duration duration, CachedToken token, @Nullable CachedToken old) {
        TokenListener.Kind kind = old != null ? TokenListener.Kind.REFRESHED : TokenListener.Kind.ACQUIRED;
        tell(request, new TokenListener.Event(kind, request, duration, token.token, null, token.attempts()));
        if (token.run.pins() && token.run.isNews(TokenListener.Kind.PINNED)) {
            happened(TokenListener.Kind.PINNED, request, Duration.ZERO, token, null);
        }
    }

    /** Somebody was given a token that is not kept, or none. */
    void supplied(
            TokenRequest request,
            Duration duration,
            @Nullable AccessToken token,
            @Nullable TokenAcquisitionException failure) {
        TokenListener.Kind kind = failure == null ? TokenListener.Kind.ACQUIRED : TokenListener.Kind.FAILED;
        tell(request, new TokenListener.Event(kind, request, duration, token, failure, List.of()));
    }

    /** A request got no token. It was a refresh if callers have an old one meanwhile. */
    void failed(TokenRequest request, Duration duration, @Nullable CachedToken old, TokenAcquisitionException failure) {
        TokenListener.Kind kind = old != null ? TokenListener.Kind.REFRESH_FAILED : TokenListener.Kind.FAILED;
        AccessToken known = old == null ? null : old.token;
        tell(request, new TokenListener.Event(kind, request, duration, known, failure, failure.attempts()));
    }

    /** A caller is about to block. */
    void waiting(TokenRequest request) {
        tell(request, null);
    }

    /** A caller who holds a future has its answer. */
    void waited(TokenRequest request, Call call) {
        Answer answer = call.answer();
        CachedToken token = answer instanceof CachedToken gained ? gained : null;
        TokenAcquisitionException failure = answer instanceof Failure failed ? failed.exception() : null;
        happened(TokenListener.Kind.WAITED, request, Duration.ofNanos(call.waitedNanos()), token, failure);
    }

    void happened(
            TokenListener.Kind kind,
            TokenRequest request,
            Duration duration,
            @Nullable CachedToken token,
            @Nullable TokenAcquisitionException failure) {
        tell(
                request,
                new TokenListener.Event(
                        kind, request, duration, token == null ? null : token.token, failure, List.of()));
    }

    /** Tells of an event, or by null that a caller waits. */
    private void tell(TokenRequest request, TokenListener.@Nullable Event event) {
        for (TokenListener listener : listeners) {
            try {
                if (event == null) {
                    listener.waiting(request);
                } else {
                    listener.on(event);
                }
            } catch (Throwable e) { // Also an assertion of a test, or a class that is missing there.
                if (faulty.add(listener)) {
                    complain(listener, e);
                }
            }
        }
    }

    private static void complain(TokenListener listener, Throwable e) {
        String text = "The token listener " + listener.getClass().getName()
                + " threw; it is told of further events, and this is not logged again.";
        System.getLogger(TokenSourceChain.LOGGER).log(Level.WARNING, text, e);
    }

    static void logFailedRefresh(TokenAcquisitionException failure) {
        String text = "The token is still valid, but getting the next one failed. {0}";
        System.getLogger(SLOT).log(Level.WARNING, text, failure.getMessage());
    }
}
