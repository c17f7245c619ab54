package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;

/**
 * Asks the API server whether a service account may use an identity by an identity binding of AKS, by a
 * SubjectAccessReview, which stores nothing. {@code kubectl auth can-i} does not do: of a resource that the cluster
 * does not know it drops the group.
 *
 * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings">Identity bindings</a>
 */
final class IdentityBinding {

    private static final String REVIEW = """
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
            "user": "system:serviceaccount:%1$s:%2$s",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:%1$s", "system:authenticated"],
            "resourceAttributes": {"group": "cid.wi.aks.azure.com", "resource": %3$s, "verb": "use-managed-identity"}}}
            """;

    /** {@code kubectl create clusterrole} refuses a resource that the cluster does not know. */
    private static final String GRANT =
            "echo '{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"ClusterRole\","
                    + "\"metadata\":{\"name\":\"use-%3$s\"},\"rules\":[{\"verbs\":[\"use-managed-identity\"],"
                    + "\"apiGroups\":[\"cid.wi.aks.azure.com\"],\"resources\":[\"%3$s\"]}]}' | kubectl apply -f - && kubectl create"
                    + " clusterrolebinding use-%3$s-%1$s-%2$s --clusterrole=use-%3$s --serviceaccount=%1$s:%2$s";

    private IdentityBinding() {}

    static Link of(Kubectl kubectl, ObjectName account, String clientId) throws InterruptedException {
        String subject = account.namespace() + "/" + account.name();
        String use = "use-managed-identity " + clientId;
        Kubectl.Result result =
                create(kubectl, REVIEW.formatted(account.namespace(), account.name(), Json.write(clientId)));
        if (result.failure().isPresent()) {
            KubectlException failure = result.failure().get();
            return new Link(
                    "binding",
                    Link.State.UNKNOWN,
                    "whether " + subject + " may " + use + ": "
                            + failure.message().lines().findFirst().orElse(""),
                    failure.grants("doctor", ""));
        }
        String named = clientId.matches("[0-9A-Za-z-]+") ? clientId : "CLIENT_ID";
        return switch (allowed(result.stdout())) {
            case "true" -> Link.ok("binding", subject + " may " + use + "; only a pod can try it");
            case "false" ->
                Link.failed(
                        "binding",
                        subject + " may not " + use,
                        GRANT.formatted(account.namespace(), account.name(), named));
            default -> Link.unknown("binding", "whether " + subject + " may " + use + ": the API server does not say");
        };
    }

    private static Kubectl.Result create(Kubectl kubectl, String review) throws InterruptedException {
        try {
            Path file = Files.createTempFile("podid-review", ".json");
            try {
                Files.writeString(file, review);
                return kubectl.run(
                        "create", "--raw=/apis/authorization.k8s.io/v1/subjectaccessreviews", "--filename=" + file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String allowed(String answer) {
        try {
            return new Part(Json.object(answer)).text("status", "allowed");
        } catch (ParseException e) {
            return "";
        }
    }
}
