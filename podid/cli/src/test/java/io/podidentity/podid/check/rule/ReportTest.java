// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.manifest.YamlReader;
import io.podidentity.podid.check.source.FieldLocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How sure a finding is, by where its field is written. */
class ReportTest {

    private static final About RULE = About.of(Severity.ERROR, "C9", "placeholder-left");

    /** Whoever installs a chart gives it other values. */
    @ParameterizedTest
    @CsvSource({
        "shop.yaml, ERROR, it is none",
        "kubectl kustomize ./shop, ERROR, it is none",
        "'helm template release ./shop', INFO, 'it is none, with the chart''s own values'"
    })
    void addOfValues_ofAChartWithItsOwnValues_isInformation(String file, Severity severity, String message) {
        var report = new Report(RULE);

        report.addOfValues(
                FieldLocation.of("Pod shop", YamlReader.read(file, "id: none").get(0)), "it is none", "Write it.");

        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.message()).isEqualTo(message);
        });
    }
}
