package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.internal.http.ServerTrust;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts the one server whose certificate has a given SHA-1 thumbprint, whoever issued it and for whichever name. The
 * handshake fails for any other one, so nothing of the request is sent.
 */
final class Thumbprint extends X509ExtendedTrustManager {
    private final byte[] expected;

    private Thumbprint(byte[] expected) {
        this.expected = expected;
    }

    static ServerTrust tls(String sha1) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Thumbprint(HexFormat.of().parseHex(sha1))}, null);
            // The certificate itself is known, so its names say nothing more.
            return new ServerTrust(context.getSocketFactory(), null, true);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean isCauseOf(@Nullable Throwable e) {
        return e != null && (e instanceof OtherCertificateException || isCauseOf(e.getCause()));
    }

    private void check(X509Certificate[] chain) throws CertificateException {
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
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
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
