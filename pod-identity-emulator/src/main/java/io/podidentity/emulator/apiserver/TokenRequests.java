package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes tokens of service accounts for whoever may ask for them. Thread-safe. */
final class TokenRequests {

    private static final String KIND = "TokenRequest";
    private static final String GROUP = "authentication.k8s.io";
    private static final String SPEC = "spec";
    private static final long SHORTEST = 600;
    private static final long LONGEST = 1L << 32;
    private static final long USUAL = 3600;

    private final ClusterIssuer issuer;
    private final Optional<Long> maxSeconds;

    /** @param maxSeconds what the API server allows at most, whatever is asked for */
    TokenRequests(ClusterIssuer issuer, Optional<Long> maxSeconds) {
        this.issuer = issuer;
        this.maxSeconds = maxSeconds;
    }

    /**
     * The request with the token.
     *
     * @throws ApiRefusal if it is not granted
     */
    Map<String, Object> answer(ObjectName account, Map<String, Object> request, ApiObjects objects) {
        long seconds = seconds(Tree.at(request, SPEC, "expirationSeconds"));
        List<String> audiences = Tree.texts(request, SPEC, "audiences");
        Map<String, Object> reference = Tree.map(request, SPEC, "boundObjectRef");
        if (audiences.isEmpty()) {
            audiences = List.of(issuer.issuer());
        }
        IssuedToken token = issuer.issue(
                account, audiences, Math.min(seconds, maxSeconds.orElse(seconds)), bound(reference, account, objects));
        var spec = new LinkedHashMap<String, Object>();
        spec.put("audiences", audiences);
        spec.put("expirationSeconds", token.lifetimeSeconds());
        if (!reference.isEmpty()) {
            spec.put("boundObjectRef", reference);
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("kind", KIND);
        answer.put("apiVersion", GROUP + "/v1");
        answer.put(
                "metadata",
                Map.of(
                        "name", account.name(),
                        "namespace", account.namespace(),
                        "creationTimestamp", token.notBefore().toString()));
        answer.put(SPEC, spec);
        answer.put(
                "status",
                Map.of(
                        "token",
                        token.value(),
                        "expirationTimestamp",
                        token.expiresOn().toString()));
        return answer;
    }

    private static long seconds(@Nullable Object asked) {
        long seconds = asked instanceof Number number ? number.longValue() : USUAL;
        String value = "spec.expirationSeconds: Invalid value: " + seconds + ": ";
        if (seconds < SHORTEST) {
            throw ApiRefusal.invalid(KIND, GROUP, "", value + "may not specify a duration less than 10 minutes");
        }
        if (seconds > LONGEST) {
            throw ApiRefusal.invalid(KIND, GROUP, "", value + "may not specify a duration larger than 2^32 seconds");
        }
        return seconds;
    }

    private static Optional<ClusterIssuer.Bound> bound(
            Map<String, Object> reference, ObjectName account, ApiObjects objects) {
        if (reference.isEmpty()) {
            return Optional.empty();
        }
        String kind = Tree.text(reference, "kind");
        if (!List.of("Pod", "Secret", "Node").contains(kind)) {
            throw ApiRefusal.badRequest("cannot bind token for serviceaccount " + account.name() + " to object of kind "
                    + kind + ": a Pod, a Secret or a Node is needed");
        }
        String name = Tree.text(reference, "name");
        ApiResource resource = objects.resources().ofKind("v1", kind);
        Map<String, Object> object = objects.find(
                        resource, new ObjectName(resource.namespaced() ? account.namespace() : "", name))
                .orElseThrow(() -> ApiRefusal.notFound(resource, name));
        String uid = Tree.text(object, "metadata", "uid");
        String wanted = Tree.text(reference, "uid");
        if (!wanted.isEmpty() && !wanted.equals(uid)) {
            throw ApiRefusal.conflict("Operation cannot be fulfilled on " + kind + " \"" + name
                    + "\": the UID in the bound object reference (" + wanted
                    + ") does not match the UID in record. The object might have been deleted and then recreated");
        }
        if (kind.equals("Pod")
                && !Tree.text(object, "spec", "serviceAccountName").equals(account.name())) {
            throw ApiRefusal.badRequest("cannot bind token for serviceaccount \"" + account.name()
                    + "\" to pod running with different serviceaccount name.");
        }
        return Optional.of(new ClusterIssuer.Bound(kind, name, Tree.text(object, "spec", "nodeName")));
    }
}
