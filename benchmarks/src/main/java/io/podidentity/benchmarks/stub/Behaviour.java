package io.podidentity.benchmarks.stub;

import java.util.stream.Stream;

/**
 * How the stub answers a request for a token.
 *
 * @param delayMillis the time before it answers
 * @param expiresInSeconds the life of the tokens
 * @param refreshInSeconds when they are due for a refresh; 0 to leave that out
 */
public record Behaviour(int delayMillis, int expiresInSeconds, int refreshInSeconds) {
    /** As IMDS on a good day: an answer after 2 ms, a token for a day. */
    public static final Behaviour USUAL = new Behaviour(2, 86_400, 0);

    /** The same with another delay. */
    public Behaviour withDelayMillis(int millis) {
        return new Behaviour(millis, expiresInSeconds, refreshInSeconds);
    }

    /** The same with tokens of another life. */
    public Behaviour withLife(int expiresIn, int refreshIn) {
        return new Behaviour(delayMillis, expiresIn, refreshIn);
    }

    /** As the query of a control request. */
    String query() {
        return delayMillis + "," + expiresInSeconds + "," + refreshInSeconds;
    }

    static Behaviour ofQuery(String query) {
        int[] values =
                Stream.of(query.split(",", -1)).mapToInt(Integer::parseInt).toArray();
        return new Behaviour(values[0], values[1], values[2]);
    }
}
