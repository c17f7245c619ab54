// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.text.YamlText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A configuration file made of a first run: it names the version that the files were read as, and a baseline with the
 * findings of that run, so that the next run reports what is new.
 *
 * @param file of the configuration
 * @param baseline the file with the findings, which is named from the configuration's folder
 */
record FirstConfiguration(Path file, Path baseline) {

    private static final String DOCUMENT =
            "https://github.com/pod-identity/pod-identity-java/blob/main/podid/README.md#check";

    /** The configuration with its baseline beside it, where the user has named none. */
    static FirstConfiguration of(Path file, Optional<Path> baseline) {
        return new FirstConfiguration(file, baseline.orElse(file.resolveSibling("podid-baseline.json")));
    }

    /**
     * Writes both files; no baseline where nothing was found.
     *
     * @param profile that all files were read as, if they were read as one
     * @throws ManifestException if there is a configuration already, which is left as it is
     */
    void write(Optional<Profile> profile, List<Finding> findings) throws IOException {
        if (Files.exists(file)) {
            throw new ManifestException(file + " exists already, and is left as it is; --config names another one");
        }
        if (!findings.isEmpty()) {
            Suppressions.writeBaseline(baseline, findings);
        }
        WritableFolder.of(file).replace(file, text(profile, findings).getBytes(StandardCharsets.UTF_8));
    }

    private String text(Optional<Profile> profile, List<Finding> findings) {
        var text = new StringBuilder("# Settings of podid check: " + DOCUMENT + "\n");
        profile.ifPresent(known -> text.append("profile: ").append(known.id()).append('\n'));
        text.append("failOn: error\n");
        if (!findings.isEmpty()) {
            text.append("# ").append(count(findings)).append(". Remove an entry of the file once it is mended.\n");
            text.append("baseline: ").append(YamlText.of(baselineFromHere())).append('\n');
        }
        text.append("# What is on purpose, for all files or for some:\n");
        text.append("# ignore: {RULE: reason}\n");
        text.append("# paths: {\"test/**\": {ignore: {RULE: reason}, severity: {RULE: info}}}\n");
        return text.toString();
    }

    /** The baseline as the configuration names it: from its own folder if it is in there, with slashes everywhere. */
    private String baselineFromHere() {
        Path folder = file.toAbsolutePath().normalize().getParent();
        Path absolute = baseline.toAbsolutePath().normalize();
        Path named = folder != null && absolute.startsWith(folder) ? folder.relativize(absolute) : absolute;
        return named.toString().replace('\\', '/');
    }

    /** Such as "Known findings: label-empty 2, placeholder-left 1". */
    private static String count(List<Finding> findings) {
        TreeMap<String, Long> byRule = findings.stream()
                .collect(Collectors.groupingBy(finding -> finding.about().rule(), TreeMap::new, Collectors.counting()));
        return byRule.entrySet().stream()
                .map(rule -> rule.getKey() + " " + rule.getValue())
                .collect(Collectors.joining(", ", "Known findings: ", ""));
    }
}
