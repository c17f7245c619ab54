package io.podidentity.podid.check;

import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Ignore;
import io.podidentity.podid.check.rule.Suppressed;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What objects, the configuration file and the baseline say is not to be reported. */
final class Suppressions {

    /** What is left, and what is not to be reported. */
    record Result(List<Finding> open, List<Suppressed> suppressed) {}

    private final Map<String, List<Ignore>> byObject = new HashMap<>();
    private final Settings settings;
    private final Set<String> baseline;

    /** @param baseline fingerprints of findings */
    Suppressions(List<Manifest> manifests, Settings settings, Set<String> baseline) {
        this.settings = settings;
        this.baseline = baseline;
        for (Manifest manifest : manifests) {
            List<Ignore> entries = Ignore.of(FieldLocation.of(manifest));
            if (!entries.isEmpty()) {
                byObject.put(manifest.toString(), entries);
            }
        }
    }

    Result sift(List<Finding> findings) {
        var open = new ArrayList<Finding>();
        var suppressed = new ArrayList<Suppressed>();
        for (Finding found : findings) {
            Finding finding = found.withSeverity(settings.severity(found));
            Optional<Suppressed> one = suppressed(finding);
            one.ifPresentOrElse(suppressed::add, () -> open.add(finding));
        }
        return new Result(open, suppressed);
    }

    private Optional<Suppressed> suppressed(Finding finding) {
        return byObject.getOrDefault(finding.object(), List.of()).stream()
                .filter(ignore -> ignore.covers(finding.about()))
                .findFirst()
                .map(ignore -> new Suppressed(finding, ignore.reason(), true))
                .or(() -> settings.ignored(finding.about()).map(reason -> new Suppressed(finding, reason, false)))
                .or(() -> baseline.contains(finding.fingerprint())
                        ? Optional.of(new Suppressed(finding, "in the baseline", false))
                        : Optional.empty());
    }
}
