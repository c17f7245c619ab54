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

/** Findings as XML like JUnit's, for pipelines: a suite for each file, and a test case for each finding. */
final class JunitXml {

    /** What pipelines group test cases by, before the number of a rule's group. */
    private static final String CLASS = "podid";

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
        for (Map.Entry<String, List<Finding>> found : byFile.entrySet()) {
            List<Suppressed> skipped = suppressed.stream()
                    .filter(entry -> entry.finding().position().file().equals(found.getKey()))
                    .toList();
            xml.append(suiteOfFile(found.getKey(), found.getValue(), skipped, failing));
        }
        if (!missed.isEmpty()) {
            xml.append(suiteOfMissed(missed));
        }
        return xml + "</testsuites>\n";
    }

    private static String suiteOfFile(String file, List<Finding> found, List<Suppressed> skipped, Severity failing) {
        if (found.isEmpty() && skipped.isEmpty()) {
            return suite(file, 0, 0, List.of("    <testcase name=\"nothing found\" classname=\"" + CLASS + "\"/>\n"));
        }
        Stream<String> open = found.stream().map(finding -> testCase(finding, outcome(finding, failing)));
        Stream<String> others = skipped.stream().map(entry -> testCase(entry.finding(), skipped(entry.reason())));
        long failures =
                found.stream().filter(finding -> finding.isAtLeast(failing)).count();
        return suite(file, failures, skipped.size(), Stream.concat(open, others).toList());
    }

    private static String suiteOfMissed(List<Skipped> missed) {
        List<String> cases = missed.stream()
                .map(input -> testCase(input.place(), CLASS, skipped(input.reason())))
                .toList();
        return suite("not looked at", 0, missed.size(), cases);
    }

    private static String suite(String name, long failures, int skipped, List<String> cases) {
        return "  <testsuite name=\"" + escaped(name) + "\" tests=\"" + cases.size() + "\" failures=\"" + failures
                + "\" errors=\"0\" skipped=\"" + skipped + "\">\n" + String.join("", cases) + "  </testsuite>\n";
    }

    private static String testCase(Finding finding, String outcome) {
        String name = finding.about().rule() + ": " + finding.object();
        return testCase(name, CLASS + "." + finding.about().id(), outcome);
    }

    private static String testCase(String name, String className, String outcome) {
        return "    <testcase name=\"" + escaped(name) + "\" classname=\"" + className + "\">\n      " + outcome
                + "\n    </testcase>\n";
    }

    private static String skipped(String reason) {
        return "<skipped message=\"" + escaped(reason) + "\"/>";
    }

    private static String outcome(Finding finding, Severity failing) {
        String text = escaped(finding.position() + ": " + finding.message() + "\n" + finding.remedy());
        if (!finding.isAtLeast(failing)) {
            return "<system-out>" + text + "</system-out>";
        }
        return "<failure type=\"" + finding.severity().id() + "\" message=\"" + escaped(finding.message()) + "\">"
                + text + "</failure>";
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
