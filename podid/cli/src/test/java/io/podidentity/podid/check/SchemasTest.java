// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JSON schemas in {@code docs/schemas}, on the documents of samples and fixtures that they are for. */
class SchemasTest {

    private static final Path SCHEMAS = Path.of("..", "..", "docs", "schemas", "aadpodidentity.k8s.io");
    private static final Pattern KIND = Pattern.compile("(?m)^kind: (Azure\\w+)$");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "healthy/infrastructure",
                "healthy/pod-identity-demo",
                "healthy/managed-add-on",
                "check/unknown-field/quiet-all-fields"
            })
    void schema_onWhatIsRight_acceptsIt(String file) throws IOException {
        assertThat(documents(file))
                .isNotEmpty()
                .allSatisfy(document -> assertThat(errors(document)).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check/field-name-case/fires-article",
                "check/unknown-field/fires-typos",
                "check/identity-field-missing/fires-each",
                "check/identity-type/fires-types",
                "check/selector-missing/fires-missing",
                "check/secret-reference-incomplete/fires-half"
            })
    void schema_onWhatIsWrong_refusesIt(String file) throws IOException {
        assertThat(documents(file))
                .isNotEmpty()
                .allSatisfy(document -> assertThat(errors(document)).isNotEmpty());
    }

    private static String[] documents(String file) throws IOException {
        String text = Files.readString(Path.of("src", "test", "resources", file + ".yaml"));
        return Arrays.stream(text.split("(?m)^---$", -1))
                .filter(document -> KIND.matcher(document).find())
                .toArray(String[]::new);
    }

    private static Set<ValidationMessage> errors(String document) {
        Matcher kind = KIND.matcher(document);
        assertThat(kind.find()).isTrue();
        try {
            JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7)
                    .getSchema(Files.readString(SCHEMAS.resolve(kind.group(1).toLowerCase(Locale.ROOT) + "_v1.json")));
            return schema.validate(document, InputFormat.YAML);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
