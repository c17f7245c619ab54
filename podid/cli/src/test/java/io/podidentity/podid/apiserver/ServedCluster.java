// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.emulator.tls.CertificateAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * An emulated cluster with an API server before it that answers what podid's commands ask of the real kubectl, and no
 * more. The objects are those of the manifests, with what a cluster adds to them.
 *
 * <p>Thread-safety: safe. Lifecycle: from the constructor until {@link #close}, which ends the emulator too.
 */
public final class ServedCluster implements AutoCloseable {

    /** The context of the user who may do everything. */
    public static final String ADMIN = "admin";

    private final PodIdentityEmulator azure;
    private final LoopbackServer server;
    private final List<String> users;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();

    /**
     * Starts both.
     *
     * @param manifests what the cluster was told last; the first are applied here
     * @param bound whether the builder was told of an identity binding
     * @param longestToken the longest life of a service account's token, whatever is asked for
     * @param users those besides the administrator; each may do what the roles in the manifests say
     */
    public ServedCluster(
            PodIdentityEmulator.Builder builder,
            Supplier<Manifests> manifests,
            boolean bound,
            Duration longestToken,
            List<String> users) {
        this(builder, manifests, bound, false, longestToken, users);
    }

    private ServedCluster(
            PodIdentityEmulator.Builder builder,
            Supplier<Manifests> manifests,
            boolean bound,
            boolean recorded,
            Duration longestToken,
            List<String> users) {
        this.azure = builder.manifests(manifests.get()).start();
        this.users = List.copyOf(users);
        this.server = LoopbackServer.bind(
                "kubernetes",
                0,
                CertificateAuthority.ofThisJvm().serverContext(),
                (name, request, answer) -> requests.add(request.method() + " " + request.rawPath()));
        server.serve(new KubernetesApi(azure, manifests, bound, recorded, longestToken, broken));
    }

    /** The same with a day for tokens. */
    public ServedCluster(PodIdentityEmulator.Builder builder, Manifests manifests, String... users) {
        this(builder, () -> manifests, false, Duration.ofDays(1), List.of(users));
    }

    /** The same of what a real cluster answered, which is shown as it is. */
    public static ServedCluster ofRecorded(PodIdentityEmulator.Builder builder, Manifests manifests, String... users) {
        return new ServedCluster(builder, () -> manifests, false, true, Duration.ofDays(1), List.of(users));
    }

    public PodIdentityEmulator azure() {
        return azure;
    }

    public URI uri() {
        return server.uri("127.0.0.1");
    }

    /** From now on that kind cannot be listed, such as {@code secretstores.external-secrets.io}. */
    public void breakKind(String qualified) {
        broken.add(qualified);
    }

    /** What was asked of the API server, such as {@code GET /api/v1/pods}. */
    public List<String> requests() {
        return requests;
    }

    /** Writes what kubectl reads to get there: a context for each user. */
    public Path writeKubeconfig(Path file) throws IOException {
        String text = """
                apiVersion: v1
                kind: Config
                current-context: %s
                clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: %s}}]
                users: [{name: %1$s, user: {token: %1$s-token}}%s]
                contexts: [{name: %1$s, context: {cluster: c, user: %1$s}}%s]
                """.formatted(
                        ADMIN,
                        uri(),
                        Base64.getEncoder().encodeToString(Files.readAllBytes(azure.certificateAuthority())),
                        each(", {name: %1$s, user: {token: %1$s-token}}"),
                        each(", {name: %1$s, context: {cluster: c, user: %1$s}}"));
        return Files.writeString(file, text);
    }

    private String each(String pattern) {
        return String.join("", users.stream().map(pattern::formatted).toList());
    }

    @Override
    public void close() {
        server.close();
        azure.close();
    }
}
