package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.Part;
import java.util.Optional;

/**
 * Where kubectl reads: by the options, or what the kubeconfig has as current.
 *
 * @param name of the context
 * @param kubectl which stays with that context and namespace, even if the current one is changed meanwhile
 */
record KubeContext(String name, String namespace, Kubectl kubectl) {

    /** @throws CannotBorrowException if there is none */
    static KubeContext of(Kubectl kubectl, Optional<String> namespace)
            throws CannotBorrowException, InterruptedException {
        Part config;
        try {
            config = kubectl.json("config", "view", "--minify");
        } catch (KubectlException e) {
            throw new Explanations("default").of(e.failure(), "looks for the cluster", "");
        }
        String name = config.text("current-context");
        String own = namespace.orElseGet(() -> config.at("contexts").items().stream()
                .map(one -> one.text("context", "namespace"))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("default"));
        return new KubeContext(name, own, kubectl.withContext(name).withNamespace(own));
    }
}
