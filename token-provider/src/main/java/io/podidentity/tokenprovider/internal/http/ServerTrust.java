package io.podidentity.tokenprovider.internal.http;

import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a server is known.
 *
 * @param sockets puts TLS over a connection, and ends one whose certificate is not the server's
 * @param name the host name to ask for (SNI) and that the certificate must be for; null for the address's own
 * @param anyName whether the certificate's names are not looked at, since the certificate itself is known
 */
public record ServerTrust(
        SSLSocketFactory sockets, @Nullable String name, boolean anyName) {

    /**
     * By the authorities of {@code javax.net.ssl.trustStore}, else the JDK's; never by what a program made the default
     * of its process.
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
