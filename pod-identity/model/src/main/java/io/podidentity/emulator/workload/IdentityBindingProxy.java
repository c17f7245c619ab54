package io.podidentity.emulator.workload;

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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What identity bindings of AKS lead to: stands in for Entra inside the cluster, and exchanges the token of a service
 * account for one of an issuer that belongs to the identity, so that one federated credential serves many clusters and
 * accounts. Which account may use which identity is a matter of Kubernetes roles, which the emulator does not read:
 * here each may use each that is bound. Thread-safe.
 *
 * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings-concepts">identity bindings</a>
 * @since 0.1.0
 */
public final class IdentityBindingProxy implements Endpoint {

    private final Directory directory;
    private final ClusterIssuer issuer;
    private final Endpoint entra;
    private final Set<String> bound = ConcurrentHashMap.newKeySet();

    public IdentityBindingProxy(Directory directory, ClusterIssuer issuer, Endpoint entra) {
        this.directory = directory;
        this.issuer = issuer;
        this.entra = entra;
    }

    /**
     * Binds an identity to the cluster, which gives it one federated credential, as AKS does.
     *
     * @throws IllegalArgumentException if it has 20 of them already
     */
    public void bind(String clientId) {
        if (bound.add(key(clientId))) {
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
        if (!issuer.signed(presented, WebhookSettings.IdentityBindings.AUDIENCE)) {
            return refusal(
                    401,
                    "The assertion is no token of this cluster for the audience "
                            + WebhookSettings.IdentityBindings.AUDIENCE);
        }
        if (!bound.contains(key(clientId))) {
            return refusal(403, "No identity binding of this cluster is for client ID " + clientId);
        }
        var fields = new LinkedHashMap<>(form.all());
        fields.put("client_assertion", issuer.assertion(bindingIssuer(clientId), issuer.issuer()));
        return entra.answer(Request.form(request.rawPath(), fields));
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
