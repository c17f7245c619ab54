// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.Suppressions.Suppressed;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Findings as SARIF 2.1.0, for code hosts.
 *
 * @see <a href="https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html">the standard</a>
 */
final class SarifLog {

    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /** What GitHub tells results apart with; it makes one of the line's text for results without, which moves. */
    private static final String LINE_HASH = "primaryLocationLineHash";

    private SarifLog() {}

    /**
     * One document, in one line; what was not looked at are its notifications.
     *
     * @param version of podid
     */
    static String of(
            String version,
            List<About> rules,
            List<Finding> findings,
            List<Suppressed> suppressed,
            List<Skipped> missed) {
        var run = new LinkedHashMap<String, Object>();
        run.put("tool", Map.of("driver", driver(version, rules)));
        run.put("columnKind", "unicodeCodePoints");
        run.put("invocations", List.of(invocation(missed)));
        run.put("results", results(rules, findings, suppressed));
        var log = new LinkedHashMap<String, Object>();
        log.put("$schema", SCHEMA);
        log.put("version", "2.1.0");
        log.put("runs", List.of(run));
        return Json.write(log);
    }

    private static Map<String, Object> driver(String version, List<About> rules) {
        var driver = new LinkedHashMap<String, Object>();
        driver.put("name", "podid");
        driver.put("version", version);
        driver.put("informationUri", "https://github.com/pod-identity/pod-identity-java");
        driver.put("rules", rules.stream().map(SarifLog::rule).toList());
        return driver;
    }

    private static Map<String, Object> invocation(List<Skipped> missed) {
        var invocation = new LinkedHashMap<String, Object>();
        invocation.put("executionSuccessful", true);
        invocation.put(
                "toolExecutionNotifications",
                missed.stream().map(SarifLog::notification).toList());
        return invocation;
    }

    private static List<Map<String, Object>> results(
            List<About> rules, List<Finding> findings, List<Suppressed> suppressed) {
        List<String> names = rules.stream().map(About::rule).toList();
        return Stream.concat(
                        findings.stream().map(SarifLog::result),
                        suppressed.stream().map(SarifLog::suppressedResult))
                .map(result -> withRuleIndex(result, names))
                .toList();
    }

    /** The result with the number of its rule in the driver's list. */
    private static Map<String, Object> withRuleIndex(Map<String, Object> result, List<String> names) {
        var indexed = new LinkedHashMap<>(result);
        indexed.put("ruleIndex", names.indexOf(String.valueOf(result.get("ruleId"))));
        return indexed;
    }

    private static Map<String, Object> suppressedResult(Suppressed suppressed) {
        var suppression = new LinkedHashMap<String, Object>();
        suppression.put("kind", suppressed.inManifest() ? "inSource" : "external");
        suppression.put("justification", suppressed.reason());
        Map<String, Object> result = result(suppressed.finding());
        result.put("suppressions", List.of(suppression));
        return result;
    }

    private static Map<String, Object> rule(About about) {
        var rule = new LinkedHashMap<String, Object>();
        rule.put("id", about.rule());
        rule.put("shortDescription", Map.of("text", about.line() + "."));
        rule.put("fullDescription", Map.of("text", about.line() + ". " + about.remedy() + "."));
        rule.put("help", Map.of("text", about.remedy() + "."));
        rule.put("helpUri", about.link());
        rule.put("defaultConfiguration", Map.of("level", level(about.severity())));
        rule.put("properties", Map.of("tags", List.of(about.id())));
        return rule;
    }

    private static Map<String, Object> notification(Skipped missed) {
        var notification = new LinkedHashMap<String, Object>();
        notification.put("level", "warning");
        notification.put("message", Map.of("text", "Not looked at: " + missed.reason()));
        notification.put("locations", List.of(Map.of("physicalLocation", place(missed.position()))));
        return notification;
    }

    private static Map<String, Object> place(Position position) {
        var region = new LinkedHashMap<String, Object>();
        region.put("startLine", position.line());
        region.put("startColumn", position.column());
        var place = new LinkedHashMap<String, Object>();
        place.put("artifactLocation", Map.of("uri", uri(position.file())));
        place.put("region", region);
        return place;
    }

    private static Map<String, Object> result(Finding finding) {
        var location = new LinkedHashMap<String, Object>();
        location.put("physicalLocation", place(finding.position()));
        location.put(
                "logicalLocations",
                List.of(Map.of("fullyQualifiedName", finding.object().toString(), "kind", "object")));
        var result = new LinkedHashMap<String, Object>();
        result.put("ruleId", finding.about().rule());
        result.put("level", level(finding.severity()));
        result.put("message", Map.of("text", finding.object() + ": " + finding.message() + ".\n" + finding.remedy()));
        result.put("locations", List.of(location));
        String checksum = checksum(finding.fingerprint());
        result.put("partialFingerprints", Map.of("podid/v1", checksum, LINE_HASH, checksum + ":1"));
        return result;
    }

    /** SARIF's name of a severity. */
    private static String level(Severity severity) {
        return severity == Severity.INFO ? "note" : severity.id();
    }

    /** Of standard input there is no address, and a hyphen is a valid relative one. */
    private static String uri(String file) {
        String path = file.replace('\\', '/');
        try {
            // Behind a slash, a colon in the name of a file does not end a scheme.
            if (path.startsWith("/")) {
                return new URI(null, null, path, null).toASCIIString();
            }
            return new URI(null, null, "/" + path, null).toASCIIString().substring(1);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("No address for " + file, e);
        }
    }

    private static String checksum(String text) {
        var checksum = new CRC32();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits(checksum.getValue(), 8);
    }
}
