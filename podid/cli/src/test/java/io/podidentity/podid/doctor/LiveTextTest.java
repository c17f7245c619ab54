// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveTextTest {

    /** The checks are of files, and a cluster has none. */
    @ParameterizedTest
    @ValueSource(strings = {"label-without-binding", "binding-without-identity", "service-account"})
    void translate_ofWhatACheckSays_speaksOfNoFile(String rule) throws IOException {
        var places = new LiveText();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/check", rule))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".expected")).toList()) {
                List<String> said = Files.readAllLines(file);

                assertThat(said.stream().map(String::strip).map(places::translate))
                        .as(file.toString())
                        .isNotEmpty()
                        .noneMatch(sentence -> sentence.matches(".*(\\bfiles?\\b|the check\\b).*"));
            }
        }
    }
}
