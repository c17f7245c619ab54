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
import java.util.stream.IntStream;

/**
 * Manifests as the version decodes them that decides on them.
 *
 * @param clusters each kustomization and chart of a folder with several in a cluster of its own, since they may be ways
 *     to install the same; one at least; what was skipped is named by the first
 * @param versions which version that is for each of them, and why
 * @param rules how it matches
 */
public record ManifestInput(List<Manifests> clusters, List<FittingProfile> versions, List<MatchRules> rules) {

    /** What {@code -} among the paths stands for: all of standard input, or nothing. */
    public static byte[] standardInput(List<String> paths) throws IOException {
        return paths.contains(ManifestFiles.STANDARD_INPUT) ? System.in.readAllBytes() : new byte[0];
    }

    /** What is made of each cluster and how its version matches. */
    public <T> List<T> each(BiFunction<Manifests, MatchRules, T> made) {
        return IntStream.range(0, clusters.size())
                .mapToObj(i -> made.apply(clusters.get(i), rules.get(i)))
                .toList();
    }

    public List<Manifest> objects() {
        return objects(clusters);
    }

    /** What a verdict on the input says nothing of. */
    public List<Skipped> missed() {
        return clusters.get(0).skipped().stream().filter(Skipped::isMissed).toList();
    }

    /**
     * What was skipped, in lines. What is no manifest is named only where it is one of the paths: a folder of a
     * repository has many such files.
     */
    public List<String> notes(List<String> paths) {
        return clusters.get(0).skipped().stream()
                .filter(one -> one.isMissed() || paths.contains(one.position().file()))
                .map(Skipped::toString)
                .toList();
    }

    /** What was looked at, and what was not, such as "2 pods, 1 identity; not looked at: 3 kustomizations". */
    public String summary() {
        long pods =
                clusters.stream().mapToLong(one -> one.cluster().pods().size()).sum();
        long identities = clusters.stream()
                .mapToLong(one -> one.cluster().identities().size())
                .sum();
        String looked = count(pods, "pod") + ", " + (identities == 1 ? "1 identity" : identities + " identities");
        Map<String, Long> missed = missed().stream()
                .collect(Collectors.groupingBy(one -> one.kind().noun(), TreeMap::new, Collectors.counting()));
        return missed.isEmpty()
                ? looked
                : looked + "; not looked at: "
                        + missed.entrySet().stream()
                                .map(one -> count(one.getValue(), one.getKey()))
                                .collect(Collectors.joining(", "));
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    static List<Manifest> objects(List<Manifests> clusters) {
        return clusters.stream().flatMap(one -> one.objects().stream()).toList();
    }
}
