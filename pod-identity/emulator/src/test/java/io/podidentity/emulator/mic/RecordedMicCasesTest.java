// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.MicWorld;
import io.podidentity.emulator.cases.Recorded;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestReader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the real MIC did with clusters that changed step by step. A step with a {@code log} is one change; its lines and
 * events are all that there were, but for those on the cycle itself. A step with a {@code state} is several changes,
 * which the real one saw one by one, so that it may have done more on the way; its lines are those of one more cycle.
 */
class RecordedMicCasesTest {

    private static final Pattern LINE = Pattern.compile("([IWE])\\d{4} [\\d:.]+ +\\d+ (\\S+] .*)", Pattern.DOTALL);
    private static final Predicate<String> OF_THE_CYCLE =
            Pattern.compile(" stats\\.go:| mic\\.go:52[56]]").asPredicate();
    private static final List<String> STATUS_OF_EVENT = List.of("Normal", "Warning");

    @TestFactory
    Stream<DynamicTest> steps_recordedWithTheRealMic_doTheSame() {
        return Recorded.of("mic").stream().map(test -> DynamicTest.dynamicTest(test.toString(), () -> verify(test)));
    }

    private static void verify(Recorded test) {
        var world = new MicWorld(
                Profile.of(test.world().version()), test.world().flags().contains("--forceNamespaced"));
        int number = 0;
        for (Object one : Case.list(test.values().get("steps"))) {
            Map<String, Object> step = Case.object(one);
            String name = "step " + number++ + " ";
            if (step.containsKey("refuse")) {
                refuse(world, Case.list(step.get("refuse")));
                continue;
            }
            world.log.clear();
            world.events.clear();
            change(world, step);
            world.cycle();
            if (step.containsKey("log")) {
                assertThat(lines(world)).as(name + "log").isEqualTo(texts(step.get("log")));
                assertThat(events(world)).as(name + "events").isEqualTo(lists(step.get("events")));
            } else {
                world.cycle();
                world.log.clear();
                world.cycle();
                assertThat(lines(world)).as(name + "log").isEqualTo(texts(step.get("state")));
                assertThat(lists(step.get("events"))).as(name + "events").containsAll(events(world));
            }
            assertThat(assigned(world)).as(name + "assigned").isEqualTo(step.get("assigned"));
            assertThat(machines(world, Case.object(step.get("machines")).keySet()))
                    .as(name + "machines")
                    .isEqualTo(step.get("machines"));
        }
    }

    private static void refuse(MicWorld world, List<Object> refusal) {
        world.machines.refuse(
                refusal.get(0).toString(),
                "StatusCode=%s -- Original Error: Code=\"%s\" Message=\"%s\""
                        .formatted(refusal.get(1), refusal.get(2), refusal.get(3)));
    }

    private static void change(MicWorld world, Map<String, Object> step) {
        for (Object gone : Case.list(step.get("gone"))) {
            List<Object> key = Case.list(gone);
            world.objects().stream()
                    .filter(one -> one.getClass().getSimpleName().equals(key.get(0)))
                    .filter(one -> one.name().toString().equals(key.get(1) + "/" + key.get(2)))
                    .forEach(world::delete);
        }
        String list = Json.write(Map.of("apiVersion", "v1", "kind", "List", "items", Case.list(step.get("put"))));
        world.apply(new ManifestReader(Profile.V1_8_17)
                .readText("step.json", list)
                .cluster()
                .all()
                .toArray(KubernetesObject[]::new));
    }

    private static Set<String> lines(MicWorld world) {
        return world.log.stream()
                .map(LINE::matcher)
                .filter(line -> line.matches())
                .map(line -> (line.group(1) + " " + line.group(2)).replace("podid-node", "mc_shop"))
                .filter(OF_THE_CYCLE.negate())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<List<String>> events(MicWorld world) {
        return world.events.stream()
                .map(event -> List.of(
                        STATUS_OF_EVENT.get(event.warning() ? 1 : 0),
                        event.reason(),
                        event.message().replace("podid-node", "mc_shop")))
                .collect(Collectors.toSet());
    }

    private static Map<String, Object> assigned(MicWorld world) {
        var assigned = new TreeMap<String, Object>();
        for (AzureAssignedIdentity one : world.assigned()) {
            assigned.put(
                    one.name().toString(),
                    List.of(
                            one.state().text(),
                            one.identity().clientId(),
                            one.binding().name().name(),
                            one.pod().toString(),
                            one.nodeName()));
        }
        return assigned;
    }

    private static Map<String, Object> machines(MicWorld world, Set<String> names) {
        var machines = new TreeMap<String, Object>();
        for (String name : names) {
            machines.put(
                    name,
                    world.machines.identitiesOn(name).stream()
                            .map(id -> id.toLowerCase(Locale.ROOT))
                            .sorted()
                            .toList());
        }
        return machines;
    }

    private static Set<String> texts(Object list) {
        return Case.list(list).stream().map(String::valueOf).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<List<String>> lists(Object lists) {
        return Case.list(lists).stream()
                .map(list -> Case.list(list).stream().map(String::valueOf).toList())
                .collect(Collectors.toSet());
    }
}
