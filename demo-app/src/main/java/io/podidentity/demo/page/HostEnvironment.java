package io.podidentity.demo.page;

import io.podidentity.demo.blob.BlobStore;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Where the application runs, as far as its environment tells. */
@Component
final class HostEnvironment {
    /** Azure itself is never on loopback. */
    private static final Pattern LOOPBACK = Pattern.compile("https?://(127\\.|localhost[:/]|\\[::1]).*");

    private static final Set<String> TOOLS =
            Set.of("Azure CLI", "Azure Developer CLI", "Azure PowerShell", "IntelliJ", "Visual Studio Code", "Browser");

    private final Environment environment;
    private final boolean emulated;

    @Autowired
    HostEnvironment(Environment environment, BlobStore store) {
        this(environment, store.endpoint());
    }

    HostEnvironment(Environment environment, String endpoint) {
        this.environment = environment;
        this.emulated = LOOPBACK.matcher(endpoint).matches();
    }

    /** Whether it is a demo of the demo, on one machine. */
    boolean isEmulated() {
        return emulated;
    }

    private boolean isPod() {
        return !variable("KUBERNETES_SERVICE_HOST").isEmpty()
                || !variable("AZURE_POD_IDENTITY_AUTHORITY_HOST").isEmpty();
    }

    /**
     * The place in a few words.
     *
     * @param source the source of the token; null if there is none
     */
    String text(@Nullable String source) {
        if (isPod()) {
            // Kubernetes gives each pod its name as its host name.
            String name = variable("KUBERNETES_SERVICE_HOST").isEmpty() ? "" : variable("HOSTNAME");
            return name.isEmpty() ? "in a pod" : "in the pod " + name;
        }
        if (source != null && TOOLS.contains(source)) {
            return "on a laptop";
        }
        return "IMDS".equals(source) ? "on a machine in Azure" : "on this machine";
    }

    private String variable(String name) {
        return environment.getProperty("token-provider.environment." + name, environment.getProperty(name, ""));
    }
}
