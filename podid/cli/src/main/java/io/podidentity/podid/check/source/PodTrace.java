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
 * account at a place where the object's kind is not known to describe its pods. Such pods are not looked at.
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

    /** They say which pods something is for, and label none. */
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

    /** All of an object, in the order in which they are written. */
    static List<PodTrace> of(Manifest manifest) {
        if (WITHOUT_PODS.contains(manifest.kind()) || manifest.group().equals("aadpodidentity.k8s.io")) {
            return List.of();
        }
        var traces = new ArrayList<PodTrace>();
        FieldLocation object = FieldLocation.of(manifest);
        // The object's own labels are those of its pods for a few kinds only, which are known.
        object.fields().stream()
                .filter(field -> !field.key().equals("metadata"))
                .forEach(field -> find(manifest, field, List.of(field.key()), traces));
        return traces;
    }

    private static void find(Manifest manifest, FieldLocation at, List<String> path, List<PodTrace> traces) {
        if (isKnown(manifest, path) || SELECTING.contains(at.key())) {
            return;
        }
        if (at.value() instanceof Yaml.Scalar) {
            findInText(manifest, at, traces);
            return;
        }
        if (isPodTemplate(at)) {
            traces.add(new PodTrace(manifest, at, Sign.POD_TEMPLATE, ""));
        }
        boolean isList = at.value() instanceof Yaml.Sequence;
        List<FieldLocation> below = isList ? at.items() : at.fields();
        for (int i = 0; i < below.size(); i++) {
            FieldLocation child = below.get(i);
            String key = isList ? "[" + i + "]" : child.key();
            find(manifest, child, Stream.concat(path.stream(), Stream.of(key)).toList(), traces);
        }
    }

    /** Whether a place of the object's pods has it. */
    private static boolean isKnown(Manifest manifest, List<String> path) {
        return manifest.pods().stream().flatMap(PodTrace::read).anyMatch(known -> known.equals(path));
    }

    /** What is read of a description: of a pod template all of it, of another form its labels and its account. */
    private static Stream<List<String>> read(PodPlace place) {
        Stream<List<String>> fields =
                Stream.of(place.labels(), place.annotations(), place.accounts()).flatMap(List::stream);
        return place.isTemplate() ? Stream.concat(Stream.of(place.at()), fields) : fields;
    }

    private static void findInText(Manifest manifest, FieldLocation at, List<PodTrace> traces) {
        String text = at.text();
        if (at.key().toLowerCase(Locale.ROOT).equals(Pod.BINDING_LABEL)) {
            traces.add(new PodTrace(manifest, at, Sign.BINDING_LABEL, text));
        } else if (at.key().equals(Keys.USE)) {
            traces.add(new PodTrace(manifest, at, Sign.USE_LABEL, text));
        } else if (at.key().equals("serviceAccountName") || at.key().equals("serviceAccount")) {
            traces.add(new PodTrace(manifest, at, Sign.ACCOUNT, text));
        } else {
            Matcher label = IN_TEXT.matcher(text);
            while (label.find()) {
                traces.add(new PodTrace(manifest, at, Sign.BINDING_LABEL, label.group(1)));
            }
            if (text.contains(Keys.USE)) {
                traces.add(new PodTrace(manifest, at, Sign.USE_LABEL, ""));
            }
        }
    }

    /** As it stands in any kind: containers that each have a name and an image. */
    private static boolean isPodTemplate(FieldLocation at) {
        List<FieldLocation> containers = at.at("spec", "containers").items();
        return !containers.isEmpty()
                && containers.stream()
                        .allMatch(container -> !container.at("name").text().isEmpty()
                                && !container.at("image").text().isEmpty());
    }
}
