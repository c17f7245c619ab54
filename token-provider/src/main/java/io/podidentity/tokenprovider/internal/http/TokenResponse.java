// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/** Reads the JSON in which token endpoints and tools answer with a token. */
public final class TokenResponse {
    private static final long MAX_SECONDS = 1_000_000_000;
    /** Two clocks that are right may differ by so much, the time of the answer included. */
    private static final long TOLERANCE_MILLIS = 300_000;
    /** No token lives longer. */
    private static final long MAX_LIFE_MILLIS = 2 * 86_400_000L;

    private static final String SAMPLE = "{\"access_token\":\"a\",\"expires_on\":\"2000000000\"}";

    private final Map<String, @Nullable Object> members;

    private TokenResponse(Map<String, @Nullable Object> members) {
        this.members = members;
    }

    public static TokenResponse read(String body) throws JsonException {
        return new TokenResponse(JsonReader.readObject(body));
    }

    public static AccessToken readToken(HttpResponse response, TokenRequest request, String source, long nowMillis)
            throws JsonException {
        TokenResponse answer = read(response.body());
        String value = answer.text("access_token");
        if (value == null) {
            throw new JsonException("without access_token");
        }
        Instant expiresOn = answer.expiresOn(nowMillis, response.date());
        if (expiresOn == null) {
            throw new JsonException("without an expiry that can be read");
        }
        String type = Objects.requireNonNullElse(answer.text("token_type"), "Bearer");
        return new AccessToken(value, request.resource(), type, expiresOn, answer.refreshOn(nowMillis), null, source);
    }

    /** Whether a header can carry a text as a token: it is not empty, and all characters are visible ASCII. */
    public static boolean canBeSent(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
                return false;
            }
        }
        return !token.isEmpty();
    }

    /** Reads a made-up answer, so that the classes for that are loaded before the real answer comes. */
    public static AccessToken readSample() {
        try {
            HttpResponse answer = new HttpResponse(200, SAMPLE, null);
            return readToken(answer, TokenRequest.forResource("rehearsal"), "", 0);
        } catch (JsonException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text of a member; null if the member is absent, empty or not a text. */
    @Nullable
    public String text(String name) {
        if (members.get(name) instanceof String value && !value.isEmpty()) {
            return value;
        }
        return null;
    }

    /** The value of a member; null if the member is absent. */
    @Nullable
    public Object value(String name) {
        return members.get(name);
    }

    /** When the token expires by this machine's clock, if a tool of this machine has answered. */
    @Nullable
    public Instant expiresOn(long nowMillis) {
        return expiresOn(nowMillis, null);
    }

    /**
     * When the token expires by this machine's clock, even if that clock is wrong: the cache measures the rest of the
     * token's life from now on. If {@code expires_on} and {@code expires_in} differ, the shorter life counts. The first
     * is wrong if this machine's clock is wrong. The second is too long if a token is issued a second time, as NMI
     * does. If this machine's clock differs from the issuer's by minutes, {@code expires_on} is corrected by the
     * difference.
     *
     * @param date the header {@code Date} of the answer; null without it
     */
    @Nullable
    Instant expiresOn(long nowMillis, @Nullable String date) {
        Instant expiresOn = ExpiryTime.read(members.get("expires_on"));
        Instant expiresIn = after(nowMillis, "expires_in");
        if (expiresOn == null) {
            return expiresIn;
        }
        long on = expiresOn.toEpochMilli();
        long theirs = ExpiryTime.readDate(date);
        boolean clocksDiffer = theirs > 0 && Math.abs(theirs - nowMillis) > TOLERANCE_MILLIS;
        if (clocksDiffer && on > theirs && on - theirs <= MAX_LIFE_MILLIS) {
            expiresOn = Instant.ofEpochMilli(nowMillis + on - theirs);
            on = expiresOn.toEpochMilli();
        }
        if (expiresIn != null && on - expiresIn.toEpochMilli() > TOLERANCE_MILLIS) {
            return expiresIn;
        }
        return expiresOn;
    }

    /** When the issuer wants the next request for a token ({@code refresh_in}); null if it does not say. */
    @Nullable
    Instant refreshOn(long nowMillis) {
        return after(nowMillis, "refresh_in");
    }

    private @Nullable Instant after(long nowMillis, String name) {
        Long seconds = ExpiryTime.readSeconds(members.get(name));
        if (seconds == null || seconds <= 0 || seconds > MAX_SECONDS) {
            return null;
        }
        return Instant.ofEpochMilli(nowMillis + seconds * 1000);
    }
}
