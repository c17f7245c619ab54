// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReportTest {
    private final Figures figures = new Figures();

    @Test
    void of_always_showsMediansRatiosAndTargetsInTheOrderOfMeasurement() {
        figures.add("imds.UrlConnection.wall ms", 80);
        figures.addAll("imds.UrlConnection", "cpu ms=90\nno figure");
        figures.addAll("imds.TokenProvider", "wall ms=100 60 82 84");

        assertThat(Report.of("# Machine\n", figures)).isEqualTo("""
                # Machine

                Medians, with the least and the greatest value in brackets.

                ## First token of a process, from IMDS (2 ms)

                | Program | wall ms | cpu ms | / UrlConnection |
                |---|---|---|---|
                | UrlConnection | 80 | 90 | 1 |
                | TokenProvider | 83 (60–100) | – | 1.04 |

                ## Targets

                | Target | Limit | Measured | Verdict |
                |---|---|---|---|
                | first token from IMDS: wall / UrlConnection | ≤ 1.05 | 1.04 | met |
                """);
    }

    @Test
    void of_whenATargetIsMissed_saysSo() {
        figures.add("refused.TokenProvider.length", 801);

        assertThat(Report.of("", figures))
                .contains("| refused: length of the message | ≤ 800 | 801 | **not met** |")
                .doesNotContain("UrlConnection");
    }
}
