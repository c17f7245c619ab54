// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.adal;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.GoText;
import io.podidentity.emulator.http.Request;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Locale;

/**
 * The services that issue tokens to NMI: the node's metadata service and Entra ID. Must be thread-safe.
 *
 * @since 0.1.0
 */
public interface TokenServices {

    enum Service {
        IMDS,
        ENTRA
    }

    /** The answer began, and its body ended before its announced length. */
    @SuppressWarnings("serial")
    final class CutException extends EOFException {

        public CutException() {
            super("unexpected EOF");
        }
    }

    /**
     * Asks and waits for the whole answer, as long as the service takes.
     *
     * @throws CutException if the body is not whole
     * @throws ConnectException if nobody listens
     * @throws IOException if there is no answer
     */
    Answer ask(Service service, Request request) throws IOException;

    /** The token endpoint as the audience of an assertion must name it. */
    String audience(String tenant);

    /**
     * Says why there is no answer, in the words of Go's HTTP client.
     *
     * @param host of the URL, with its port if that is not the usual one
     */
    static String describeFailure(String method, String url, String host, IOException failure) {
        String operation = method.substring(0, 1) + method.substring(1).toLowerCase(Locale.ROOT);
        return operation + " " + GoText.quoted(url) + ": " + reason(url, host, failure);
    }

    private static String reason(String url, String host, IOException failure) {
        if (failure instanceof ConnectException) {
            String address = host.replaceFirst("^localhost", "127.0.0.1");
            return "dial tcp " + address + usualPort(url, host) + ": connect: connection refused";
        }
        boolean hungUp = failure instanceof EOFException || failure instanceof SocketException;
        return hungUp ? "EOF" : String.valueOf(failure.getMessage());
    }

    private static String usualPort(String url, String host) {
        if (host.contains(":")) {
            return "";
        }
        return url.startsWith("https:") ? ":443" : ":80";
    }
}
