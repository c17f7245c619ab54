// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.replay.Replay.MicPart;
import io.podidentity.emulator.replay.Replay.NmiPart;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Explanations for programs. Fields keep their names and order; new fields are added last. */
final class JsonReport {

    private JsonReport() {}

    /** One array with an object in each line, pods first. */
    static String of(List<Explanation> explanations, List<ReferenceExplanation> references) {
        Stream<Map<String, @Nullable Object>> pods = explanations.stream().map(JsonReport::object);
        Stream<Map<String, @Nullable Object>> others = references.stream().map(JsonReport::object);
        return Stream.concat(pods, others).map(Json::write).collect(Collectors.joining(",\n ", "[", "]"));
    }

    static List<Map<String, @Nullable Object>> objects(List<Explanation> explanations) {
        return explanations.stream().map(JsonReport::object).toList();
    }

    private static Map<String, @Nullable Object> object(Explanation explanation) {
        var pod = new LinkedHashMap<String, Object>();
        pod.put("namespace", explanation.pod().namespace());
        pod.put("name", explanation.pod().name().name());
        var object = new LinkedHashMap<String, @Nullable Object>();
        object.put("pod", pod);
        object.put("position", explanation.pod().metadata().position().toString());
        object.put("profile", explanation.profile().id());
        object.put("outcome", explanation.outcome().id());
        object.put("summary", explanation.summary());
        object.put("identity", explanation.identity().map(JsonReport::identity).orElse(null));
        object.put("why", explanation.why());
        object.put("remedies", explanation.remedies());
        object.put("mic", mic(explanation).orElse(null));
        object.put(
                "nmi",
                Optional.ofNullable(explanation.nmi()).map(JsonReport::nmi).orElse(null));
        return object;
    }

    private static Map<String, @Nullable Object> object(ReferenceExplanation explanation) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        object.put("object", explanation.reference().object().object().toString());
        object.put("position", explanation.reference().object().position().toString());
        object.put("outcome", outcome(explanation));
        object.put("summary", explanation.summary());
        object.put("remedies", explanation.remedies());
        return object;
    }

    private static String outcome(ReferenceExplanation explanation) {
        return explanation.outcome() == Outcome.UNRELATED
                ? "unknown"
                : explanation.outcome().id();
    }

    private static Map<String, Object> identity(AzureIdentity identity) {
        var object = new LinkedHashMap<String, Object>();
        object.put("namespace", identity.namespace());
        object.put("name", identity.name().name());
        object.put("type", identity.type());
        object.put("clientId", identity.clientId());
        object.put("resourceId", identity.resourceId());
        return object;
    }

    private static Optional<Map<String, Object>> mic(Explanation explanation) {
        MicPart mic = explanation.mic();
        if (mic == null) {
            return Optional.empty();
        }
        // MIC writes the finalizer since this version.
        List<String> finalizers = explanation.profile().isAtLeast(1, 6, 1) ? List.of(Mic.FINALIZER) : List.of();
        var object = new LinkedHashMap<String, Object>();
        object.put(
                "assigned",
                mic.assigned().stream()
                        .map(assigned -> assigned(assigned, finalizers))
                        .toList());
        object.put("seconds", mic.took().toSeconds());
        object.put("log", mic.log());
        return Optional.of(object);
    }

    private static Map<String, Object> assigned(AzureAssignedIdentity assigned, List<String> finalizers) {
        var object = new LinkedHashMap<String, Object>();
        object.put("namespace", assigned.namespace());
        object.put("name", assigned.name().name());
        object.put("node", assigned.nodeName());
        object.put("state", assigned.state().text());
        object.put("finalizers", finalizers);
        return object;
    }

    private static Map<String, Object> nmi(NmiPart nmi) {
        var object = new LinkedHashMap<String, Object>();
        object.put("status", nmi.status());
        object.put("text", nmi.text());
        object.put("seconds", nmi.took().toSeconds());
        object.put("log", nmi.log());
        return object;
    }
}
