package io.podidentity.emulator.adal;

import io.podidentity.emulator.http.GoText;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Locale;

/** Why there is no answer, in the words of Go's HTTP client. */
public final class GoFailure {

    private GoFailure() {}

    /**
     * The error with the method and the URL.
     *
     * @param host of the URL, with its port if that is not the usual one
     */
    public static String text(String method, String url, String host, IOException failure) {
        String operation = method.substring(0, 1) + method.substring(1).toLowerCase(Locale.ROOT);
        return operation + " " + GoText.quoted(url) + ": " + why(url, host, failure);
    }

    private static String why(String url, String host, IOException failure) {
        if (failure instanceof ConnectException) {
            String port = host.contains(":") ? "" : url.startsWith("https:") ? ":443" : ":80";
            return "dial tcp " + host.replaceFirst("^localhost", "127.0.0.1") + port + ": connect: connection refused";
        }
        boolean hungUp = failure instanceof EOFException || failure instanceof SocketException;
        return hungUp ? "EOF" : String.valueOf(failure.getMessage());
    }
}
