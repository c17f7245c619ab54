// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers the API server's reviews of new pods as the webhook of azure-workload-identity decides, and gives these pods
 * what makes them trust the emulator. Thread-safe.
 *
 * <p>Pods reach this port too, and the API server has no certificate of its own to show. So the path ends with a secret
 * of this process, which is written in the webhook's configuration alone: whoever does not know the path gets 404.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/">reviews</a>
 */
final class AdmissionEndpoint implements Endpoint {

    /** The kubelet's probes ask here, and learn nothing but whether podid serves. */
    static final String PATH = "/mutate-v1-pod";

    private static final int SECRET_BYTES = 32;
    private static final String VERSION = "admission.k8s.io/v1";
    private static final String REVIEW = "AdmissionReview";
    private static final Map<String, String> POD = Map.of("group", "", "version", "v1", "kind", "Pod");

    /** Says on a pod what it must not be shipped with. */
    static final String ANNOTATION = "podid.io/emulated-azure";

    private static final String SAYS =
            "For tests only: the webhook of podid has made this pod trust an emulated Azure, whose tokens are worth"
                    + " nothing";

    private final String path;
    private final Webhook webhook;
    private final Function<ObjectName, Optional<Map<String, String>>> accounts;
    private final TrustBundle bundle;

    /**
     * @param path of {@link #newPath}
     * @param accounts has the annotations of each service account that there is
     */
    AdmissionEndpoint(
            String path,
            WebhookSettings settings,
            Function<ObjectName, Optional<Map<String, String>>> accounts,
            TrustBundle bundle) {
        this.path = path;
        this.webhook = new Webhook(settings);
        this.accounts = accounts;
        this.bundle = bundle;
    }

    /** A path that nobody can guess, of parts that Kubernetes accepts in a webhook's configuration. */
    static String newPath() {
        var secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return PATH + "/" + HexFormat.of().formatHex(secret);
    }

    /** Whether it is podid's answer that a path asks for, be it 404. */
    static boolean isBelow(String rawPath) {
        return rawPath.equals(PATH) || rawPath.startsWith(PATH + "/");
    }

    @Override
    public Answer answer(Request request) {
        byte[] asked = request.rawPath().getBytes(StandardCharsets.UTF_8);
        // Takes the same time for every wrong path.
        if (!MessageDigest.isEqual(asked, path.getBytes(StandardCharsets.UTF_8))) {
            return Answer.empty(404);
        }
        Map<String, Object> review = request.json();
        Map<String, Object> ofPod = object(review, "request");
        return isReviewOfNewPod(review, ofPod) ? answer(ofPod) : Answer.empty(400);
    }

    /** What the configuration makes the API server send, and nothing else. */
    private static boolean isReviewOfNewPod(Map<String, Object> review, Map<String, Object> asked) {
        boolean isReview = VERSION.equals(review.get("apiVersion")) && REVIEW.equals(review.get("kind"));
        boolean isOfNewPod = "CREATE".equals(asked.get("operation")) && POD.equals(asked.get("kind"));
        boolean namesBoth = isText(asked.get("uid")) && isText(asked.get("namespace"));
        return isReview && isOfNewPod && namesBoth;
    }

    private static boolean isText(@Nullable Object value) {
        return value instanceof String text && !text.isEmpty();
    }

    private Answer answer(Map<String, Object> asked) {
        var response = new LinkedHashMap<String, Object>();
        response.put("uid", String.valueOf(asked.get("uid")));
        decide(asked).addTo(response);
        return Answer.json(200, Map.of("apiVersion", VERSION, "kind", REVIEW, "response", response));
    }

    /** What the API server is told about a pod. */
    private sealed interface Decision {

        /** Adds its fields to a response, behind the review's ID. */
        void addTo(Map<String, Object> response);
    }

    private record Refused(String message) implements Decision {

        @Override
        public void addTo(Map<String, Object> response) {
            response.put("allowed", false);
            response.put("status", Map.of("message", message));
        }
    }

    /** @param patch operations of RFC 6902 */
    private record Patched(List<Map<String, Object>> patch) implements Decision {

        @Override
        public void addTo(Map<String, Object> response) {
            byte[] json = Json.write(patch).getBytes(StandardCharsets.UTF_8);
            response.put("allowed", true);
            response.put("patchType", "JSONPatch");
            response.put("patch", Base64.getEncoder().encodeToString(json));
        }
    }

    private Decision decide(Map<String, Object> asked) {
        try {
            return review(asked);
        } catch (KubernetesClientException e) {
            return new Refused("the emulated Azure cannot ask the API server: " + e.getMessage());
        }
    }

    private Decision review(Map<String, Object> asked) {
        String namespace = String.valueOf(asked.get("namespace"));
        Map<String, Object> object = object(asked, "object");
        // The API server leaves it out of a controller's pod.
        object(object, "metadata").put("namespace", namespace);
        Manifests read = new ManifestReader(Profile.WORKLOAD_IDENTITY).readText("pod", Json.write(object));
        if (read.cluster().pods().isEmpty()) {
            // The API server looks at labels and fields only after its webhooks.
            return new Refused("the pod cannot be read: " + read.problems());
        }
        Pod pod = read.cluster().pods().get(0);
        var account = new ObjectName(namespace, Webhook.serviceAccount(pod));
        Admission admission = webhook.admit(pod, accounts.apply(account));
        if (admission instanceof Denied denied) {
            return new Refused(denied.reason().replaceFirst("^admission webhook \"[^\"]*\" denied the request: ", ""));
        }
        boolean isDryRun = Boolean.TRUE.equals(asked.get("dryRun"));
        if (!isDryRun) {
            bundle.bringInto(namespace);
        }
        return change(object, pod, admission);
    }

    private Patched change(Map<String, Object> object, Pod pod, Admission admission) {
        Map<String, Object> spec = object(object, "spec");
        Set<String> before = Set.copyOf(spec.keySet());
        // A pod that gets its identity from NMI has only to trust what it asks.
        if (admission instanceof Admitted admitted) {
            admitted.into(spec);
        }
        bundle.into(spec, Webhook.skipped(pod.metadata().annotations()));
        return new Patched(patch(before, spec, object(object, "metadata")));
    }

    private static List<Map<String, Object>> patch(
            Set<String> before, Map<String, Object> spec, Map<String, Object> metadata) {
        var operations = new ArrayList<Map<String, Object>>();
        for (String field : before) {
            if (!spec.containsKey(field)) {
                operations.add(Map.of("op", "remove", "path", "/spec/" + field));
            }
        }
        for (String field : List.of("initContainers", "containers", "volumes", "securityContext", "hostAliases")) {
            if (spec.containsKey(field)) {
                operations.add(add("/spec/" + field, spec.get(field)));
            }
        }
        var annotations = new LinkedHashMap<>(object(metadata, "annotations"));
        annotations.put(ANNOTATION, SAYS);
        operations.add(add("/metadata/annotations", annotations));
        return operations;
    }

    /** Which replaces what is there. */
    private static Map<String, Object> add(String path, Object value) {
        return Map.of("op", "add", "path", path, "value", value);
    }

    /** The object in that field, empty if there is none. */
    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> object(Map<String, Object> parent, String field) {
        return parent.get(field) instanceof Map<?, ?> object ? (Map<String, Object>) object : new LinkedHashMap<>();
    }
}
