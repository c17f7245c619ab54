// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.Suppressions.Suppressed;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.source.FieldLocation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class ReportsTest {

    private static final About ABOUT = AllRules.LIST.get(0);

    private static final Finding FINDING = new Finding(
            ABOUT,
            Severity.ERROR,
            new Position("k8s/my pod.yaml", 3, 5),
            new ObjectRef("Pod", new ObjectName("a", "<b>")),
            "",
            "it is \"wrong\" & old",
            "Mend it",
            List.of());

    private static final Finding NOTE = new Finding(
            ABOUT,
            Severity.INFO,
            new Position("-", 1, 1),
            new ObjectRef("Pod", new ObjectName("a", "c")),
            "",
            "it is old",
            "Mend it\nlater",
            List.of());

    private static final Suppressed SUPPRESSED = new Suppressed(NOTE, "on purpose", true);

    private static final Skipped MISSED = new Skipped("apps/#a[ü", "it does not render", Skipped.Kind.KUSTOMIZATION);

    @Test
    void sarif_always_isValid() throws IOException {
        String log = SarifLog.of("1.2.3", AllRules.LIST, List.of(FINDING, NOTE), List.of(SUPPRESSED), List.of(MISSED));
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
                .getSchema(Files.readString(Path.of("src", "test", "resources", "sarif", "sarif-2.1.0-rtm.5.json")));

        assertThat(schema.validate(
                        log,
                        InputFormat.JSON,
                        context -> context.getExecutionConfig().setFormatAssertionsEnabled(true)))
                .isEmpty();
        assertThat(schema.validate(log.replace("\"startLine\":3", "\"startLine\":0"), InputFormat.JSON))
                .as("the schema is not empty")
                .isNotEmpty();
    }

    @Test
    void sarif_always_saysWhatAndWhere() throws IOException {
        JsonNode run = new ObjectMapper()
                .readTree(SarifLog.of("1.2.3", AllRules.LIST, List.of(FINDING), List.of(SUPPRESSED), List.of(MISSED)))
                .at("/runs/0");
        assertThat(run.at("/tool/driver/rules")).hasSameSizeAs(AllRules.LIST);
        assertThat(run.at("/results/0/ruleId").asText()).isEqualTo(ABOUT.rule());
        assertThat(run.at("/results/0/locations/0/physicalLocation/artifactLocation/uri")
                        .asText())
                .isEqualTo("k8s/my%20pod.yaml");
        assertThat(run.at("/results/0/locations/0/physicalLocation/region/startLine")
                        .asInt())
                .isEqualTo(3);
        assertThat(run.at("/results/0").has("suppressions")).isFalse();
        JsonNode missed = run.at("/invocations/0/toolExecutionNotifications/0");
        assertThat(missed.at("/message/text").asText()).isEqualTo("Not looked at: it does not render");
        assertThat(missed.at("/locations/0/physicalLocation/artifactLocation/uri")
                        .asText())
                .isEqualTo("apps/%23a%5B%C3%BC");
        assertThat(run.at("/results/1/level").asText()).isEqualTo("note");
        assertThat(run.at("/results/1/suppressions/0/justification").asText()).isEqualTo("on purpose");
    }

    /** GitHub shows the version and the description, and tells results apart through the fingerprint. */
    @Test
    void sarif_always_hasWhatCodeScanningReads() throws IOException {
        About last = AllRules.LIST.get(AllRules.LIST.size() - 1);
        var ofLast = new Finding(
                last,
                Severity.ERROR,
                new Position("a.yaml", 9, 1),
                new ObjectRef("Pod", new ObjectName("a", "b")),
                "",
                "it is old",
                "Mend it",
                List.of());
        JsonNode run = new ObjectMapper()
                .readTree(SarifLog.of("1.2.3", AllRules.LIST, List.of(FINDING, ofLast), List.of(SUPPRESSED), List.of()))
                .at("/runs/0");
        JsonNode moved = new ObjectMapper()
                .readTree(SarifLog.of(
                        "1.2.3",
                        AllRules.LIST,
                        List.of(ofLast.withPosition(new Position("a.yaml", 90, 1))),
                        List.of(),
                        List.of()))
                .at("/runs/0");
        String hash = "/partialFingerprints/primaryLocationLineHash";

        assertThat(run.at("/tool/driver/version").asText()).isEqualTo("1.2.3");
        assertThat(run.at("/tool/driver/rules/0/fullDescription/text").asText())
                .isEqualTo(ABOUT.line() + ". " + ABOUT.remedy() + ".");
        assertThat(run.at("/results")).hasSize(3).allSatisfy(result -> {
            String named = run.at(
                            "/tool/driver/rules/" + result.at("/ruleIndex").asInt() + "/id")
                    .asText();
            assertThat(named).isEqualTo(result.at("/ruleId").asText());
            assertThat(result.at(hash).asText()).matches("[0-9a-f]{8}:1");
        });
        assertThat(run.at("/results/1/ruleIndex").asInt()).isEqualTo(AllRules.LIST.size() - 1);
        assertThat(moved.at("/results/0" + hash)).isEqualTo(run.at("/results/1" + hash));
        assertThat(run.at("/results/0" + hash)).isNotEqualTo(run.at("/results/1" + hash));
    }

    @Test
    void junit_always_hasASuiteForEachFileAndAFailureForWhatFails() throws Exception {
        String xml = JunitXml.of(
                List.of("clean.yaml", "k8s/my pod.yaml"),
                List.of(FINDING),
                List.of(SUPPRESSED),
                List.of(MISSED),
                Severity.ERROR);
        Element suites = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertThat(suites.getElementsByTagName("testsuite").getLength()).isEqualTo(3);
        assertThat(suites.getElementsByTagName("testcase").getLength()).isEqualTo(3);
        assertThat(((Element) suites.getElementsByTagName("skipped").item(0)).getAttribute("message"))
                .isEqualTo("it does not render");
        var failure = (Element) suites.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("message")).isEqualTo("it is \"wrong\" & old");
        assertThat(failure.getTextContent()).contains("k8s/my pod.yaml:3:5", "Mend it");
    }

    @Test
    void text_always_endsWithTheNumbers() {
        assertThat(TextFindings.of(List.of(FINDING, NOTE), 2, "1 pod"))
                .startsWith("k8s/my pod.yaml:3:5: error [" + ABOUT.id() + " " + ABOUT.rule() + "] Pod a/<b>: it is")
                .contains("\n    Mend it\n    later\n")
                .endsWith("1 error, 0 warnings, 1 for information (2 suppressed)\n1 pod\n");
        assertThat(TextFindings.of(List.of(), 0, "1 pod")).isEqualTo("Nothing found.\n1 pod\n");
    }

    @Test
    void report_onTheSameFindingTwice_hasItOnce() {
        var report = new Report(ABOUT);
        var spec = new FieldLocation(
                new ObjectRef("Pod", new ObjectName("a", "b")), "spec", "spec", FINDING.position(), null);
        report.add(spec, "it is wrong", "Mend it");
        report.add(spec, "it is wrong", "Mend it");
        assertThat(report.findings()).hasSize(1);
    }
}
