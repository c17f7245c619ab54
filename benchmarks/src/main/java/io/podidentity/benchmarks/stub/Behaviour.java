package io.podidentity.benchmarks.stub;

import java.util.stream.Stream;

/**
 * How the stub answers a request for a token.
 *
 * @param delayMillis the time before it answers
 * @param status the HTTP status; 200 comes with a token, 0 means that it never answers
 * @param expiresInSeconds the life of the tokens
 * @param refreshInSeconds when they are due for a refresh; 0 to leave that out
 * @param retryAfterSeconds the value of {@code Retry-After}; 0 to leave it out
 */
public record Behaviour(
        int delayMillis, int status, int expiresInSeconds, int refreshInSeconds, int retryAfterSeconds) {
    /** As IMDS on a good day: an answer after 2 ms, a token for a day. */
    public static final Behaviour USUAL = new Behaviour(2, 200, 86_400, 0, 0);

    /** The same with another delay. */
    public Behaviour withDelayMillis(int millis) {
        return new Behaviour(millis, status, expiresInSeconds, refreshInSeconds, retryAfterSeconds);
    }

    /** The same with another status. */
    public Behaviour withStatus(int other) {
        return new Behaviour(delayMillis, other, expiresInSeconds, refreshInSeconds, retryAfterSeconds);
    }

    /** The same, never answering. */
    public Behaviour hanging() {
        return withStatus(0);
    }

    /** The same with tokens of another life. */
    public Behaviour withLife(int expiresIn, int refreshIn) {
        return new Behaviour(delayMillis, status, expiresIn, refreshIn, retryAfterSeconds);
    }

    /** The same with {@code Retry-After}. */
    public Behaviour withRetryAfter(int seconds) {
        return new Behaviour(delayMillis, status, expiresInSeconds, refreshInSeconds, seconds);
    }

    /** As the query of a control request. */
    String query() {
        return delayMillis + "," + status + "," + expiresInSeconds + "," + refreshInSeconds + "," + retryAfterSeconds;
    }

    static Behaviour ofQuery(String query) {
        int[] values =
                Stream.of(query.split(",", -1)).mapToInt(Integer::parseInt).toArray();
        return new Behaviour(values[0], values[1], values[2], values[3], values[4]);
    }
}
