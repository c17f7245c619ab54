// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A case of one cycle: what is not given is so that everything fits. */
final class MicCase {

    private final Case test;

    MicCase(Case test) {
        this.test = test;
    }

    void applyTo(MicWorld world) {
        for (String name : names("identity", "identities", "default/i")) {
            Metadata metadata = metadata(name);
            world.apply(AzureIdentity.managed(
                    test.text("annotation").isEmpty()
                            ? metadata
                            : metadata.withAnnotations(
                                    Map.of(AzureIdentity.BEHAVIOR_ANNOTATION, test.text("annotation"))),
                    MicWorld.resourceId(name.replace('/', '-')),
                    "client"));
        }
        bindings(world);
        world.apply(pod());
    }

    private void bindings(MicWorld world) {
        String identity = metadata(names("identity", "identities", "default/i").get(0))
                .name()
                .name();
        var given = test.object(test.given().get("binding") instanceof Map ? "binding" : "none");
        if (!given.isEmpty()) {
            world.apply(MicWorld.binding(
                    "default", (String) given.get("name"), (String) given.get("azureIdentity"), (String)
                            given.get("selector")));
            return;
        }
        for (String text : names("binding", "bindings", "default/b")) {
            String[] parts = text.split(" -> azureIdentity ", 2);
            Metadata name = metadata(parts[0]);
            world.apply(MicWorld.binding(
                    name.name().namespace(), name.name().name(), parts.length > 1 ? parts[1] : identity, selector()));
        }
    }

    private Pod pod() {
        if (test.given().get("pod") instanceof Map) {
            var pod = test.object("pod");
            if (pod.containsKey("labels")) {
                return Pod.of("default", "p", labels(Case.object(pod.get("labels"))));
            }
            return MicWorld.pod((String) pod.get("ns"), (String) pod.get("name"), (String) pod.get("label"), (String)
                    pod.get("node"));
        }
        Metadata name = metadata(test.text("pod").isEmpty() ? "default/p" : test.text("pod"));
        String label = test.text("label").isEmpty() ? selector() : test.text("label");
        return MicWorld.pod(name.name().namespace(), name.name().name(), label, "test-node");
    }

    private String selector() {
        return test.text("selector").isEmpty() ? "select" : test.text("selector");
    }

    private List<String> names(String one, String many, String otherwise) {
        Stream<Object> given = test.given().containsKey(many)
                ? test.list(many).stream()
                : Stream.of(test.text(one).isEmpty() ? otherwise : test.text(one));
        return given.map(String.class::cast).toList();
    }

    private static Map<String, String> labels(Map<String, Object> given) {
        return given.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, label -> (String) label.getValue()));
    }

    private static Metadata metadata(String name) {
        String[] parts = name.split("/", 2);
        return Metadata.of(parts[0], parts[1]);
    }
}
