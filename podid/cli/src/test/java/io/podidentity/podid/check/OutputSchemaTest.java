// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code --format json} prints, by its schema in {@code docs/schemas/podid}. */
class OutputSchemaTest {

    private static final Path SCHEMA = Path.of("..", "..", "docs", "schemas", "podid", "findings-1.json");

    private final StringWriter out = new StringWriter();

    /** The fixtures of all rules have findings of each severity, and parts that cannot be looked at. */
    @Test
    void json_ofAllFixtures_isAsTheSchemaSays() throws IOException {
        String findings = check("src/test/resources/check", "src/test/resources/migrate/broken/in");

        assertThat(schema().validate(findings, InputFormat.JSON)).isEmpty();
        assertThat(findings).contains("\"error\"", "\"warning\"", "\"info\"", "\"not-looked-at\"");
    }

    @Test
    void json_withAnotherValueThanTheSchemaSays_isRefused() throws IOException {
        String findings = check("src/test/resources/check/label-empty");

        assertThat(schema().validate(findings.replace("\"info\"", "\"fatal\""), InputFormat.JSON))
                .isNotEmpty();
        assertThat(schema().validate(findings.replace("\"remedy\"", "\"remedies\""), InputFormat.JSON))
                .isNotEmpty();
    }

    /** A key that the schema does not name is one that nobody has documented. */
    @Test
    void schema_always_namesEachKey() throws IOException {
        var mapper = new ObjectMapper();
        JsonNode finding =
                mapper.readTree(check("src/test/resources/check/label-empty")).get(0);
        JsonNode properties = mapper.readTree(SCHEMA.toFile()).at("/items/properties");

        assertThat(names(properties)).containsExactlyInAnyOrderElementsOf(names(finding));
    }

    private static List<String> names(JsonNode object) {
        var names = new ArrayList<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(Files.readString(SCHEMA));
    }

    private String check(String... paths) {
        var arguments = new ArrayList<>(List.of("--format", "json"));
        arguments.addAll(List.of(paths));
        new CommandLine(new CheckCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(new StringWriter()))
                .execute(arguments.toArray(String[]::new));
        return out.toString();
    }
}
