// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells listeners what happened. The calling thread must hold no lock. What a listener throws is logged the first time,
 * and ignored after that, so that no caller is harmed.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class EventPublisher {
    /** The library's logger, as docs/operations.md names it. */
    static final String LOGGER = "io.podidentity.tokenprovider";

    /** The logger of failed refreshes. Programs have configured it by this name, which is no longer that of a class. */
    private static final String REFRESH_LOGGER = "io.podidentity.tokenprovider.TokenSlot";

    private final List<TokenListener> listeners;
    /** The listeners that have thrown something. */
    private final Set<TokenListener> faulty = ConcurrentHashMap.newKeySet();

    EventPublisher(List<TokenListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    /**
     * Tells that a request got a token.
     *
     * @param old the token that callers got while this request refreshed it; null if callers waited
     */
    void publishToken(TokenRequest request, Duration duration, CachedToken token, @Nullable CachedToken old) {
        TokenListener.Kind kind = TokenListener.Kind.REFRESHED;
        if (old == null) {
            kind = TokenListener.Kind.ACQUIRED;
        }
        notifyListeners(request, new TokenListener.Event(kind, request, duration, token.token, null, token.attempts()));
        if (token.run.pins() && token.run.isNews(TokenListener.Kind.PINNED)) {
            publish(TokenListener.Kind.PINNED, request, Duration.ZERO, token, null);
        }
    }

    /** Tells that a source supplied an assertion, which no cache keeps, or that it failed. */
    void publishAssertion(
            TokenRequest request,
            Duration duration,
            @Nullable AccessToken token,
            @Nullable TokenAcquisitionException failure) {
        TokenListener.Kind kind = TokenListener.Kind.FAILED;
        if (failure == null) {
            kind = TokenListener.Kind.ACQUIRED;
        }
        notifyListeners(request, new TokenListener.Event(kind, request, duration, token, failure, List.of()));
    }

    /**
     * Tells that a request got no token.
     *
     * @param old the token that callers got while this request tried to refresh it; null if callers waited
     */
    void publishFailure(
            TokenRequest request, Duration duration, @Nullable CachedToken old, TokenAcquisitionException failure) {
        TokenListener.Kind kind = TokenListener.Kind.FAILED;
        AccessToken known = null;
        if (old != null) {
            kind = TokenListener.Kind.REFRESH_FAILED;
            known = old.token;
        }
        notifyListeners(request, new TokenListener.Event(kind, request, duration, known, failure, failure.attempts()));
    }

    /** Tells that a caller is about to block. */
    void publishBlock(TokenRequest request) {
        notifyListeners(request, null);
    }

    /** Tells that a caller with a future has its answer. */
    void publishWait(TokenRequest request, Call call) {
        CachedToken token = null;
        TokenAcquisitionException failure = null;
        if (call.answer() instanceof CachedToken gained) {
            token = gained;
        } else if (call.answer() instanceof Failure failed) {
            failure = failed.exception();
        }
        publish(TokenListener.Kind.WAITED, request, Duration.ofNanos(call.waitedNanos()), token, failure);
    }

    /** Tells of an event without attempts. */
    void publish(
            TokenListener.Kind kind,
            TokenRequest request,
            Duration duration,
            @Nullable CachedToken token,
            @Nullable TokenAcquisitionException failure) {
        AccessToken known = null;
        if (token != null) {
            known = token.token;
        }
        notifyListeners(request, new TokenListener.Event(kind, request, duration, known, failure, List.of()));
    }

    /**
     * Tells all listeners.
     *
     * @param event the event; null if a caller is about to block
     */
    private void notifyListeners(TokenRequest request, TokenListener.@Nullable Event event) {
        for (TokenListener listener : listeners) {
            try {
                notifyListener(listener, request, event);
            } catch (Throwable e) { // Errors too: a test's assertion, or a class that the listener does not find.
                if (faulty.add(listener)) {
                    logFaultyListener(listener, e);
                }
            }
        }
    }

    private static void notifyListener(
            TokenListener listener, TokenRequest request, TokenListener.@Nullable Event event) {
        if (event == null) {
            listener.waiting(request);
        } else {
            listener.on(event);
        }
    }

    private static void logFaultyListener(TokenListener listener, Throwable e) {
        String text = "The token listener " + listener.getClass().getName()
                + " threw; it is told of further events, and this is not logged again.";
        System.getLogger(LOGGER).log(Level.WARNING, text, e);
    }

    static void logFailedRefresh(TokenAcquisitionException failure) {
        String text = "The token is still valid, but getting the next one failed. {0}";
        System.getLogger(REFRESH_LOGGER).log(Level.WARNING, text, failure.getMessage());
    }
}
