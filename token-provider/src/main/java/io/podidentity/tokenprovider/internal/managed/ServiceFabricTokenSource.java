// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.ServerTrust;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The managed identity of a Service Fabric application. It comes from a server on the node, whose certificate no
 * authority has issued. The source compares the certificate's thumbprint before it sends anything secret.
 *
 * <p>Source: Microsoft Learn, "How to leverage a Service Fabric application's managed identity to access Azure
 * services".
 */
public final class ServiceFabricTokenSource extends EndpointTokenSource {
    private static final String THUMBPRINT = "IDENTITY_SERVER_THUMBPRINT";

    private final String thumbprint;

    public ServiceFabricTokenSource(SourceContext context, @Nullable UserAssignedIdentity identity) {
        super(ManagedIdentityEndpoint.SERVICE_FABRIC, context, identity);
        String given = Objects.requireNonNullElse(context.environment().get(THUMBPRINT), "");
        this.thumbprint = given.replace(":", "").replace(" ", "").toLowerCase(Locale.ROOT);
    }

    @Override
    HttpRequest writeRequest(TokenRequest request, @Nullable UserAssignedIdentity named) {
        return super.writeRequest(request, named).withTls(Thumbprint.trustOnly(thumbprint));
    }

    @Override
    String address() {
        String address = super.address();
        if (!address.regionMatches(true, 0, "https:", 0, 6)) {
            throw invalidSetting(
                    host.endpointVariable + " is not an https URL", "Take it from Service Fabric as it is.");
        }
        if (!thumbprint.matches("[0-9a-f]{40}")) {
            throw invalidSetting(THUMBPRINT + " is not a SHA-1 thumbprint", "Take it from Service Fabric as it is.");
        }
        return address;
    }

    @Override
    Outcome explainNoAnswer(IOException e, long waitedMillis, boolean namedBySetting) {
        if (e instanceof SSLHandshakeException && Thumbprint.isCauseOf(e)) {
            throw new TokenAcquisitionException(
                    TokenAcquisitionException.Code.INVALID_CONFIGURATION,
                    "the certificate of " + address() + " is not the one that " + THUMBPRINT
                            + " names, and no secret was sent",
                    "Restart the application, so that it has its node's variables.");
        }
        return super.explainNoAnswer(e, waitedMillis, namedBySetting);
    }

    /**
     * Trusts only the server whose certificate has a given SHA-1 thumbprint, whatever its issuer and its names. For any
     * other certificate the handshake fails, so nothing of the request is sent.
     */
    private static final class Thumbprint extends X509ExtendedTrustManager {
        private final byte[] expected;

        private Thumbprint(byte[] expected) {
            this.expected = expected;
        }

        static ServerTrust trustOnly(String sha1) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(
                        null, new TrustManager[] {new Thumbprint(HexFormat.of().parseHex(sha1))}, null);
                // The certificate itself is known, so its names need no check.
                return new ServerTrust(context.getSocketFactory(), null, true);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        static boolean isCauseOf(@Nullable Throwable e) {
            return e != null && (e instanceof OtherCertificateException || isCauseOf(e.getCause()));
        }

        private void requireExpected(X509Certificate[] chain) throws CertificateException {
            try {
                byte[] found = MessageDigest.getInstance("SHA-1").digest(chain[0].getEncoded());
                if (!MessageDigest.isEqual(found, expected)) {
                    throw new OtherCertificateException();
                }
            } catch (CertificateException e) {
                throw e;
            } catch (GeneralSecurityException e) {
                throw new CertificateException(e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            requireExpected(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            requireExpected(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            requireExpected(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("no server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }

        private static final class OtherCertificateException extends CertificateException {
            @java.io.Serial
            private static final long serialVersionUID = 1L;

            OtherCertificateException() {
                super("another certificate");
            }
        }
    }
}
