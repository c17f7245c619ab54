// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ClusterRole;
import io.podidentity.emulator.cluster.ClusterRoleBinding;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What identity bindings of AKS lead to: stands in for Entra inside the cluster, and exchanges the token of a service
 * account for one of an issuer that belongs to the identity, so that one federated credential serves many clusters and
 * accounts. An account may use an identity if a role of the cluster lets it, or if the binding names it. Thread-safe.
 *
 * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings-concepts">identity bindings</a>
 * @since 0.1.0
 */
public final class IdentityBindingProxy implements Endpoint {

    private static final String VERB = "use-managed-identity";
    private static final String API_GROUP = "cid.wi.aks.azure.com";

    private final Directory directory;
    private final ClusterIssuer issuer;
    private final Endpoint entra;
    private final Map<String, Set<String>> bound = new ConcurrentHashMap<>();
    private volatile Cluster cluster = Cluster.EMPTY;

    public IdentityBindingProxy(Directory directory, ClusterIssuer issuer, Endpoint entra) {
        this.directory = directory;
        this.issuer = issuer;
        this.entra = entra;
    }

    /** Looks at the roles of that cluster from now on. */
    public void apply(Cluster now) {
        cluster = now;
    }

    /**
     * Binds an identity to the cluster, which gives it one federated credential, as AKS does.
     *
     * @param allowedSubjects the service accounts that may use it without a role,
     *     {@code system:serviceaccount:NAMESPACE:NAME}
     * @throws IllegalArgumentException if it has 20 of them already
     */
    public void bind(String clientId, Set<String> allowedSubjects) {
        if (bound.put(key(clientId), Set.copyOf(allowedSubjects)) == null) {
            directory
                    .federation()
                    .create(
                            clientId,
                            new FederatedCredential(bindingIssuer(clientId), issuer.issuer(), WebhookSettings.AUDIENCE),
                            Duration.ZERO);
            directory.federation().publish(bindingIssuer(clientId), List.of(issuer.publicKey()));
        }
    }

    @Override
    public Answer answer(Request request) {
        if (!request.isPost() || request.form().get("client_assertion").isEmpty()) {
            return entra.answer(request);
        }
        Parameters form = request.form();
        String clientId = form.get("client_id").orElse("");
        String presented = form.get("client_assertion").orElse("");
        Optional<String> subject = issuer.subjectOf(presented, WebhookSettings.IdentityBindings.AUDIENCE);
        if (subject.isEmpty()) {
            return refusal(
                    401,
                    "The assertion is no token of this cluster for the audience "
                            + WebhookSettings.IdentityBindings.AUDIENCE);
        }
        Optional<String> reason = refusalOf(subject.get(), clientId);
        if (reason.isPresent()) {
            return refusal(403, reason.get());
        }
        var fields = new LinkedHashMap<>(form.all());
        fields.put("client_assertion", issuer.assertion(bindingIssuer(clientId), issuer.issuer()));
        return entra.answer(Request.form(request.rawPath(), fields));
    }

    /** Why a service account may not use an identity; empty if it may. */
    private Optional<String> refusalOf(String subject, String clientId) {
        Set<String> allowed = bound.get(key(clientId));
        if (allowed == null) {
            return Optional.of("No identity binding of this cluster is for client ID " + clientId);
        }
        if (allowed.contains(subject) || hasRole(subject, clientId)) {
            return Optional.empty();
        }
        return Optional.of(subject + " may not " + VERB + " " + clientId
                + ": no ClusterRole with that verb, the API group " + API_GROUP
                + " and that resource is bound to it, and the identity binding does not allow it");
    }

    private boolean hasRole(String subject, String clientId) {
        String[] parts = subject.split(":", -1);
        var account = new ObjectName(parts[2], parts[3]);
        Cluster now = cluster;
        return now.all(ClusterRoleBinding.class).stream()
                .filter(binding -> binding.isFor(account))
                .flatMap(binding -> now.find(ClusterRole.class, new ObjectName("", binding.role())).stream())
                .anyMatch(role -> role.allows(VERB, API_GROUP, clientId));
    }

    private String bindingIssuer(String clientId) {
        return issuer.issuer() + "identity-bindings/" + key(clientId) + "/";
    }

    private static String key(String clientId) {
        return clientId.toLowerCase(Locale.ROOT);
    }

    private static Answer refusal(int status, String message) {
        return Answer.json(status, Map.of("error", "access_denied", "error_description", message));
    }
}
