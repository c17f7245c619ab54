package io.podidentity.emulator.adal;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Where tokens are requested: the node's metadata service and Entra ID. Must be thread-safe. */
public interface Upstream {

    /** Who is asked. */
    enum Service {
        IMDS,
        ENTRA
    }

    /**
     * One request. Its text shows no body, since that may hold a secret.
     *
     * @param target the path with the query
     */
    record Call(String method, String target, Map<String, String> headers, String body) {

        static Call get(String target, Map<String, String> headers) {
            return new Call("GET", target, headers, "");
        }

        @Override
        public String toString() {
            return method + " " + target;
        }
    }

    /** One answer, read whole. Its text shows no body, since that may hold a token. */
    record Reply(int status, Map<String, String> headers, String body) {

        @Override
        public String toString() {
            return "Reply[status=" + status + "]";
        }
    }

    /** The answer began, and its body ended before its announced length. */
    @SuppressWarnings("serial")
    final class CutException extends EOFException {
        public CutException() {
            super("unexpected EOF");
        }
    }

    /**
     * Asks and waits for the whole answer.
     *
     * @param limit of the machine's time, for connecting and for each read
     * @throws CutException if the body is not whole
     * @throws java.net.ConnectException if nobody listens
     * @throws IOException if there is no answer
     */
    Reply ask(Service service, Call call, Duration limit) throws IOException;

    /** The token endpoint as the audience of an assertion must name it. */
    String audience(String tenant);
}
