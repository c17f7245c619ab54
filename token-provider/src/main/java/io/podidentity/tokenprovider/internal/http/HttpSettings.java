package io.podidentity.tokenprovider.internal.http;

import java.net.ProxySelector;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a program sets for its requests to servers on the network, in place of what its process says. Requests to this
 * machine and its link know neither.
 *
 * @param proxy chooses the proxy; null for the one of the JVM or of the variables
 * @param tls how servers are known; null for the authorities that the JDK trusts
 */
public record HttpSettings(
        @Nullable ProxySelector proxy, @Nullable SSLContext tls) {

    /** How servers are known; null for the authorities that the JDK trusts. */
    @Nullable
    ServerTrust trust() {
        return tls == null ? null : new ServerTrust(tls.getSocketFactory(), null, false);
    }
}
