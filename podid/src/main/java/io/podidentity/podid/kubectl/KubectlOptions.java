package io.podidentity.podid.kubectl;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster and namespace a command means, by the options that kubectl itself has for it. */
public final class KubectlOptions {

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Default: that of kubectl's context.")
    private @Nullable String namespace;

    @Option(names = "--context", paramLabel = "CONTEXT", description = "Default: kubectl's current one.")
    private @Nullable String context;

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "Default: kubectl's own.")
    private @Nullable Path kubeconfig;

    /** Empty for that of the context. */
    public Optional<String> namespace() {
        return Optional.ofNullable(namespace);
    }

    /**
     * The user's kubectl, on that cluster.
     *
     * @param environment whose PATH is searched
     * @throws KubectlException if it is not there
     */
    public Kubectl kubectl(Map<String, String> environment) throws KubectlException {
        Kubectl kubectl = Kubectl.find(environment);
        kubectl = kubeconfig == null ? kubectl : kubectl.withKubeconfig(kubeconfig);
        return context == null ? kubectl : kubectl.withContext(context);
    }
}
