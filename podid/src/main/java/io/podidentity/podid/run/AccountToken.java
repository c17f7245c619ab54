package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.Part;
import java.time.Duration;
import java.time.Instant;

/**
 * A token of a service account. Its text form does not show it.
 *
 * @param life how long it is good from when it was asked for
 */
record AccountToken(String value, Duration life, Instant asked) {

    /** Renewed early enough that a cluster may be out of reach for a while. */
    private static final int RENEW_AT_PERCENT = 70;

    /** What {@code kubectl create token -o json} prints. */
    static AccountToken of(Part request, Instant asked) {
        if (request.at("spec", "expirationSeconds").value() instanceof Number seconds
                && request.at("status", "token").value() instanceof String token) {
            // Not by the time at which it ends: the cluster's clock may differ from this one's.
            return new AccountToken(token, Duration.ofSeconds(seconds.longValue()), asked);
        }
        throw new IllegalArgumentException("kubectl printed no TokenRequest with a token");
    }

    Instant renewAt() {
        return asked.plus(life.multipliedBy(RENEW_AT_PERCENT).dividedBy(100));
    }

    @Override
    public String toString() {
        return "AccountToken[life=" + life + "]";
    }
}
