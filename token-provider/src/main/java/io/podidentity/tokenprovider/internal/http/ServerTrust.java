package io.podidentity.tokenprovider.internal.http;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a server is known that no public certificate authority vouches for.
 *
 * @param sockets makes the connections, and ends one whose certificate is not the server's
 * @param hostnames decides on a certificate for another host name; null for the JDK's own rule
 */
public record ServerTrust(
        SSLSocketFactory sockets, @Nullable HostnameVerifier hostnames) {}
