package io.podidentity.tokenprovider;

import java.io.IOException;

/** Sends an HTTP request; the seam between sources and the network. */
interface HttpTransport {
    /**
     * Sends a request and reads the whole answer, whatever its status. Redirects are not followed.
     *
     * @throws IOException if there is no complete HTTP answer in time
     */
    HttpResponse send(HttpRequest request) throws IOException;
}
