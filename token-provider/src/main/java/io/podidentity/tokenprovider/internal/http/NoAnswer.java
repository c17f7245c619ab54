// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Words for the reasons why a server gave no answer. */
public final class NoAnswer {
    private NoAnswer() {}

    /** Why there was no answer, such as {@code nothing listens at http://169.254.169.254}. */
    public static String describe(IOException e, String host, long limitMillis) {
        return describe(e, String.valueOf(e.getMessage()), host, limitMillis);
    }

    /**
     * The same with other words in place of the exception's own.
     *
     * @param message the message of the exception without any secret that was sent
     */
    public static String describe(IOException e, String message, String host, long limitMillis) {
        if (e instanceof ProxyException) {
            return message;
        }
        if (e instanceof SocketTimeoutException) {
            return within(host, limitMillis);
        }
        if (e instanceof NoRouteToHostException) {
            return "there is no route to " + host;
        }
        if (e instanceof ConnectException) {
            return "nothing listens at " + host;
        }
        if (e instanceof UnknownHostException) {
            return "the host of " + host + " is unknown";
        }
        return "no complete answer from " + host + " (" + Excerpt.of(message, 80) + ")";
    }

    /** What came after an answer in place of another one, such as {@code nothing within 2.0 s}. Shows no message. */
    static String describeNext(IOException e, long waitedMillis) {
        if (e instanceof SocketTimeoutException) {
            return "nothing within " + seconds(waitedMillis);
        }
        if (e instanceof NoRouteToHostException) {
            return "there was no route";
        }
        if (e instanceof ConnectException) {
            return "nothing listened there";
        }
        if (e instanceof BrokenAnswerException) {
            return String.valueOf(e.getMessage());
        }
        return "no complete answer (" + e.getClass().getSimpleName() + ")";
    }

    /**
     * Whether nothing at all came from the server. If one byte came, or a part of a TLS handshake, the server is there:
     * no other source may stand in for it.
     */
    public static boolean isSilence(IOException e) {
        return !(e instanceof BrokenAnswerException) && !(e instanceof SSLException);
    }

    /**
     * The failure of an exchange whose deadline has passed. A closed socket fails in many ways, and all are timeouts.
     */
    static IOException asTimeout(IOException e) {
        if (e instanceof SocketTimeoutException || e instanceof ProxyException || e instanceof BrokenAnswerException) {
            return e;
        }
        SocketTimeoutException late = new SocketTimeoutException("the answer did not end in time");
        late.initCause(e);
        return late;
    }

    /** The reason if a server was silent for so long. */
    public static String within(String host, long limitMillis) {
        return "no answer from " + host + " within " + seconds(limitMillis);
    }

    private static String seconds(long millis) {
        return (millis + 50) / 1000 + "." + (millis + 50) % 1000 / 100 + " s";
    }
}
