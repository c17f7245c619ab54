package io.podidentity.podid.run;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.Part;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

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

    /** A claim, such as {@code iss}; empty if it is no text. */
    String claim(String name) {
        String[] parts = value.split("\\.", -1);
        try {
            String claims = parts.length < 2
                    ? "{}"
                    : new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
            return Json.object(claims).get(name) instanceof String text ? text : "";
        } catch (ParseException | IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return "AccountToken[life=" + life + "]";
    }
}
