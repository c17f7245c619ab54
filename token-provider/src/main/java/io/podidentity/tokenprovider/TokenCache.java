package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/**
 * The tokens of one chain of sources: a slot for each request that differs in what it asks for.
 *
 * <p>A request that names a resource and nothing else has that resource as its key, so that the usual look-up makes no
 * object. The number of slots is bounded: when it is reached, those without a valid token go, then those that expire
 * first.
 */
final class TokenCache {
    static final int MAX_SLOTS = 1_000;

    private final TokenSourceChain chain;
    private final Executor crew;
    private final Time time;
    private final Duration refreshLimit;
    private final ConcurrentMap<Object, TokenSlot> slots = new ConcurrentHashMap<>();

    TokenCache(TokenSourceChain chain, Executor crew, Time time, Duration refreshLimit) {
        this.chain = chain;
        this.crew = crew;
        this.time = time;
        this.refreshLimit = refreshLimit;
    }

    /** The slot of a request that names a resource only. */
    TokenSlot slot(String resource) {
        TokenSlot slot = slots.get(resource);
        return slot != null ? slot : newSlot(resource, TokenRequest.forResource(resource));
    }

    /** The slot of a request. */
    TokenSlot slot(TokenRequest request) {
        if (request.isForResourceAlone()) {
            return slot(request.resource());
        }
        TokenRequest key = request.withForceRefresh(false).withDeadline(null);
        TokenSlot slot = slots.get(key);
        return slot != null ? slot : newSlot(key, key);
    }

    /** Forgets all tokens and failures, and which source answered first. */
    void clear() {
        chain.unpin();
        for (TokenSlot slot : slots.values()) {
            slot.clear();
        }
        slots.clear();
    }

    /** The sources behind it. */
    @Override
    public String toString() {
        return chain.toString();
    }

    int size() {
        return slots.size();
    }

    private TokenSlot newSlot(Object key, TokenRequest request) {
        if (slots.size() >= MAX_SLOTS) {
            makeRoom();
        }
        TokenSlot made = new TokenSlot(request, chain, crew, time, refreshLimit);
        TokenSlot other = slots.putIfAbsent(key, made);
        return other == null ? made : other;
    }

    private synchronized void makeRoom() {
        slots.values().removeIf(TokenSlot::isStale);
        int surplus = slots.size() - MAX_SLOTS * 3 / 4;
        if (surplus <= 0) {
            return;
        }
        List<Map.Entry<Object, TokenSlot>> entries = new ArrayList<>(slots.entrySet());
        entries.sort((one, other) ->
                Long.compare(one.getValue().expiresAt(), other.getValue().expiresAt()));
        for (Map.Entry<Object, TokenSlot> entry : entries.subList(0, surplus)) {
            slots.remove(entry.getKey(), entry.getValue());
            entry.getValue().clear();
        }
    }
}
