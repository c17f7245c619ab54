package io.podidentity.demo.page;

import io.podidentity.demo.blob.BlobStore;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Where the application runs, as far as its environment tells. */
@Component
final class Place {
    /** Azure itself is never on loopback. */
    private static final Pattern LOOPBACK = Pattern.compile("https?://(127\\.|localhost\\b|\\[::1]).*");

    private static final Set<String> TOOLS =
            Set.of("Azure CLI", "Azure Developer CLI", "Azure PowerShell", "Developer sign-ins");

    private final Environment environment;
    private final boolean emulated;

    Place(Environment environment, BlobStore store) {
        this.environment = environment;
        this.emulated = LOOPBACK.matcher(store.endpoint()).matches();
    }

    boolean isEmulated() {
        return emulated;
    }

    boolean isPod() {
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
        return source == null || TOOLS.contains(source) ? "on a laptop" : "on a machine in Azure";
    }

    private String variable(String name) {
        return environment.getProperty("token-provider.environment." + name, environment.getProperty(name, ""));
    }
}
