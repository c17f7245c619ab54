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

    private static final String SAMPLE = "{\"access_token\":\"a\",\"expires_on\":\"2000000000\"}";

    private final Map<String, @Nullable Object> members;

    private TokenResponse(Map<String, @Nullable Object> members) {
        this.members = members;
    }

    /**
     * Reads an answer.
     *
     * @throws JsonException if it is not a JSON object
     */
    public static TokenResponse read(String body) throws JsonException {
        return new TokenResponse(JsonReader.readObject(body));
    }

    /**
     * The token that a token endpoint answered with.
     *
     * @param body the answer's body
     * @param request what was asked for
     * @param source the source's name
     * @throws JsonException if there is none that can be used; says why
     */
    public static AccessToken token(String body, TokenRequest request, String source, long nowMillis)
            throws JsonException {
        TokenResponse answer = read(body);
        String value = answer.text("access_token");
        Instant expiresOn = answer.expiresOn(nowMillis);
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

    /** Reads an answer like the one that is waited for: what that takes is then loaded by the time it comes. */
    public static AccessToken rehearse() {
        try {
            HttpResponse answer = new HttpResponse(200, SAMPLE, null);
            return token(answer.body(), TokenRequest.forResource("rehearsal"), "", 0);
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

    /** When the token expires: {@code expires_on}, else {@code expires_in} from now on; null if neither can be read. */
    @Nullable
    public Instant expiresOn(long nowMillis) {
        Instant expiresOn = ExpiryTime.read(members.get("expires_on"));
        return expiresOn != null ? expiresOn : after(nowMillis, "expires_in");
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
