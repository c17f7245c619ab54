package io.podidentity.podid.check.rules;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pods that policies keep from something, grouped by the policy where it is reported. */
final class BlockedPods {

    private static final int NAMED = 3;

    private final Map<Position, List<String>> names = new LinkedHashMap<>();
    private final Map<Position, FieldLocation> places = new LinkedHashMap<>();

    private BlockedPods() {}

    /** @param isBlocked asked about pods that policies restrict */
    static BlockedPods of(RuleContext context, Stream<PodSource> pods, Predicate<EgressOfPod> isBlocked) {
        var blocked = new BlockedPods();
        pods.forEach(pod -> {
            EgressOfPod egress = EgressOfPod.of(context, pod);
            if (egress.isRestricted() && isBlocked.test(egress)) {
                // A rule that is missing would be added to the first of them.
                FieldLocation policy = context.location(egress.policies().get(0));
                blocked.places.putIfAbsent(policy.position(), policy.at("spec", "egress"));
                blocked.names
                        .computeIfAbsent(policy.position(), one -> new ArrayList<>())
                        .add(pod.pod().name().toString());
            }
        });
        return blocked;
    }

    /** Reports each policy once; {@code message} follows the names of the pods. */
    void report(Report report, String message, String remedy) {
        places.forEach((policy, place) ->
                report.add(place, some(names.getOrDefault(policy, List.of())) + message, remedy));
    }

    private static String some(List<String> pods) {
        String first = pods.stream().limit(NAMED).collect(Collectors.joining(", "));
        return (pods.size() == 1 ? "pod " : "pods ")
                + first
                + (pods.size() > NAMED ? " and " + (pods.size() - NAMED) + " more" : "");
    }
}
