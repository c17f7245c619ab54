package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The API of the cluster for kubectl. */
final class KubernetesOptions {

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Serve the cluster's API, read-only, and write what kubectl needs into this file, which only"
                    + " you can read; it is removed at the end. Then: kubectl --kubeconfig FILE get pods -A")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--kube-user",
            paramLabel = "NAME",
            description = "A user of that API, who may do what the roles and bindings in the manifests allow; the"
                    + " context has the same name. May be given more than once. Default: only admin, who may do"
                    + " everything.")
    private List<String> users = new ArrayList<>();

    @Option(
            names = "--service-account-token-lifetime",
            paramLabel = "SECONDS",
            description = "How long a token that kubectl creates lives at most, whatever is asked for.")
    private @Nullable Long tokenLifetimeSeconds;

    boolean wanted() {
        return kubeconfig != null;
    }

    /** @throws IllegalArgumentException if options do not fit together */
    void applyTo(PodIdentityEmulator.Builder builder) {
        if (kubeconfig == null) {
            if (!users.isEmpty() || tokenLifetimeSeconds != null) {
                throw new IllegalArgumentException(
                        "--kube-user and --service-account-token-lifetime need --kubeconfig FILE");
            }
            return;
        }
        builder.kubernetesApi(users.toArray(String[]::new));
        if (tokenLifetimeSeconds != null) {
            builder.serviceAccountTokenLifetime(Duration.ofSeconds(tokenLifetimeSeconds));
        }
    }

    /** The file, which {@link AutoCloseable#close} removes; nothing where there is no API. */
    Written write(PodIdentityEmulator azure) throws IOException {
        if (kubeconfig == null || azure.kubeconfig().isEmpty()) {
            return new Written(null);
        }
        Path folder = kubeconfig.toAbsolutePath().getParent();
        // A file made by createTempFile is its owner's alone from the start, where the file system knows owners.
        Path fresh = Files.createTempFile(folder, "kubeconfig", ".new");
        Files.writeString(fresh, azure.kubeconfig().get());
        Files.move(fresh, kubeconfig, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new Written(kubeconfig);
    }

    /** @param file null for none */
    record Written(@Nullable Path file) implements AutoCloseable {

        @Override
        public void close() {
            if (file != null) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    // It holds the tokens of an API server that is gone.
                }
            }
        }
    }
}
