package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one chain of sources: a slot for each request that differs in what it asks for.
 *
 * <p>A request that names a resource and nothing else has that resource as its key, so that the usual look-up makes no
 * object.
 *
 * <p>The number of slots is bounded. A new slot takes the place of a stale one if a few looks, from a random place on,
 * find one. Otherwise it takes the place of the first slot from there on that nobody waits for. The place is random
 * because a process with more resources than slots goes through them in turns: to drop the slot that was used longest
 * ago would drop each slot just before it is needed. A slot that somebody waits for is never dropped. If callers wait
 * for all slots, the cache exceeds the bound until the next slot is made.
 */
public final class TokenCache {
    /** How many slots there are where nothing else is set: more than a service has tenants times resources. */
    public static final int DEFAULT_SLOTS = 10_000;

    private static final int LOOKS = 8;
    /** In this order slots are cleared: no token can then move from one that is not yet to one that is. */
    private static final boolean[] CAPABLE_FIRST = {true, false};

    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;
    private final Duration refreshLimit;
    private final int maxSlots;
    private final ConcurrentMap<Object, TokenSlot> slots = new ConcurrentHashMap<>();
    /** The same, in no order. Guarded by this, as each change of the map. */
    private final List<TokenSlot> places = new ArrayList<>();

    TokenCache(TokenSourceChain chain, Executor executor, Time time, Duration refreshLimit) {
        this(chain, executor, time, refreshLimit, DEFAULT_SLOTS);
    }

    TokenCache(TokenSourceChain chain, Executor executor, Time time, Duration refreshLimit, int maxSlots) {
        this.maxSlots = maxSlots;
        this.chain = chain;
        this.executor = executor;
        this.time = time;
        this.refreshLimit = refreshLimit;
    }

    public TokenSlot slot(String resource) {
        TokenSlot slot = slots.get(resource);
        return slot != null ? slot : newSlot(resource, TokenRequest.forResource(resource));
    }

    /** The slot of a request. Programs that handle claims challenges have one where the source tells them apart. */
    TokenSlot slot(TokenRequest request) {
        TokenSlot slot = known(request);
        return slot != null ? slot : newSlot(key(request), withoutCall(request));
    }

    /** The slot that a request has already; null for none. */
    private @Nullable TokenSlot known(TokenRequest request) {
        if (request.caeEnabled()) {
            // A source that does not tell programs apart leaves its token in the slot of the others, for all.
            TokenSlot shared = slots.get(key(request.withCaeEnabled(false)));
            boolean isForAll = shared != null && shared.isForAllPrograms();
            return isForAll ? shared : slots.get(key(request));
        }
        // First as it is, since most requests are their own keys, and key() would make objects only to say so.
        TokenSlot slot = slots.get(request);
        return slot == null ? slots.get(key(request)) : slot;
    }

    /** The resource where nothing else is named that would make the token another one. */
    private static Object key(TokenRequest request) {
        boolean alone = request.tenantId().isEmpty()
                && request.identity().isEmpty()
                && request.claims().isEmpty()
                && !request.isOnBehalfOfUser()
                && !request.caeEnabled();
        return alone ? request.resource() : withoutCall(request);
    }

    /** The same without what belongs to a single call. */
    private static TokenRequest withoutCall(TokenRequest request) {
        return request.deadline().isEmpty() && !request.forceRefresh() && !request.isOnBehalfOfUser()
                ? request
                : request.withForceRefresh(false).withDeadline(null).withoutUserAssertion();
    }

    /** The token, for which the calling thread waits if need be. A slot that was evicted meanwhile is made anew. */
    public CachedToken get(TokenRequest request, Duration limit) {
        TokenSlot slot;
        CachedToken token;
        do {
            slot = slot(request);
            token = slot.get(isForced(request, slot), limit, request);
        } while (token == null);
        share(slot, token);
        return token;
    }

    public <T> CompletableFuture<T> getAsync(TokenRequest request, Duration limit, Function<CachedToken, T> view) {
        CompletableFuture<T> token;
        do {
            TokenSlot slot = slot(request);
            boolean plain = slot.request().claims().isEmpty() && !slot.request().caeEnabled();
            Function<CachedToken, T> seen = plain
                    ? view
                    : got -> {
                        share(slot, got);
                        return view.apply(got);
                    };
            token = slot.getAsync(isForced(request, slot), limit, seen, request);
        } while (token == null);
        return token;
    }

    /**
     * Whether the source must be asked whatever the slot holds. A call that brings claims asks if these may refuse the
     * slot's own token, which came for the same claims.
     */
    private static boolean isForced(TokenRequest request, TokenSlot slot) {
        return request.forceRefresh() || (request.claims().isPresent() && slot.state.isChallenged());
    }

    /** Puts a token into the other slot in which calls look for it, if there is one. */
    private void share(TokenSlot slot, CachedToken token) {
        TokenRequest request = slot.request();
        if (request.claims().isPresent()) {
            // Calls without the claims would go on with the token that the claims refused.
            TokenSlot refused = known(request.withClaims(null));
            if (refused != null) {
                refused.state.replace(token);
            }
        }
        if (request.caeEnabled() && !token.run.caeAware()) {
            // The source does not tell programs apart: known() looks for the token of all in the slot of the others.
            slot.state.move(token, slot(request.withCaeEnabled(false)).state);
        }
    }

    /** Forgets the tokens for a request, also those of programs that handle claims challenges. */
    public void clear(TokenRequest request) {
        for (boolean capable : CAPABLE_FIRST) {
            TokenSlot slot = slots.get(key(request.withCaeEnabled(capable)));
            if (slot != null) {
                slot.state.clear();
            }
        }
    }

    /** Forgets all tokens, and which source answered first. */
    public void clear() {
        // First, so that what is begun from now on belongs to what comes.
        chain.unpin();
        for (boolean capable : CAPABLE_FIRST) {
            for (TokenSlot slot : slots.values()) {
                if (slot.request().caeEnabled() == capable) {
                    slot.state.clear();
                }
            }
        }
    }

    public void quieten() {
        chain.quieten();
    }

    @Override
    public String toString() {
        return chain.toString();
    }

    int size() {
        return slots.size();
    }

    private synchronized TokenSlot newSlot(Object key, TokenRequest request) {
        TokenSlot slot = slots.get(key);
        if (slot == null) {
            while (places.size() >= maxSlots && evictOne()) {
                // Once, but for those that were too many.
            }
            slot = new TokenSlot(request, chain, executor, time, refreshLimit);
            places.add(slot);
            slots.put(key, slot);
        }
        return slot;
    }

    /** Makes room for one; false if all are in use. */
    private boolean evictOne() {
        int size = places.size();
        int start = ThreadLocalRandom.current().nextInt(size);
        for (int i = 0; i < LOOKS; i++) {
            int place = (start + i) % size;
            if (places.get(place).state.isStale() && evict(place)) {
                return true;
            }
        }
        for (int i = 0; i < size; i++) {
            if (evict((start + i) % size)) {
                return true;
            }
        }
        return false;
    }

    private boolean evict(int place) {
        TokenSlot slot = places.get(place);
        if (!slot.state.close()) {
            return false;
        }
        slots.remove(key(slot.request()));
        int last = places.size() - 1;
        places.set(place, places.get(last));
        places.remove(last);
        return true;
    }
}
