// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Whose tokens the applications and identities of the tenant accept. A new credential takes a while until it is known
 * everywhere, and a client that asks too early is refused for two more minutes, since the refusal is cached. The keys
 * of the tokens' issuers, which Entra fetches, are supplied here, since the emulator sends no requests outside.
 * Thread-safe.
 *
 * @see <a href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations">limits</a>
 * @see <a href="https://github.com/Azure/azure-workload-identity/issues/273">the cached refusal</a>
 * @since 0.1.0
 */
public final class FederatedCredentials {

    /** How many one application or identity can have. */
    public static final int LIMIT = 20;

    private static final Duration MISS_IS_REMEMBERED = Duration.ofMinutes(2);

    private final Map<String, List<Entry>> entries = new ConcurrentHashMap<>();
    private final Map<Presented, Instant> misses = new ConcurrentHashMap<>();
    private final Map<String, Supplier<? extends List<? extends PublicKey>>> keys = new ConcurrentHashMap<>();
    private final Clock clock;

    private record Entry(FederatedCredential credential, Instant knownFrom) {}

    private record Presented(
            String clientId, String issuer, String subject, Map<String, ?> claims, Set<String> audiences) {}

    /** What an assertion is worth. */
    public enum Match {
        ACCEPTED,
        /** There is no credential of that issuer. */
        OTHER_ISSUER,
        /** There is one of that issuer, for another subject. */
        OTHER_SUBJECT,
        /** There is one of that issuer whose subject differs in upper and lower case alone. */
        OTHER_CASE,
        /** There is one of that issuer and subject, for another audience. */
        OTHER_AUDIENCE,
        /** There is the right one, but it is too new, or an earlier refusal is still cached. */
        NOT_KNOWN_YET
    }

    public FederatedCredentials(Clock clock) {
        this.clock = clock;
    }

    /**
     * Creates a credential, which is known everywhere after {@code delay}.
     *
     * @throws IllegalArgumentException if the application has 20 of them, or one of the same issuer and subject
     */
    public void create(String clientId, FederatedCredential credential, Duration delay) {
        List<Entry> present = of(clientId);
        synchronized (present) {
            if (present.size() >= LIMIT) {
                throw new IllegalArgumentException("Too many federated credentials: " + clientId + " has " + LIMIT
                        + ", the most that are allowed. Remove one, or use an identity binding");
            }
            if (present.stream().anyMatch(entry -> entry.credential().isOfSameOrigin(credential))) {
                throw new IllegalArgumentException("A federated credential of issuer " + credential.issuer()
                        + " and subject " + credential.subject() + " exists already for " + clientId);
            }
            present.add(new Entry(credential, clock.instant().plus(delay)));
        }
    }

    /** Takes the one of that issuer and subject away, if there is one. */
    public void remove(String clientId, String issuer, String subject) {
        of(clientId)
                .removeIf(entry -> entry.credential().issuer().equals(issuer)
                        && entry.credential().subject().equals(subject));
    }

    /** Whether there is one of that issuer and subject, known everywhere or not. */
    public boolean has(String clientId, String issuer, String subject) {
        return of(clientId).stream()
                .map(Entry::credential)
                .anyMatch(present ->
                        present.issuer().equals(issuer) && present.subject().equals(subject));
    }

    /** Looks for a credential with an exact subject; all three must match exactly. */
    public Match match(String clientId, String issuer, String subject, Collection<String> audiences) {
        return match(clientId, issuer, subject, Map.of(), audiences);
    }

    /**
     * Looks for a credential. Issuer and audience must match exactly, and so must the subject, unless the credential
     * has an expression.
     *
     * @param claims those of the token that are texts, which expressions are compared with
     */
    public Match match(
            String clientId, String issuer, String subject, Map<String, ?> claims, Collection<String> audiences) {
        var presented = new Presented(key(clientId), issuer, subject, Map.copyOf(claims), Set.copyOf(audiences));
        Match match = match(of(clientId), presented);
        Instant now = clock.instant();
        if (match != Match.ACCEPTED) {
            misses.put(presented, now.plus(MISS_IS_REMEMBERED));
        } else if (misses.getOrDefault(presented, Instant.MIN).isAfter(now)) {
            return Match.NOT_KNOWN_YET;
        }
        return match;
    }

    /** All keys that an issuer has now; its name must match exactly. */
    public void publish(String issuer, List<? extends PublicKey> present) {
        List<? extends PublicKey> copy = List.copyOf(present);
        keys.put(issuer, () -> copy);
    }

    /** The same for an issuer that changes its keys. */
    public void publish(String issuer, Supplier<? extends List<? extends PublicKey>> present) {
        keys.put(issuer, present);
    }

    /** None of an issuer that Entra cannot reach. */
    public List<? extends PublicKey> keysOf(String issuer) {
        return keys.getOrDefault(issuer, List::of).get();
    }

    private Match match(List<Entry> all, Presented presented) {
        Predicate<Entry> issuer = entry -> entry.credential().issuer().equals(presented.issuer());
        Predicate<Entry> subject =
                issuer.and(entry -> entry.credential().acceptsSubject(presented.subject(), presented.claims()));
        Predicate<Entry> audience = subject.and(
                entry -> presented.audiences().contains(entry.credential().audience()));
        if (all.stream().noneMatch(issuer)) {
            return Match.OTHER_ISSUER;
        }
        if (all.stream().noneMatch(subject)) {
            Predicate<Entry> letters =
                    issuer.and(entry -> entry.credential().subject().equalsIgnoreCase(presented.subject()));
            return all.stream().anyMatch(letters) ? Match.OTHER_CASE : Match.OTHER_SUBJECT;
        }
        if (all.stream().noneMatch(audience)) {
            return Match.OTHER_AUDIENCE;
        }
        Instant now = clock.instant();
        if (all.stream().anyMatch(audience.and(entry -> !entry.knownFrom().isAfter(now)))) {
            return Match.ACCEPTED;
        }
        return Match.NOT_KNOWN_YET;
    }

    private List<Entry> of(String clientId) {
        return entries.computeIfAbsent(key(clientId), id -> new CopyOnWriteArrayList<>());
    }

    private static String key(String clientId) {
        return clientId.toLowerCase(Locale.ROOT);
    }
}
