// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import io.podidentity.emulator.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The cases, from the folder that the system property {@code podidentity.cases} names, or else our own: the copy of the
 * collection, and in {@code variants} those that we made to the same forms; and where we deviate on purpose.
 */
final class Cases {

    static final String FOLDER_PROPERTY = "podidentity.cases";

    private static final String FILE = "pod-identity.json";
    private static final Map<String, Object> DEVIATIONS = readDeviations();

    private Cases() {}

    /** All cases that are to be run, as they stand. */
    static List<Case> all() {
        String folder = System.getProperty(FOLDER_PROPERTY, "");
        Path file = Path.of(folder, FILE);
        if (folder.isEmpty() || !Files.exists(file)) {
            return own();
        }
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Our own, as they stand. */
    static List<Case> own() {
        var cases = new ArrayList<Case>(parse(resource(FILE)));
        cases.addAll(parse(resource("variants/" + FILE)));
        return cases;
    }

    private static List<Case> parse(String json) {
        try {
            return Json.array(json).stream().map(Case::object).map(Case::of).toList();
        } catch (ParseException e) {
            throw new IllegalStateException("The cases are no JSON array", e);
        }
    }

    /** How we deviate from a case, if we do. */
    static Optional<Deviation> deviation(Case test) {
        return deviations().stream()
                .filter(deviation -> deviation.concerns(test))
                .findFirst();
    }

    static List<Deviation> deviations() {
        return Case.list(DEVIATIONS.get("cases")).stream()
                .map(Case::object)
                .map(Deviation::of)
                .toList();
    }

    /** Components that have no runner, with the reason. */
    static Map<String, Object> deviatingComponents() {
        return Case.object(DEVIATIONS.get("components"));
    }

    private static Map<String, Object> readDeviations() {
        try {
            return Json.object(resource("deviations.json"));
        } catch (ParseException e) {
            throw new IllegalStateException("deviations.json is no JSON object", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Cases.class.getResourceAsStream("/cases/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
