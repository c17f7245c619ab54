// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.input;

import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.match.MatchRules;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Manifests as the version decodes them that decides on them. Immutable.
 *
 * @param parts each kustomization and chart of a folder with several in a cluster of its own, since they may be ways to
 *     install the same; one at least. The first one names what was skipped of the whole input
 */
public record ManifestInput(List<Part> parts) {

    /**
     * The manifests of one cluster.
     *
     * @param version that decides on them, and why it is that one
     * @param rules how that version matches
     */
    public record Part(Manifests manifests, FittingProfile version, MatchRules rules) {

        Part withSkipped(List<Skipped> skipped) {
            return new Part(manifests.withSkipped(skipped), version, rules);
        }
    }

    public ManifestInput {
        parts = List.copyOf(parts);
    }

    /** What {@code -} among the paths stands for: all of standard input, or nothing. */
    public static byte[] standardInput(List<String> paths) throws IOException {
        return paths.contains(ManifestFiles.STANDARD_INPUT) ? System.in.readAllBytes() : new byte[0];
    }

    /** What a function makes of each cluster, and of how its version matches. */
    public <T> List<T> each(BiFunction<Manifests, MatchRules, T> function) {
        return parts.stream()
                .map(part -> function.apply(part.manifests(), part.rules()))
                .toList();
    }

    public List<Manifests> clusters() {
        return parts.stream().map(Part::manifests).toList();
    }

    /** The version of each cluster. */
    public List<FittingProfile> versions() {
        return parts.stream().map(Part::version).toList();
    }

    /** How the version of each cluster matches. */
    public List<MatchRules> rules() {
        return parts.stream().map(Part::rules).toList();
    }

    /** The objects of all clusters. */
    public List<Manifest> objects() {
        return parts.stream()
                .flatMap(part -> part.manifests().objects().stream())
                .toList();
    }

    /** What a verdict on the input says nothing of. */
    public List<Skipped> missed() {
        return skipped().stream().filter(Skipped::isMissed).toList();
    }

    private List<Skipped> skipped() {
        return parts.get(0).manifests().skipped();
    }

    /**
     * What was skipped, in lines. What is no manifest is named only where it is one of the paths: a folder of a
     * repository has many such files.
     */
    public List<String> notes(List<String> paths) {
        return skipped().stream()
                .filter(skipped ->
                        skipped.isMissed() || paths.contains(skipped.position().file()))
                .map(Skipped::toString)
                .toList();
    }

    /** What was looked at, and what was not, such as "2 pods, 1 identity; not looked at: 3 kustomizations". */
    public String summary() {
        long pods = clusters().stream()
                .mapToLong(manifests -> manifests.cluster().pods().size())
                .sum();
        long identities = clusters().stream()
                .mapToLong(manifests -> manifests.cluster().identities().size())
                .sum();
        String looked = count(pods, "pod", "pods") + ", " + count(identities, "identity", "identities");
        List<Skipped> missed = missed();
        if (missed.isEmpty()) {
            return looked;
        }
        return looked + "; not looked at: " + countByKind(missed);
    }

    private static String countByKind(List<Skipped> missed) {
        Map<String, Long> counts = missed.stream()
                .collect(Collectors.groupingBy(skipped -> skipped.kind().noun(), TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(kind -> count(kind.getValue(), kind.getKey(), kind.getKey() + "s"))
                .collect(Collectors.joining(", "));
    }

    private static String count(long number, String singular, String plural) {
        return number + " " + (number == 1 ? singular : plural);
    }
}
