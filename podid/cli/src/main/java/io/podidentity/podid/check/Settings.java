// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.ExcludedPaths;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.input.InputSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The configuration file: profile, failOn, baseline, azure, ignore (rule: reason), severity (rule: severity), paths
 * (pattern: ignore and severity for the files that match), exclude (patterns) and podTemplates (kind: path); an option
 * of the command line wins. Paths in it start at its own folder.
 */
record Settings(FieldLocation root, Path folder) {

    private static final List<String> KEYS =
            List.of("profile", "failOn", "baseline", "azure", "ignore", "severity", "paths", "exclude", "podTemplates");

    private static final List<String> KEYS_OF_PATH = List.of("ignore", "severity");

    private static final Yaml EMPTY = new Yaml.Mapping(List.of(), Position.NOWHERE);

    static final Settings NONE = new Settings(FieldLocation.of("", EMPTY), Path.of(""));

    /**
     * Reads the file, or the default one if there is one.
     *
     * @param words names and numbers of all rules
     * @throws ManifestException if it cannot be used
     */
    static Settings read(Optional<Path> named, Set<String> words) {
        Path file = named.orElse(InputSettings.FILE);
        if (named.isEmpty() && !Files.isRegularFile(file)) {
            return NONE;
        }
        List<FieldLocation> documents = FieldLocation.read(file);
        if (documents.isEmpty()) {
            return NONE;
        }
        Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), Path.of(""));
        var settings = new Settings(documents.get(0), folder);
        settings.verify(words);
        return settings;
    }

    private void verify(Set<String> words) {
        for (FieldLocation field : root.fields()) {
            if (!KEYS.contains(field.path())) {
                throw refused(field, "unknown key " + field.path() + "; the keys are " + join(KEYS));
            }
        }
        verifyRules(root, words);
        for (FieldLocation path : root.at("paths").fields()) {
            verifyPath(path, words);
        }
        // Both throw if a value cannot be used.
        failOn();
        input();
    }

    /** Such as "a, b and c". */
    private static String join(List<String> words) {
        int last = words.size() - 1;
        return String.join(", ", words.subList(0, last)) + " and " + words.get(last);
    }

    private static void verifyPath(FieldLocation path, Set<String> words) {
        for (FieldLocation field : path.fields()) {
            if (!KEYS_OF_PATH.contains(field.key())) {
                throw refused(field, "unknown key " + field.path() + "; a path has the keys " + join(KEYS_OF_PATH));
            }
        }
        ExcludedPaths.of(List.of(path.key()));
        verifyRules(path, words);
    }

    private static void verifyRules(FieldLocation settings, Set<String> words) {
        for (String key : KEYS_OF_PATH) {
            settings.at(key).fields().forEach(rule -> verifyRule(rule, words));
        }
        settings.at("severity").fields().forEach(Settings::severity);
    }

    private static void verifyRule(FieldLocation rule, Set<String> words) {
        if (!words.contains(rule.key())) {
            throw refused(rule, "there is no rule " + rule.key());
        }
        if (rule.text().isBlank()) {
            throw refused(rule, "write why, after the colon");
        }
    }

    private static ManifestException refused(FieldLocation location, String message) {
        return new ManifestException(location.position(), message);
    }

    InputSettings input() {
        return InputSettings.of(root);
    }

    Optional<Severity> failOn() {
        return Optional.of(root.at("failOn")).filter(FieldLocation::exists).map(Settings::severity);
    }

    private static Severity severity(FieldLocation field) {
        return Stream.of(Severity.values())
                .filter(severity -> severity.id().equals(field.text()))
                .findFirst()
                .orElseThrow(() ->
                        refused(field, field.key() + " is " + field.text() + " and must be error, warning or info"));
    }

    /** The file of {@code baseline}, or the folder of {@code azure}; empty if the key is not there. */
    Optional<Path> path(String key) {
        return Optional.of(root.at(key))
                .filter(FieldLocation::exists)
                .map(FieldLocation::text)
                .map(folder::resolve);
    }

    /** Why the finding is to be ignored; empty if it is not. */
    Optional<String> reasonToIgnore(Finding finding) {
        return settingOf(finding, "ignore").map(FieldLocation::text);
    }

    /** The severity that the configuration gives a finding; its own if the configuration says nothing of it. */
    Severity severity(Finding finding) {
        return settingOf(finding, "severity").map(Settings::severity).orElse(finding.severity());
    }

    /** What the first path that the file matches says of the rule, else what is said for all files. */
    private Optional<FieldLocation> settingOf(Finding finding, String key) {
        Path file = Path.of(finding.position().file());
        Stream<FieldLocation> ofPaths = root.at("paths").fields().stream()
                .filter(path -> ExcludedPaths.of(List.of(path.key())).contains(file));
        return Stream.concat(ofPaths, Stream.of(root))
                .flatMap(settings -> ofRule(settings.at(key), finding.about()).stream())
                .findFirst();
    }

    private static Optional<FieldLocation> ofRule(FieldLocation map, About about) {
        return map.fields().stream().filter(field -> about.isNamed(field.key())).findFirst();
    }
}
