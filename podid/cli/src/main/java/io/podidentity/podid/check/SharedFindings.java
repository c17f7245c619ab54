package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Kustomization;
import io.podidentity.podid.check.rule.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Findings of several kustomizations. What their base says is found in each of them, and reported once. Not
 * thread-safe.
 */
final class SharedFindings {

    private record Key(Position source, String fingerprint) {}

    /** A finding where it is written, and the kustomizations that have it. */
    private record Shared(Finding finding, Set<String> kustomizations) {

        Finding named() {
            return kustomizations.size() < 2
                    ? finding
                    : finding.withRemedy(finding.remedy() + "\nFound in " + kustomizations.size() + " kustomizations: "
                            + String.join(", ", kustomizations));
        }
    }

    private final Map<Key, Shared> all = new LinkedHashMap<>();

    /** @param source where what was rendered is written */
    void add(Finding rendered, Position source) {
        Shared shared = all.computeIfAbsent(
                new Key(source, rendered.fingerprint()), any -> new Shared(rendered.at(source), new TreeSet<>()));
        Kustomization.rendered(rendered.position().file())
                .ifPresent(folder -> shared.kustomizations().add(folder.toString()));
    }

    /** Each once, and after the remedy the kustomizations that share it. */
    List<Finding> once() {
        return all.values().stream().map(Shared::named).toList();
    }
}
