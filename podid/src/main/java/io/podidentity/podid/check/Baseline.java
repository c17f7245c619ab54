package io.podidentity.podid.check;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.source.FieldLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A file of findings that are known and not to be reported: those of today, so that new ones are seen. */
final class Baseline {

    private Baseline() {}

    /** Writes one line for each finding, sorted, without line numbers: they change. */
    static void write(Path file, List<Finding> findings) throws IOException {
        String lines = findings.stream()
                .map(Baseline::line)
                .distinct()
                .sorted()
                .collect(Collectors.joining(",\n ", "[", "]\n"));
        Files.writeString(file, lines);
    }

    private static String line(Finding finding) {
        var object = new LinkedHashMap<String, Object>();
        object.put("rule", finding.about().rule());
        object.put("object", finding.object());
        object.put("message", finding.message());
        return Json.write(object);
    }

    /**
     * The fingerprints in the file.
     *
     * @throws io.podidentity.emulator.manifest.ManifestException if it cannot be used
     */
    static Set<String> read(Path file) {
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
