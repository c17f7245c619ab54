// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Lets the HTTP clients of this JVM trust one more certificate authority, beside all that they trust already. Clients
 * find what they trust in one of three places, and each of them is set: the default {@code SSLContext} (java.net.http),
 * the default socket factory of {@code HttpsURLConnection}, and the system properties
 * {@code javax.net.ssl.trustStore*},
 * from which Netty, OkHttp and Apache HttpClient make trust managers of their own. A client that was made before keeps
 * what it had.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. <i>Lifecycle:</i> lasts until the end of the JVM.
 */
final class JvmTrust {
    private static final String PASSWORD = "changeit";

    private JvmTrust() {}

    /**
     * Adds an authority; does nothing if it is trusted already.
     *
     * @param pem a file with its certificate
     */
    static synchronized void add(Path pem) {
        try (InputStream certificate = Files.newInputStream(pem)) {
            var authority =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(certificate);
            // What a trust manager that is made now trusts.
            var current = (X509TrustManager) managers(null).getTrustManagers()[0];
            List<X509Certificate> trusted = new ArrayList<>(List.of(current.getAcceptedIssuers()));
            if (!trusted.contains(authority)) {
                trusted.add(authority);
                trust(trusted);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot trust the certificate in " + pem, e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot trust the certificate in " + pem, e);
        }
    }

    private static TrustManagerFactory managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        return managers;
    }

    private static void trust(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        Path file = Files.createTempFile("trusted-by-tests-", ".p12");
        // Until the JVM ends, since a client reads it when it is made.
        file.toFile().deleteOnExit();
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", file.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
        System.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers(store).getTrustManagers(), null);
        SSLContext.setDefault(context);
        HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
    }
}
