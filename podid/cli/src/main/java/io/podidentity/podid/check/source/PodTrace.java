// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.PodPlace;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.workload.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an object says about pods that podid cannot tell: a label of identities, a pod template or an annotated service
 * account at a place where the object's kind is not known to describe its pods. Such pods are not looked at. Immutable.
 *
 * @param value of the label, or the name of the account; empty if it is not known
 */
public record PodTrace(Manifest manifest, FieldLocation location, Sign sign, String value) {

    /** What was found. */
    public enum Sign {
        BINDING_LABEL("the label " + Pod.BINDING_LABEL),
        USE_LABEL("the label " + Keys.USE),
        POD_TEMPLATE("a pod template"),
        ACCOUNT("a service account with an identity");

        private final String noun;

        Sign(String noun) {
            this.noun = noun;
        }

        public String noun() {
            return noun;
        }
    }

    /** Fields that say which pods something is for, and label none. */
    private static final Set<String> SELECTING =
            Set.of("matchLabels", "selector", "podSelector", "labelSelector", "matchExpressions");

    /** Kinds that describe kinds or select pods, and make none. */
    private static final Set<String> WITHOUT_PODS = Set.of(
            "CustomResourceDefinition",
            "ConstraintTemplate",
            "ClusterPolicy",
            "Policy",
            "ValidatingAdmissionPolicy",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration");

    private static final Pattern IN_TEXT =
            Pattern.compile(Pattern.quote(Pod.BINDING_LABEL) + "[\"']?\\s*[:=]\\s*[\"']?([\\w.-]*)");

    /** Finds all of an object, in the order in which they are written. */
    static List<PodTrace> findAll(Manifest manifest) {
        if (WITHOUT_PODS.contains(manifest.kind()) || manifest.group().equals("aadpodidentity.k8s.io")) {
            return List.of();
        }
        var traces = new ArrayList<PodTrace>();
        FieldLocation object = FieldLocation.of(manifest);
        // The object's own labels are those of its pods for a few kinds only, which are known.
        for (FieldLocation field : object.fields()) {
            if (!field.key().equals("metadata")) {
                find(manifest, field, List.of(field.key()), traces);
            }
        }
        return traces;
    }

    /** @param path the keys that lead to the field; elements of lists have keys such as {@code [0]} */
    private static void find(Manifest manifest, FieldLocation field, List<String> path, List<PodTrace> traces) {
        if (isKnown(manifest, path) || SELECTING.contains(field.key())) {
            return;
        }
        if (field.value() instanceof Yaml.Scalar) {
            findInText(manifest, field, traces);
            return;
        }
        if (isPodTemplate(field)) {
            traces.add(new PodTrace(manifest, field, Sign.POD_TEMPLATE, ""));
        }
        int index = 0;
        for (FieldLocation item : field.items()) {
            find(manifest, item, append(path, "[" + index + "]"), traces);
            index++;
        }
        for (FieldLocation child : field.fields()) {
            find(manifest, child, append(path, child.key()), traces);
        }
    }

    private static List<String> append(List<String> path, String key) {
        return Stream.concat(path.stream(), Stream.of(key)).toList();
    }

    /** Whether the field is one that podid reads as a part of the object's pods. */
    private static boolean isKnown(Manifest manifest, List<String> path) {
        return manifest.pods().stream().flatMap(PodTrace::readPaths).anyMatch(known -> known.equals(path));
    }

    /** What is read of a description: of a pod template all of it, of another form its labels and its account. */
    private static Stream<List<String>> readPaths(PodPlace place) {
        Stream<List<String>> fields =
                Stream.of(place.labels(), place.annotations(), place.accounts()).flatMap(List::stream);
        if (!place.isTemplate()) {
            return fields;
        }
        return Stream.concat(Stream.of(place.at()), fields);
    }

    private static void findInText(Manifest manifest, FieldLocation field, List<PodTrace> traces) {
        String text = field.text();
        String key = field.key();
        if (key.toLowerCase(Locale.ROOT).equals(Pod.BINDING_LABEL)) {
            traces.add(new PodTrace(manifest, field, Sign.BINDING_LABEL, text));
        } else if (key.equals(Keys.USE)) {
            traces.add(new PodTrace(manifest, field, Sign.USE_LABEL, text));
        } else if (key.equals("serviceAccountName") || key.equals("serviceAccount")) {
            traces.add(new PodTrace(manifest, field, Sign.ACCOUNT, text));
        } else {
            findWithinText(manifest, field, traces);
        }
    }

    /** A text can hold a manifest, such as a value of a ConfigMap, or a command that labels pods. */
    private static void findWithinText(Manifest manifest, FieldLocation field, List<PodTrace> traces) {
        Matcher label = IN_TEXT.matcher(field.text());
        while (label.find()) {
            traces.add(new PodTrace(manifest, field, Sign.BINDING_LABEL, label.group(1)));
        }
        if (field.text().contains(Keys.USE)) {
            traces.add(new PodTrace(manifest, field, Sign.USE_LABEL, ""));
        }
    }

    /** Whether it looks like a pod template of any kind: it has containers, each of which has a name and an image. */
    private static boolean isPodTemplate(FieldLocation field) {
        List<FieldLocation> containers = field.at("spec", "containers").items();
        return !containers.isEmpty() && containers.stream().allMatch(PodTrace::isContainer);
    }

    private static boolean isContainer(FieldLocation field) {
        return !field.at("name").text().isEmpty() && !field.at("image").text().isEmpty();
    }
}
