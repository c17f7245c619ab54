// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * the module's own: the copy of the collection, and in {@code variants} the cases that we made to the same forms.
 */
public enum ConformanceFile {
    /** Objects {@code {source, name, given: {kind, …}, expected}}. */
    TOKEN_SOURCES("token-sources.json"),
    /** Objects {@code {group, name, input, expected}}; the kind is the group up to the slash. */
    APP_AUTHENTICATION("app-authentication.json");

    private static final String DEVIATIONS = "deviations.json";

    final String fileName;

    ConformanceFile(String fileName) {
        this.fileName = fileName;
    }

    /** All cases that are to be run, as they stand. */
    List<ConformanceCase> cases() {
        String folder = System.getProperty("podidentity.cases", "");
        Path given = Path.of(folder, fileName);
        if (folder.isEmpty() || !Files.exists(given)) {
            return ownCases();
        }
        try {
            return casesOf(new ObjectMapper().readTree(given.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The module's own cases, as they stand. */
    List<ConformanceCase> ownCases() {
        List<ConformanceCase> cases = casesOf(readOwn(fileName));
        cases.addAll(casesOf(readOwn("variants/" + fileName)));
        return cases;
    }

    private List<ConformanceCase> casesOf(JsonNode rows) {
        List<ConformanceCase> cases = new ArrayList<>();
        for (JsonNode row : rows.isArray() ? rows : rows.path("cases")) {
            cases.add(this == TOKEN_SOURCES ? tokenSource(row) : appAuthentication(row));
        }
        return cases;
    }

    private static ConformanceCase tokenSource(JsonNode row) {
        ObjectNode given = object(row.path("given")).deepCopy();
        JsonNode kind = given.has("kind") ? given.remove("kind") : row.path("kind");
        return new ConformanceCase(
                kind.asText(), row.path("name").asText(), given, object(row.path("expected")), false);
    }

    private static ConformanceCase appAuthentication(JsonNode row) {
        String group = row.path("group").asText() + "/";
        return new ConformanceCase(
                group.substring(0, group.indexOf('/')),
                row.path("name").asText(),
                object(row.path("input")),
                object(row.path("expected")),
                false);
    }

    private static ObjectNode object(JsonNode value) {
        return value instanceof ObjectNode object ? object : new ObjectMapper().createObjectNode();
    }

    /** Where we differ on purpose from a case of this file. */
    List<ConformanceDeviation> deviations() {
        List<ConformanceDeviation> deviations = new ArrayList<>();
        for (JsonNode entry : readOwn(DEVIATIONS)) {
            if (entry.get("file").asText().equals(fileName)) {
                deviations.add(ConformanceDeviation.of(entry));
            }
        }
        return deviations;
    }

    private static JsonNode readOwn(String name) {
        try (InputStream stream = ConformanceFile.class.getResourceAsStream("/cases/" + name)) {
            return new ObjectMapper().readTree(Objects.requireNonNull(stream, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
