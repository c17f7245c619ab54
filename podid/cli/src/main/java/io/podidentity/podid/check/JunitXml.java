// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.Suppressions.Suppressed;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Findings as JUnit's XML, for pipelines: a suite for each file, a test case for each finding. */
final class JunitXml {

    private JunitXml() {}

    /**
     * One document.
     *
     * @param files all that were checked; one without findings is a suite with one test case that passes
     * @param missed what was not looked at: test cases that were skipped, in a suite of their own
     * @param failing the least severity that is a failure
     */
    static String of(
            List<String> files,
            List<Finding> findings,
            List<Suppressed> suppressed,
            List<Skipped> missed,
            Severity failing) {
        Map<String, List<Finding>> byFile = new TreeMap<>(findings.stream()
                .collect(Collectors.groupingBy(finding -> finding.position().file())));
        files.forEach(file -> byFile.putIfAbsent(file, List.of()));
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"podid check\">\n");
        byFile.forEach((file, found) -> {
            List<Suppressed> skipped = suppressed.stream()
                    .filter(one -> one.finding().position().file().equals(file))
                    .toList();
            xml.append(suite(file, found, skipped, failing));
        });
        if (!missed.isEmpty()) {
            List<String> cases = missed.stream()
                    .map(one -> testCase(escaped(one.place()) + "\" classname=\"podid", skipped(one.reason())))
                    .toList();
            xml.append(suite("not looked at", 0, missed.size(), cases));
        }
        return xml + "</testsuites>\n";
    }

    private static String suite(String file, List<Finding> found, List<Suppressed> skipped, Severity failing) {
        Stream<String> open = found.stream().map(finding -> testCase(name(finding), body(finding, failing)));
        Stream<String> others = skipped.stream().map(one -> testCase(name(one.finding()), skipped(one.reason())));
        List<String> cases = found.isEmpty() && skipped.isEmpty()
                ? List.of("    <testcase name=\"nothing found\" classname=\"podid\"/>\n")
                : Stream.concat(open, others).toList();
        long failures =
                found.stream().filter(finding -> finding.isAtLeast(failing)).count();
        return suite(file, failures, skipped.size(), cases);
    }

    private static String suite(String name, long failures, int skipped, List<String> cases) {
        return "  <testsuite name=\"" + escaped(name) + "\" tests=\"" + cases.size() + "\" failures=\"" + failures
                + "\" errors=\"0\" skipped=\"" + skipped + "\">\n" + String.join("", cases) + "  </testsuite>\n";
    }

    private static String testCase(String name, String body) {
        return "    <testcase name=\"" + name + "\">\n      " + body + "\n    </testcase>\n";
    }

    private static String name(Finding finding) {
        return escaped(finding.about().rule() + ": " + finding.object()) + "\" classname=\"podid."
                + finding.about().id();
    }

    private static String skipped(String reason) {
        return "<skipped message=\"" + escaped(reason) + "\"/>";
    }

    private static String body(Finding finding, Severity failing) {
        String text = escaped(finding.position() + ": " + finding.message() + "\n" + finding.remedy());
        return finding.isAtLeast(failing)
                ? "<failure type=\"" + finding.severity().id() + "\" message=\"" + escaped(finding.message()) + "\">"
                        + text + "</failure>"
                : "<system-out>" + text + "</system-out>";
    }

    /** Characters that XML 1.0 cannot have at all become question marks. */
    private static String escaped(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]", "?")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
