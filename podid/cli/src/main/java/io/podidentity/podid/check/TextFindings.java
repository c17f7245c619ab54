// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.List;

/** Findings for people. */
final class TextFindings {

    private TextFindings() {}

    /**
     * Two lines for each, and their number.
     *
     * @param suppressed how many more are not to be reported
     */
    static String of(List<Finding> findings, int suppressed, String looked) {
        var text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(line(finding) + "\n    " + finding.remedy().replace("\n", "\n    ") + "\n");
        }
        String summary = findings.isEmpty()
                ? "Nothing found."
                : count(findings, Severity.ERROR, " error") + ", " + count(findings, Severity.WARNING, " warning")
                        + ", " + number(findings, Severity.INFO) + " for information";
        return text + summary + (suppressed == 0 ? "" : " (" + suppressed + " suppressed)") + "\n" + looked + "\n";
    }

    /** The name of a file may have line breaks, and must not begin a line of its own. */
    private static String line(Finding finding) {
        String line = finding.position() + ": " + finding.severity().id() + " ["
                + finding.about().id() + " " + finding.about().rule() + "] " + finding.object() + ": "
                + finding.message();
        return line.replaceAll("\\R", " ");
    }

    private static String count(List<Finding> findings, Severity severity, String name) {
        long count = number(findings, severity);
        return count + name + (count == 1 ? "" : "s");
    }

    private static long number(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
