// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * Decides whether a server is trusted.
 *
 * @param sockets puts TLS over a connection, and ends a connection whose certificate is not trusted
 * @param name the host name that the certificate must have, also sent as SNI; null for the host of the address
 * @param anyName whether the certificate may have any name, because the certificate itself is known
 */
public record ServerTrust(
        SSLSocketFactory sockets, @Nullable String name, boolean anyName) {

    /**
     * Trusts the authorities of {@code javax.net.ssl.trustStore}, else those of the JDK. A context that the program
     * made the default of its process has no influence.
     */
    static ServerTrust byAuthorities() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            return new ServerTrust(context.getSocketFactory(), null, false);
        } catch (GeneralSecurityException e) {
            throw new IOException("this JVM has no TLS", e);
        }
    }
}
