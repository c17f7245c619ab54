package io.podidentity.emulator.workload;

import org.jspecify.annotations.Nullable;

/** How long a projected token lives. */
final class TokenExpiration {

    private static final long DEFAULT = 3600;
    private static final long MIN = 3600;
    private static final long MAX = 86400;

    private TokenExpiration() {}

    /**
     * What the pod says, else what the account says, else an hour.
     *
     * @return in seconds
     * @throws DeniedException if it is not a number, is less than an hour, or is more than a day
     */
    static long seconds(@Nullable String ofThePod, @Nullable String ofTheAccount) {
        String word = ofThePod == null || ofThePod.isEmpty() ? ofTheAccount : ofThePod;
        long seconds = word == null || word.isEmpty() ? DEFAULT : WholeNumber.parse(word, Long.SIZE);
        if (seconds < MIN || seconds > MAX) {
            throw new DeniedException(
                    "token expiration " + seconds + " not valid. Expected value to be between " + MIN + " and " + MAX);
        }
        return seconds;
    }
}
