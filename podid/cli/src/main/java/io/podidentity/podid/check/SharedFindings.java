// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.source.KustomizedSource.Written;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Findings of several kustomizations. What their base says is found in each of them, and reported once, also where they
 * rename its objects or put them into other namespaces. Not thread-safe.
 */
final class SharedFindings {

    private static final Pattern WORD = Pattern.compile("[\\p{Alnum}.-]+");

    /**
     * What findings have in common that are one mistake in a base.
     *
     * @param source where the mistake is written
     * @param message without what the kustomization has added to names, and without its namespace
     */
    private record Key(Position source, String rule, String field, String message) {

        static Key of(Finding rendered, Written written) {
            return new Key(
                    written.position(), rendered.about().rule(), rendered.field(), neutralMessage(rendered, written));
        }

        private static String neutralMessage(Finding rendered, Written written) {
            String name = rendered.object().name().name();
            int start = name.indexOf(written.name());
            if (written.name().isEmpty() || start < 0) {
                return rendered.object() + " " + rendered.message();
            }
            String prefix = name.substring(0, start);
            String suffix = name.substring(start + written.name().length());
            String namespace = rendered.object().namespace();
            return WORD.matcher(rendered.message())
                    .replaceAll(word -> neutralWord(word.group(), prefix, suffix, namespace));
        }

        private static String neutralWord(String word, String prefix, String suffix, String namespace) {
            if (word.equals(namespace)) {
                return "NAMESPACE";
            }
            boolean isAdded = word.startsWith(prefix)
                    && word.endsWith(suffix)
                    && word.length() > prefix.length() + suffix.length();
            if (!isAdded) {
                return word;
            }
            return word.substring(prefix.length(), word.length() - suffix.length());
        }
    }

    /** A finding where it is written, and the kustomizations that have it. */
    private record Shared(Finding finding, Set<String> kustomizations) {

        /** The finding; if several kustomizations have it, its remedy names them. */
        Finding withKustomizations() {
            if (kustomizations.size() < 2) {
                return finding;
            }
            return finding.withRemedy(finding.remedy() + "\nFound in " + kustomizations.size() + " kustomizations: "
                    + String.join(", ", kustomizations));
        }
    }

    private final Map<Key, Shared> all = new LinkedHashMap<>();

    /**
     * Adds a finding.
     *
     * @param written where the rendered field is written
     */
    void add(Finding rendered, Written written) {
        Shared shared = all.computeIfAbsent(
                Key.of(rendered, written),
                any -> new Shared(rendered.withPosition(written.position()), new TreeSet<>()));
        Kustomization.rendered(rendered.position().file())
                .ifPresent(folder -> shared.kustomizations().add(folder.toString()));
    }

    /** Each finding once, and after the remedy the kustomizations that share it. */
    List<Finding> once() {
        return all.values().stream().map(Shared::withKustomizations).toList();
    }
}
