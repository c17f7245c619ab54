package io.podidentity.podid.check.report;

import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rule.Suppressed;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Findings as JUnit's XML, for pipelines: a suite for each file, a test case for each finding. */
public final class JunitXml {

    private JunitXml() {}

    /**
     * One document.
     *
     * @param files all that were checked; one without findings is a suite with one test case that passes
     * @param missed what was not looked at: test cases that were skipped, in a suite of their own
     * @param failing the least severity that is a failure
     */
    public static String of(
            List<String> files,
            List<Finding> findings,
            List<Suppressed> suppressed,
            List<Skipped> missed,
            Severity failing) {
        Map<String, List<Finding>> byFile = new TreeMap<>(findings.stream()
                .collect(Collectors.groupingBy(finding -> finding.position().file())));
        files.forEach(file -> byFile.putIfAbsent(file, List.of()));
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append("<testsuites name=\"podid check\">\n");
        byFile.forEach((file, found) -> {
            List<Suppressed> skipped = suppressed.stream()
                    .filter(one -> one.finding().position().file().equals(file))
                    .toList();
            long failures = found.stream()
                    .filter(finding -> isFailure(finding, failing))
                    .count();
            int tests = Math.max(1, found.size() + skipped.size());
            xml.append("  <testsuite name=\"")
                    .append(escaped(file))
                    .append("\" tests=\"")
                    .append(tests);
            xml.append("\" failures=\"").append(failures).append("\" errors=\"0\" skipped=\"");
            xml.append(skipped.size()).append("\">\n");
            if (found.isEmpty() && skipped.isEmpty()) {
                xml.append("    <testcase name=\"nothing found\" classname=\"podid\"/>\n");
            }
            found.forEach(finding -> xml.append(open(finding)).append(body(finding, failing)));
            skipped.forEach(one -> xml.append(open(one.finding()))
                    .append("      <skipped message=\"")
                    .append(escaped(one.reason()))
                    .append("\"/>\n    </testcase>\n"));
            xml.append("  </testsuite>\n");
        });
        if (!missed.isEmpty()) {
            xml.append("  <testsuite name=\"not looked at\" tests=\"" + missed.size() + "\" failures=\"0\" errors=\"0\""
                    + " skipped=\"" + missed.size() + "\">\n");
            missed.forEach(one -> xml.append("    <testcase name=\"")
                    .append(escaped(one.place()))
                    .append("\" classname=\"podid\">\n      <skipped message=\"")
                    .append(escaped(one.reason()))
                    .append("\"/>\n    </testcase>\n"));
            xml.append("  </testsuite>\n");
        }
        return xml.append("</testsuites>\n").toString();
    }

    private static boolean isFailure(Finding finding, Severity failing) {
        return finding.severity() != Severity.INFO && finding.severity().compareTo(failing) >= 0;
    }

    private static String open(Finding finding) {
        return "    <testcase name=\"" + escaped(finding.about().rule() + ": " + finding.object())
                + "\" classname=\"podid." + finding.about().id() + "\">\n";
    }

    private static String body(Finding finding, Severity failing) {
        String text = escaped(finding.position() + ": " + finding.message() + "\n" + finding.remedy());
        return isFailure(finding, failing)
                ? "      <failure type=\"" + finding.severity().id() + "\" message=\"" + escaped(finding.message())
                        + "\">" + text + "</failure>\n    </testcase>\n"
                : "      <system-out>" + text + "</system-out>\n    </testcase>\n";
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
