// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
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

/**
 * The tokens of one chain of sources. Requests that ask for the same token share a {@link TokenSlot}.
 *
 * <p>If a request names a resource and nothing else, the resource itself is the key of its slot. So the usual look-up
 * makes no object.
 *
 * <p>The number of slots is bounded. A new slot takes the place of a stale one if a few looks, from a random place on,
 * find one. Otherwise it takes the place of the first slot from there on that has no caller and no request. The place
 * is random because a process with more resources than slots goes through them in turns: to drop the slot that was used
 * longest ago would drop each slot just before it is needed. A slot with a caller or a request is never dropped. If all
 * slots are in use, the cache exceeds the bound until the next slot is made.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class TokenCache {
    /** The number of slots unless a program sets it: most services have fewer tenants times resources. */
    public static final int DEFAULT_SLOTS = 10_000;

    /** How many slots are looked at for a stale one. More looks would make the creation of a slot slow. */
    private static final int LOOKS = 8;
    /**
     * The order in which slots are cleared: first those of programs that handle claims challenges. A token can move
     * from such a slot to an ordinary one, so the other order could leave a token in a slot that was cleared already.
     */
    private static final boolean[] CAPABLE_FIRST = {true, false};

    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;
    private final Duration refreshLimit;
    private final int maxSlots;
    private final ConcurrentMap<Object, TokenSlot> slots = new ConcurrentHashMap<>();
    /**
     * The same slots in a list, of which eviction takes random places. Guarded by this, as is each change of the map.
     */
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

    /** The slot of a request that names this resource and nothing else. */
    public TokenSlot slotOf(String resource) {
        TokenSlot slot = slots.get(resource);
        if (slot == null) {
            slot = makeSlot(resource, TokenRequest.forResource(resource));
        }
        return slot;
    }

    /**
     * The slot of a request. Programs that handle claims challenges have slots of their own if the source issues other
     * tokens to them.
     */
    TokenSlot slotOf(TokenRequest request) {
        TokenSlot slot = findSlot(request);
        if (slot == null) {
            slot = makeSlot(keyOf(request), withoutCall(request));
        }
        return slot;
    }

    /** The slot that a request has already; null for none. */
    private @Nullable TokenSlot findSlot(TokenRequest request) {
        if (request.caeEnabled()) {
            // If the source issues the same tokens to all programs, the token is in the ordinary slot.
            TokenSlot ordinary = slots.get(keyOf(request.withCaeEnabled(false)));
            if (ordinary != null && ordinary.isForAllPrograms()) {
                return ordinary;
            }
            return slots.get(keyOf(request));
        }
        // A request that names more than a resource is usually its own key. keyOf() makes objects, so it comes second.
        TokenSlot slot = slots.get(request);
        if (slot == null) {
            slot = slots.get(keyOf(request));
        }
        return slot;
    }

    /** The resource itself if the request names nothing else that makes a difference to the token; else the request. */
    private static Object keyOf(TokenRequest request) {
        boolean namesResourceOnly = request.tenantId().isEmpty()
                && request.identity().isEmpty()
                && request.agent().isEmpty()
                && request.claims().isEmpty()
                && !request.isOnBehalfOfUser()
                && !request.caeEnabled();
        if (namesResourceOnly) {
            return request.resource();
        }
        return withoutCall(request);
    }

    /** The same request without what belongs to a single call: deadline, forced refresh, and the user's token. */
    private static TokenRequest withoutCall(TokenRequest request) {
        boolean hasNothingOfACall =
                request.deadline().isEmpty() && !request.forceRefresh() && !request.isOnBehalfOfUser();
        if (hasNothingOfACall) {
            return request;
        }
        return request.withForceRefresh(false).withDeadline(null).withoutUserAssertion();
    }

    /** The token. The calling thread waits for it if necessary. */
    public CachedToken get(TokenRequest request, Duration limit) {
        TokenSlot slot;
        CachedToken token;
        do {
            slot = slotOf(request);
            // Null if the slot was evicted meanwhile; then there is a new one in the next round.
            token = slot.get(isForced(request, slot), limit, request);
        } while (token == null);
        shareToken(slot, token);
        return token;
    }

    /**
     * The token as a future, without a wait of the calling thread.
     *
     * @param view what the caller sees of the token
     */
    public <T> CompletableFuture<T> getAsync(TokenRequest request, Duration limit, Function<CachedToken, T> view) {
        CompletableFuture<T> token;
        do {
            TokenSlot slot = slotOf(request);
            // Null if the slot was evicted meanwhile, as above.
            token = slot.getAsync(isForced(request, slot), limit, sharing(slot, view), request);
        } while (token == null);
        return token;
    }

    /** The same view, which first puts the token into the other slot that wants it. */
    private <T> Function<CachedToken, T> sharing(TokenSlot slot, Function<CachedToken, T> view) {
        if (slot.request().claims().isEmpty() && !slot.request().caeEnabled()) {
            return view;
        }
        return token -> {
            shareToken(slot, token);
            return view.apply(token);
        };
    }

    /**
     * Whether the source must be asked even if the slot has a token. A call with a claims challenge asks the source if
     * the challenge may be about the slot's own token. That token came for the same claims, so the challenge may also
     * be about the token before it.
     */
    private static boolean isForced(TokenRequest request, TokenSlot slot) {
        return request.forceRefresh() || (request.claims().isPresent() && slot.state.refuseChallengedToken());
    }

    /** Puts a token into the other slot in which calls look for it, if there is one. */
    private void shareToken(TokenSlot slot, CachedToken token) {
        TokenRequest request = slot.request();
        if (request.claims().isPresent()) {
            // Otherwise calls without the claims would still get the token that the resource refused.
            TokenSlot refused = findSlot(request.withClaims(null));
            if (refused != null) {
                slot.state.shareToken(token, refused.state);
            }
        }
        if (request.caeEnabled() && !token.run.caeAware()) {
            // The token serves all programs, and findSlot() looks for such a token in the ordinary slot.
            slot.state.moveToken(token, slotOf(request.withCaeEnabled(false)).state);
        }
    }

    /** Forgets the tokens for a request, also those of programs that handle claims challenges. */
    public void clear(TokenRequest request) {
        for (boolean capable : CAPABLE_FIRST) {
            TokenSlot slot = slots.get(keyOf(request.withCaeEnabled(capable)));
            if (slot != null) {
                slot.state.clear();
            }
        }
    }

    /** Forgets all tokens, and which source answered first. */
    public void clear() {
        // First, so that the requests that begin from now on belong to the new generation.
        chain.unpin();
        for (boolean capable : CAPABLE_FIRST) {
            for (TokenSlot slot : slots.values()) {
                if (slot.request().caeEnabled() == capable) {
                    slot.state.clear();
                }
            }
        }
    }

    /** Stops the log lines about where tokens come from. Warnings about failed refreshes stay. */
    public void quietenLog() {
        chain.quietenLog();
    }

    @Override
    public String toString() {
        return chain.toString();
    }

    int size() {
        return slots.size();
    }

    private synchronized TokenSlot makeSlot(Object key, TokenRequest request) {
        TokenSlot slot = slots.get(key);
        if (slot == null) {
            while (places.size() >= maxSlots && evictOne()) {
                // One round is enough, unless the cache exceeded its bound before.
            }
            slot = new TokenSlot(request, chain, executor, time, refreshLimit);
            places.add(slot);
            slots.put(key, slot);
        }
        return slot;
    }

    /** Evicts one slot. False if all slots are in use. */
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

    /** Evicts the slot at this place. False if the slot is in use. */
    private boolean evict(int place) {
        TokenSlot slot = places.get(place);
        if (!slot.state.closeIfUnused()) {
            return false;
        }
        slots.remove(keyOf(slot.request()));
        // The last slot takes the free place, so that nothing else moves.
        int last = places.size() - 1;
        places.set(place, places.get(last));
        places.remove(last);
        return true;
    }
}
