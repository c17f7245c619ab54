// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Ignore;
import io.podidentity.podid.check.source.FieldLocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What objects, the configuration file and the baseline say is not to be reported. The baseline is a file of the
 * findings of one day, so that new ones are seen.
 */
final class Suppressions {

    /**
     * A finding that is not to be reported.
     *
     * @param reason why, as somebody wrote it
     * @param inManifest whether the manifest says so; otherwise a file beside it
     */
    record Suppressed(Finding finding, String reason, boolean inManifest) {}

    /**
     * The findings, parted.
     *
     * @param open those that are to be reported
     */
    record Result(List<Finding> open, List<Suppressed> suppressed) {}

    private final Map<ObjectRef, List<Ignore>> byObject = new HashMap<>();
    private final Settings settings;
    private final Set<String> baseline;

    Suppressions(List<Manifest> manifests, Settings settings, Set<String> baseline) {
        this.settings = settings;
        this.baseline = baseline;
        for (Manifest manifest : manifests) {
            List<Ignore> entries = Ignore.readAnnotation(FieldLocation.of(manifest));
            if (!entries.isEmpty()) {
                byObject.put(manifest.ref(), entries);
            }
        }
    }

    /** Parts findings, and gives them the severities of the configuration. */
    Result sift(List<Finding> findings) {
        var open = new ArrayList<Finding>();
        var suppressed = new ArrayList<Suppressed>();
        for (Finding found : findings) {
            Finding finding = found.withSeverity(settings.severity(found));
            findSuppression(finding).ifPresentOrElse(suppressed::add, () -> open.add(finding));
        }
        return new Result(open, suppressed);
    }

    /** The manifest comes before the configuration and the baseline: its reason is nearest to what it explains. */
    private Optional<Suppressed> findSuppression(Finding finding) {
        Optional<String> inManifest = findReasonInManifest(finding);
        if (inManifest.isPresent()) {
            return Optional.of(new Suppressed(finding, inManifest.get(), true));
        }
        return findReasonInFiles(finding).map(reason -> new Suppressed(finding, reason, false));
    }

    private Optional<String> findReasonInManifest(Finding finding) {
        return byObject.getOrDefault(finding.object(), List.of()).stream()
                .filter(ignore -> ignore.covers(finding.about()))
                .findFirst()
                .map(Ignore::reason);
    }

    private Optional<String> findReasonInFiles(Finding finding) {
        Optional<String> reason = settings.reasonToIgnore(finding);
        if (reason.isEmpty() && baseline.contains(finding.fingerprint())) {
            return Optional.of("in the baseline");
        }
        return reason;
    }

    /** Writes one line for each finding, sorted, without line numbers: they change. */
    static void writeBaseline(Path file, List<Finding> findings) throws IOException {
        String lines = findings.stream()
                .map(Suppressions::baselineEntry)
                .distinct()
                .sorted()
                .collect(Collectors.joining(",\n ", "[", "]\n"));
        WritableFolder.of(file).replace(file, lines.getBytes(StandardCharsets.UTF_8));
    }

    private static String baselineEntry(Finding finding) {
        var object = new LinkedHashMap<String, Object>();
        object.put("rule", finding.about().rule());
        object.put("object", finding.object().toString());
        object.put("message", finding.message());
        return Json.write(object);
    }

    /**
     * The fingerprints in the file.
     *
     * @throws io.podidentity.emulator.manifest.ManifestException if it cannot be used
     */
    static Set<String> readBaseline(Path file) {
        var fingerprints = new HashSet<String>();
        for (FieldLocation document : FieldLocation.read(file)) {
            for (FieldLocation entry : document.items()) {
                fingerprints.add(Finding.fingerprint(
                        entry.at("rule").text(),
                        entry.at("object").text(),
                        entry.at("message").text()));
            }
        }
        return fingerprints;
    }
}
