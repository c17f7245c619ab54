// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of Entra ID's numbers is what the page says and what the library tells. */
class HelpPageTest {
    private static final String IN_A_POD = " in a pod";

    @Test
    void table_hasACauseAndARemedyForEachNumberOnce() {
        Set<String> numbers = new HashSet<>();
        new HelpPage()
                .section("aadsts")
                .lines()
                .filter(line -> line.startsWith("| `"))
                .forEach(line -> {
                    String[] cells = line.substring(2, line.length() - 2).split(" \\| ", -1);
                    assertThat(cells)
                            .as(line)
                            .hasSize(3)
                            .allSatisfy(cell -> assertThat(cell).isNotBlank());
                    assertThat(cells[2])
                            .as("one or two sentences, that leave room for others")
                            .endsWith(".")
                            .hasSizeLessThan(240);
                    boolean ofPods = cells[0].endsWith(IN_A_POD);
                    for (String number : cells[0].replace(IN_A_POD, "").split(", ", -1)) {
                        assertThat(number).matches("`AADSTS\\d{5,8}`");
                        assertThat(numbers.add(number + ofPods)).as(number).isTrue();
                        assertThat(HelpPage.remedy(HelpPage.number(number), ofPods))
                                .isEqualTo(cells[2].replace('`', '\''));
                    }
                });
        assertThat(numbers).hasSizeGreaterThan(150);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {70025, 7000229, 900382, 7000112, 50027, 501051, 700213, 700016, 7000215, 700027, 500011, 90033})
    void remedy_ofWhatAnApplicationMeets_isThere(int number) {
        assertThat(HelpPage.remedy(number, false)).isNotEmpty().doesNotContain("system:serviceaccount", "az aks");
    }

    @Test
    void remedy_ofAnythingElse_isEmpty() {
        assertThat(HelpPage.remedy(0, true)).isEmpty();
        assertThat(HelpPage.remedy(7002, false)).isEmpty();
        assertThat(HelpPage.remedy(999_999_999, false)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no number | 0",
                "AADSTS | 0",
                "AADSTS: none | 0",
                "ERROR: AADSTS70043: The refresh token. AADSTS50076 | 70043",
                "x AADSTS7000229 y | 7000229",
                "AADSTS99999999999999 | 999999999"
            })
    void number_ofAText_isTheFirst(String text, int number) {
        assertThat(HelpPage.number(text)).isEqualTo(number);
    }
}
