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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Explanations for programs. */
final class JsonReport {

    private JsonReport() {}

    static String of(List<Explanation> explanations, List<ReferenceExplanation> references) {
        return Stream.concat(
                        explanations.stream().map(JsonReport::object),
                        references.stream().map(JsonReport::object))
                .map(Json::write)
                .reduce((before, next) -> before + ",\n " + next)
                .map(all -> "[" + all + "]")
                .orElse("[]");
    }

    static List<Map<String, @Nullable Object>> objects(List<Explanation> explanations) {
        return explanations.stream().map(JsonReport::object).toList();
    }

    private static Map<String, @Nullable Object> object(Explanation explanation) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        var pod = new LinkedHashMap<String, Object>();
        pod.put("namespace", explanation.pod().namespace());
        pod.put("name", explanation.pod().name().name());
        object.put("pod", pod);
        object.put("position", explanation.pod().metadata().position().toString());
        object.put("profile", explanation.profile().id());
        object.put("outcome", explanation.outcome().id());
        object.put("summary", explanation.summary());
        object.put("identity", identity(explanation.identity()));
        object.put("why", explanation.why());
        object.put("remedies", explanation.remedies());
        object.put("mic", mic(explanation));
        object.put("nmi", nmi(explanation.nmi()));
        return object;
    }

    private static Map<String, @Nullable Object> object(ReferenceExplanation explanation) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        object.put("object", explanation.reference().object().object().toString());
        object.put("position", explanation.reference().object().position().toString());
        object.put(
                "outcome",
                explanation.outcome() == Outcome.UNRELATED
                        ? "unknown"
                        : explanation.outcome().id());
        object.put("summary", explanation.summary());
        object.put("remedies", explanation.remedies());
        return object;
    }

    private static @Nullable Map<String, Object> identity(@Nullable AzureIdentity identity) {
        if (identity == null) {
            return null;
        }
        var object = new LinkedHashMap<String, Object>();
        object.put("namespace", identity.namespace());
        object.put("name", identity.name().name());
        object.put("type", identity.type());
        object.put("clientId", identity.clientId());
        object.put("resourceId", identity.resourceId());
        return object;
    }

    private static @Nullable Map<String, Object> mic(Explanation explanation) {
        MicPart mic = explanation.mic();
        if (mic == null) {
            return null;
        }
        List<String> finalizers = explanation.profile().isAtLeast(1, 6, 1) ? List.of(Mic.FINALIZER) : List.of();
        var object = new LinkedHashMap<String, Object>();
        object.put(
                "assigned",
                mic.assigned().stream()
                        .map(assigned -> assigned(assigned, finalizers))
                        .toList());
        object.put("seconds", mic.took().toSeconds());
        object.put("log", mic.log());
        return object;
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

    private static @Nullable Map<String, Object> nmi(@Nullable NmiPart nmi) {
        if (nmi == null) {
            return null;
        }
        var object = new LinkedHashMap<String, Object>();
        object.put("status", nmi.status());
        object.put("text", nmi.text());
        object.put("seconds", nmi.took().toSeconds());
        object.put("log", nmi.log());
        return object;
    }
}
