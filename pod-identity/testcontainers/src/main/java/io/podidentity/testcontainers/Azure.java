// SPDX-License-Identifier: Apache-2.0
package io.podidentity.testcontainers;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the discovery port of a running container says, with its files as files of this machine, in a folder that only
 * its owner can read.
 *
 * <p>Thread-safety: safe. Lifecycle: the files are there until {@link #close}.
 */
record Azure(
        DiscoveryClient discovery,
        Map<String, String> addresses,
        Path folder,
        Path certificateAuthority,
        SSLContext sslContext)
        implements AutoCloseable {

    private static final Set<String> FILES = Set.of("AZURE_FEDERATED_TOKEN_FILE", "AZURE_KUBERNETES_CA_FILE");

    static Azure of(DiscoveryClient discovery) {
        Map<String, String> addresses = discovery.values("/addresses");
        String pem = discovery.text("/ca.pem");
        try {
            Path folder = Files.createTempDirectory("podid-");
            Path authority = Files.writeString(folder.resolve("ca.pem"), pem);
            var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
            return new Azure(discovery, addresses, folder, authority, trusting(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the certificate of the emulator's CA", e);
        }
    }

    /** The client side of TLS that trusts one more certificate authority than the JDK does. */
    private static SSLContext trusting(InputStream pem) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            List<X509Certificate> defaults = Stream.of(managers(null).getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()))
                    .toList();
            for (int i = 0; i < defaults.size(); i++) {
                store.setCertificateEntry("default-" + i, defaults.get(i));
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(store).getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK cannot trust the emulator's certificate", e);
        }
    }

    /** @param store null for what the JDK trusts by default */
    private static TrustManagerFactory managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    Map<String, String> environment() {
        return Map.copyOf(discovery.values("/environment"));
    }

    /** @param pod {@code namespace/name} */
    Map<String, String> environmentOf(String pod) {
        String page = "/pods/" + pod;
        Map<String, String> values = discovery.values(page + "/environment");
        values.replaceAll((name, value) -> FILES.contains(name) ? copy(page, pod, name) : value);
        return values;
    }

    private String copy(String page, String pod, String variable) {
        String content = discovery.text(page + "/files/" + variable);
        try {
            Path file = folder.resolve(pod.replace('/', '-') + "-" + variable);
            // A file of createTempFile is its owner's alone from the start, where the file system knows owners.
            Path fresh = Files.createTempFile(folder, "file", ".new");
            Files.writeString(fresh, content);
            return Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the file of " + variable, e);
        }
    }

    URI address(String name) {
        return URI.create(text(name));
    }

    String text(String name) {
        return addresses.getOrDefault(name, "");
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + folder, e);
        }
    }
}
