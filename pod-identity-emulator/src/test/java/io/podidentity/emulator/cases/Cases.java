package io.podidentity.emulator.cases;

import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cases, from the folder that the system property {@code podidentity.cases} names or else from here, and where we
 * deviate on purpose.
 */
final class Cases {

    static final String FOLDER_PROPERTY = "podidentity.cases";

    private static final String FILE = "pod-identity.json";

    private Cases() {}

    /** All of them; the expectation of one where we deviate is replaced by what we do instead. */
    static List<Case> all() {
        try {
            return JSONArrayUtils.parse(text()).stream()
                    .map(Case::object)
                    .map(Cases::parse)
                    .toList();
        } catch (ParseException e) {
            throw new IllegalStateException("The cases are no JSON array", e);
        }
    }

    private static Case parse(Map<String, Object> json) {
        String component = (String) json.get("component");
        String name = (String) json.get("name");
        Map<String, Object> expected = deviation(component, name)
                .map(deviation -> Case.object(deviation.get("instead")))
                .orElseGet(() -> Case.object(json.get("expected")));
        return new Case(component, name, Case.object(json.get("given")), expected, String.valueOf(json.get("origin")));
    }

    private static Optional<Map<String, Object>> deviation(String component, String name) {
        return deviatingCases().stream()
                .filter(deviation -> component.equals(deviation.get("component")) && name.equals(deviation.get("name")))
                .findFirst();
    }

    /** Objects of {@code component}, {@code name}, {@code reason} and {@code instead}. */
    static List<Map<String, Object>> deviatingCases() {
        return Case.list(deviations().get("cases")).stream().map(Case::object).toList();
    }

    /** Components that have no runner, with the reason. */
    static Map<String, Object> deviatingComponents() {
        return Case.object(deviations().get("components"));
    }

    private static Map<String, Object> deviations() {
        try {
            return JSONObjectUtils.parse(resource("deviations.json"));
        } catch (ParseException e) {
            throw new IllegalStateException("deviations.json is no JSON object", e);
        }
    }

    private static String text() {
        String folder = System.getProperty(FOLDER_PROPERTY);
        if (folder == null) {
            return resource(FILE);
        }
        try {
            return Files.readString(Path.of(folder, FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Cases.class.getResourceAsStream("/cases/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
