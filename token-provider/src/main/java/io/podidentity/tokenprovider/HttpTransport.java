package io.podidentity.tokenprovider;

import java.io.IOException;
import java.net.Socket;

/** Sends an HTTP request; the seam between sources and the network. */
interface HttpTransport {
    /**
     * Sends a request and reads the whole answer, whatever its status. Redirects are not followed.
     *
     * @throws IOException if there is no complete HTTP answer in time
     */
    HttpResponse send(HttpRequest request) throws IOException;

    /**
     * Finds out whether anything accepts a connection where a request would go; costs far less than a request.
     *
     * @param socket what connects; closing it from another thread ends the wait
     * @throws IOException if nothing does within the request's limit
     */
    void connect(HttpRequest request, Socket socket) throws IOException;
}
