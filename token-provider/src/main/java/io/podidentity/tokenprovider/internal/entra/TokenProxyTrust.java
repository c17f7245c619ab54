package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.http.ServerTrust;
import io.podidentity.tokenprovider.internal.source.SmallFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * By which certificate authorities the token proxy is known. A file of them is read for each exchange, since clusters
 * replace it; while it is empty, which is a replacement under way, the authorities it had before stand.
 *
 * <p><i>Thread-safety:</i> its monitor guards what was read last.
 */
final class TokenProxyTrust {
    private static final String FILE = "AZURE_KUBERNETES_CA_FILE";

    private final @Nullable String file;
    private final @Nullable String data;
    private final @Nullable String sniName;
    /** What was read last, and what was made of it. */
    private byte[] pem = new byte[0];

    private @Nullable ServerTrust tls;

    /**
     * @param file a PEM file; null without one
     * @param data PEM text; null without it. Without both it is the JDK's own authorities
     * @param sniName the host name that the certificate must be for; null for the address's own
     */
    TokenProxyTrust(@Nullable String file, @Nullable String data, @Nullable String sniName) {
        this.file = file;
        this.data = data;
        this.sniName = sniName;
    }

    /**
     * How the proxy is known now; null for how any other server is.
     *
     * @throws TokenAcquisitionException if there is no certificate authority where one should be
     */
    synchronized @Nullable ServerTrust tls() {
        if (file == null && data == null && sniName == null) {
            return null;
        }
        byte[] read = file != null
                ? SmallFile.read(file, FILE, "Mount it, or correct " + FILE + ".")
                : data == null ? pem : data.getBytes(StandardCharsets.UTF_8);
        boolean isNew = tls == null || (read.length > 0 && !Arrays.equals(read, pem));
        if (isNew) {
            tls = new ServerTrust(sockets(read), sniName, false);
            pem = read;
        }
        return tls;
    }

    private SSLSocketFactory sockets(byte[] read) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(file == null && data == null ? null : authorities(read));
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    (file == null ? "AZURE_KUBERNETES_CA_DATA" : "the file of " + FILE) + " holds no certificate",
                    "It must hold the cluster's certificate authorities as PEM.",
                    null);
        }
    }

    private static KeyStore authorities(byte[] read) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Certificate authority :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(read))) {
            store.setCertificateEntry("ca" + store.size(), authority);
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException("none");
        }
        return store;
    }
}
