// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.List;

/** Findings for people. */
final class TextFindings {

    private TextFindings() {}

    /**
     * Two lines for each finding, their number, and what was looked at.
     *
     * @param suppressed how many more findings are not to be reported
     * @param looked what was looked at, and what was not, in one line
     */
    static String of(List<Finding> findings, int suppressed, String looked) {
        var text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(line(finding) + "\n    " + finding.remedy().replace("\n", "\n    ") + "\n");
        }
        String others = suppressed == 0 ? "" : " (" + suppressed + " suppressed)";
        return text + summary(findings) + others + "\n" + looked + "\n";
    }

    private static String summary(List<Finding> findings) {
        if (findings.isEmpty()) {
            return "Nothing found.";
        }
        return countWithNoun(findings, Severity.ERROR) + ", " + countWithNoun(findings, Severity.WARNING) + ", "
                + count(findings, Severity.INFO) + " for information";
    }

    /** The name of a file may have line breaks, and must not begin a line of its own. */
    private static String line(Finding finding) {
        String line = finding.position() + ": " + finding.severity().id() + " ["
                + finding.about().id() + " " + finding.about().rule() + "] " + finding.object() + ": "
                + finding.message();
        return line.replaceAll("\\R", " ");
    }

    private static String countWithNoun(List<Finding> findings, Severity severity) {
        long count = count(findings, severity);
        return count + " " + severity.id() + (count == 1 ? "" : "s");
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
