package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where kubectl reads: by the options, or what the kubeconfig has as current.
 *
 * @param name of the context
 * @param kubectl which stays with that context, even if the current one is changed meanwhile
 */
record KubeContext(String name, String namespace, Kubectl kubectl) {

    /** @throws CannotBorrowException if there is none */
    static KubeContext of(Kubectl kubectl, Optional<String> namespace)
            throws CannotBorrowException, InterruptedException {
        Map<String, Object> config;
        try {
            config = kubectl.json("config", "view", "--minify");
        } catch (KubectlException e) {
            throw new Explanations("default").of(e.failure(), "looks for the cluster", "");
        }
        String name = String.valueOf(config.get("current-context"));
        String own = config.get("contexts") instanceof List<?> contexts
                        && !contexts.isEmpty()
                        && contexts.get(0) instanceof Map<?, ?> first
                        && first.get("context") instanceof Map<?, ?> settings
                        && settings.get("namespace") instanceof String text
                ? text
                : "default";
        return new KubeContext(name, namespace.orElse(own), kubectl.withContext(name));
    }
}
