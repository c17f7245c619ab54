package io.podidentity.testcontainers;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * What the discovery port of a running container says, with its files as files of this machine, in a folder that only
 * its owner can read.
 *
 * <p>Thread-safety: safe. Lifecycle: the files are there until {@link #close}.
 */
final class Azure implements AutoCloseable {

    private static final Set<String> FILES = Set.of("AZURE_FEDERATED_TOKEN_FILE", "AZURE_KUBERNETES_CA_FILE");

    private final DiscoveryClient discovery;
    private final Map<String, String> addresses;
    private final Path folder;
    private final Path authority;
    private final SSLContext tls;

    private Azure(
            DiscoveryClient discovery, Map<String, String> addresses, Path folder, Path authority, SSLContext tls) {
        this.discovery = discovery;
        this.addresses = addresses;
        this.folder = folder;
        this.authority = authority;
        this.tls = tls;
    }

    static Azure of(DiscoveryClient discovery) {
        Map<String, String> addresses = discovery.values("/addresses");
        String pem = discovery.text("/ca.pem");
        try {
            Path folder = Files.createTempDirectory("podid-");
            Path authority = Files.writeString(folder.resolve("ca.pem"), pem);
            var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
            return new Azure(discovery, addresses, folder, authority, ClientTrust.with(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the certificate of the emulator's CA", e);
        }
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

    Path certificateAuthority() {
        return authority;
    }

    SSLContext sslContext() {
        return tls;
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
