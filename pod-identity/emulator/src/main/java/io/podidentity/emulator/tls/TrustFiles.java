// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.tls;

import io.podidentity.emulator.file.OwnedFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The files that make a client trust the emulator, in a folder of their own that only the owner can read. A process
 * that was killed leaves its folder to the next one to remove.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #close} removes the folder.
 *
 * @since 0.1.0
 */
public final class TrustFiles implements AutoCloseable {

    public static final String PASSWORD = "changeit";

    private static final String PREFIX = "podid-azure-";

    private final CertificateAuthority authority;
    private final OwnedFolder folder;
    private final Path pem;
    private final Object lock = new Object();
    /** Guarded by {@code lock}; made at the first request, since writing it costs more than starting a server. */
    private @Nullable Path trustStore;

    private TrustFiles(CertificateAuthority authority, OwnedFolder folder, Path pem) {
        this.authority = authority;
        this.folder = folder;
        this.pem = pem;
    }

    public static TrustFiles write(CertificateAuthority authority) {
        try {
            OwnedFolder folder = OwnedFolder.create(PREFIX);
            return new TrustFiles(authority, folder, folder.write("ca.pem", authority.pem()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the certificate of the emulator's CA", e);
        }
    }

    public Path pem() {
        return pem;
    }

    /** A PKCS#12 file with the CA and all CAs that the JDK trusts by default. */
    public Path trustStore() {
        synchronized (lock) {
            if (trustStore == null) {
                trustStore = writeTrustStore();
            }
            return trustStore;
        }
    }

    private Path writeTrustStore() {
        try {
            var store = new ByteArrayOutputStream();
            trusted().store(store, PASSWORD.toCharArray());
            return folder.write("trust.p12", store.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the trust store", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot make the trust store", e);
        }
    }

    /** The client side of TLS, which trusts the same as {@link #trustStore}. */
    public SSLContext clientContext() {
        try {
            return CertificateAuthority.trusting(trusted());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Cannot make the trust store", e);
        }
    }

    private KeyStore trusted() throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        Stream<X509Certificate> defaults = Stream.of(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()));
        return CertificateAuthority.store(
                Stream.concat(authority.certificates().stream(), defaults).toList());
    }

    @Override
    public void close() {
        try {
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + folder.path(), e);
        }
    }
}
