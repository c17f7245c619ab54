package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A file of conformance cases: from the folder in the system property {@code podidentity.cases} if it is there, else
 * the module's own copy.
 */
public enum ConformanceFile {
    /** Objects {@code {source, name, given: {kind, …}, expected}}. */
    TOKEN_SOURCES("token-sources.json"),
    /** Objects {@code {group, name, input, expected}}; the kind is the group up to the slash. */
    APP_AUTHENTICATION("app-authentication.json");

    private static final String DEVIATIONS = "deviations.json";

    public final String fileName;

    ConformanceFile(String fileName) {
        this.fileName = fileName;
    }

    /** All its cases, with what we do instead where we differ on purpose. */
    public List<ConformanceCase> cases() {
        List<ConformanceDeviation> deviations = deviations();
        return casesOf(read(fileName)).stream()
                .map(row -> deviations.stream()
                        .filter(deviation -> deviation.concerns(row))
                        .findFirst()
                        .map(deviation -> deviation.appliedTo(row))
                        .orElse(row))
                .toList();
    }

    /** The cases of the module's own copy, as they stand there. */
    public List<ConformanceCase> ownCases() {
        return casesOf(readOwn(fileName));
    }

    private List<ConformanceCase> casesOf(JsonNode rows) {
        List<ConformanceCase> cases = new ArrayList<>();
        for (JsonNode row : rows) {
            cases.add(
                    this == TOKEN_SOURCES
                            ? new ConformanceCase(
                                    row.get("given").get("kind").asText(),
                                    row.get("name").asText(),
                                    row.get("given"),
                                    row.get("expected"),
                                    false)
                            : new ConformanceCase(
                                    upToSlash(row.get("group").asText()),
                                    row.get("name").asText(),
                                    row.get("input"),
                                    row.get("expected"),
                                    false));
        }
        return cases;
    }

    /** Where we differ on purpose from a case of this file. */
    public List<ConformanceDeviation> deviations() {
        List<ConformanceDeviation> deviations = new ArrayList<>();
        for (JsonNode entry : readOwn(DEVIATIONS)) {
            if (entry.get("file").asText().equals(fileName)) {
                deviations.add(ConformanceDeviation.of(entry));
            }
        }
        return deviations;
    }

    private static String upToSlash(String group) {
        return group.substring(0, (group + "/").indexOf('/'));
    }

    private static JsonNode read(String name) {
        String folder = System.getProperty("podidentity.cases", "");
        Path given = Path.of(folder, name);
        if (folder.isEmpty() || !Files.exists(given)) {
            return readOwn(name);
        }
        try {
            return new ObjectMapper().readTree(given.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode readOwn(String name) {
        try (InputStream stream = ConformanceFile.class.getResourceAsStream("/cases/" + name)) {
            return new ObjectMapper().readTree(Objects.requireNonNull(stream, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
