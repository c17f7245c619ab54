package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the JSON in which token endpoints and tools answer with a token. */
public final class TokenResponse {
    private static final long MAX_SECONDS = 1_000_000_000;
    /** What two clocks that are right may differ by, and what an answer may take. */
    private static final long TOLERANCE_MILLIS = 300_000;
    /** Longer than any token lives. */
    private static final long MAX_LIFE_MILLIS = 2 * 86_400_000L;

    private static final String SAMPLE = "{\"access_token\":\"a\",\"expires_on\":\"2000000000\"}";

    private final Map<String, @Nullable Object> members;

    private TokenResponse(Map<String, @Nullable Object> members) {
        this.members = members;
    }

    public static TokenResponse read(String body) throws JsonException {
        return new TokenResponse(JsonReader.readObject(body));
    }

    public static AccessToken token(HttpResponse response, TokenRequest request, String source, long nowMillis)
            throws JsonException {
        TokenResponse answer = read(response.body());
        String value = answer.text("access_token");
        Instant expiresOn = answer.expiresOn(nowMillis, response.date());
        if (value == null || expiresOn == null) {
            throw new JsonException(value == null ? "without access_token" : "without an expiry that can be read");
        }
        String type = answer.text("token_type");
        return new AccessToken(
                value,
                request.resource(),
                type == null ? "Bearer" : type,
                expiresOn,
                answer.refreshOn(nowMillis),
                null,
                source);
    }

    /**
     * Whether a text can be sent as a token: it has characters, and none that a header does not take, blanks among
     * them.
     */
    public static boolean canBeSent(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
                return false;
            }
        }
        return !token.isEmpty();
    }

    /** Reads an answer like the one that is waited for: what that takes is then loaded by the time it comes. */
    public static AccessToken rehearse() {
        try {
            HttpResponse answer = new HttpResponse(200, SAMPLE, null);
            return token(answer, TokenRequest.forResource("rehearsal"), "", 0);
        } catch (JsonException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A member's text; null if it is absent, empty or no text. */
    @Nullable
    public String text(String name) {
        return members.get(name) instanceof String value && !value.isEmpty() ? value : null;
    }

    /** A member's value; null if it is absent. */
    @Nullable
    public Object value(String name) {
        return members.get(name);
    }

    /** When the token expires by this machine's clock, from a tool of this machine. */
    @Nullable
    public Instant expiresOn(long nowMillis) {
        return expiresOn(nowMillis, null);
    }

    /**
     * When the token expires by this machine's clock, be that right or wrong: whoever keeps the token measures the rest
     * of its life from now on. Of {@code expires_on} and {@code expires_in} the shorter life counts where they differ:
     * the first is off as much as this machine's clock, the second is too long where a token is handed out a second
     * time, as NMI does. A clock that is minutes away from the issuer's own does not count at all.
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
        return expiresIn != null && on - expiresIn.toEpochMilli() > TOLERANCE_MILLIS ? expiresIn : expiresOn;
    }

    /** When the issuer wants a new token to be asked for: {@code refresh_in} from now on; null if it does not say. */
    @Nullable
    Instant refreshOn(long nowMillis) {
        return after(nowMillis, "refresh_in");
    }

    private @Nullable Instant after(long nowMillis, String name) {
        Long seconds = ExpiryTime.readSeconds(members.get(name));
        return seconds == null || seconds <= 0 || seconds > MAX_SECONDS
                ? null
                : Instant.ofEpochMilli(nowMillis + seconds * 1000);
    }
}
