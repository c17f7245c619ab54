// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads numbers out of annotations, and refuses in the words of the webhook's programming language. */
final class Annotations {

    private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]+");
    private static final long HOUR = 3600;
    private static final long DAY = 86400;
    private static final int PROXY_PORT = 8000;

    private Annotations() {}

    /** The webhook refuses a pod; the message is the reason. */
    @SuppressWarnings("serial")
    static final class DeniedException extends RuntimeException {

        DeniedException(String reason) {
            super(reason);
        }
    }

    /**
     * How long a projected token lives, in seconds: what the pod says, else what the account says, else an hour.
     *
     * @throws DeniedException if it is not a number, is less than an hour, or is more than a day
     */
    static long tokenExpiration(Map<String, String> pod, Map<String, String> account) {
        String ofPod = pod.getOrDefault(Keys.TOKEN_EXPIRATION, "");
        String word = ofPod.isEmpty() ? account.getOrDefault(Keys.TOKEN_EXPIRATION, "") : ofPod;
        long seconds = word.isEmpty() ? HOUR : number(word, Long.SIZE);
        if (seconds < HOUR || seconds > DAY) {
            throw new DeniedException(
                    "token expiration " + seconds + " not valid. Expected value to be between " + HOUR + " and " + DAY);
        }
        return seconds;
    }

    /** @throws DeniedException if the annotation is not a 32-bit number */
    static int proxyPort(Map<String, String> pod) {
        String port = pod.get(Keys.PROXY_PORT);
        try {
            return port == null ? PROXY_PORT : (int) number(port, Integer.SIZE);
        } catch (DeniedException e) {
            throw new DeniedException("failed to parse proxy sidecar port: " + e.getMessage());
        }
    }

    private static long number(String text, int bits) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new DeniedException("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
        BigInteger number = new BigInteger(text);
        if (number.bitLength() >= bits) {
            throw new DeniedException("strconv.ParseInt: parsing \"" + text + "\": value out of range");
        }
        return number.longValue();
    }
}
