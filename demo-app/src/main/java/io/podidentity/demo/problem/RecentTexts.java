package io.podidentity.demo.problem;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers texts for some time.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class RecentTexts {
    private static final int MAX_TEXTS = 100;

    private final Duration memory;
    private final Clock clock;
    private final Map<String, Instant> seen = new LinkedHashMap<>();

    RecentTexts(Duration memory, Clock clock) {
        this.memory = memory;
        this.clock = clock;
    }

    /** Whether the text was not there before or has been forgotten; remembers it from now on. */
    synchronized boolean isNew(String text) {
        Instant now = clock.instant();
        // In the order in which they came, so the oldest go first.
        seen.values().removeIf(when -> !when.plus(memory).isAfter(now));
        if (seen.containsKey(text)) {
            return false;
        }
        if (seen.size() == MAX_TEXTS) {
            seen.remove(seen.keySet().iterator().next());
        }
        seen.put(text, now);
        return true;
    }
}
