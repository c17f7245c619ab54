package io.podidentity.emulator.adal;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.io.EOFException;
import java.io.IOException;

/** Where tokens are requested: the node's metadata service and Entra ID. Must be thread-safe. */
public interface Upstream {

    /** Who is asked. */
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
     * @throws java.net.ConnectException if nobody listens
     * @throws IOException if there is no answer
     */
    Answer ask(Service service, Request request) throws IOException;

    /** The token endpoint as the audience of an assertion must name it. */
    String audience(String tenant);
}
