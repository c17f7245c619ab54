package io.podidentity.podid.check.report;

import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.List;

/** Findings for people. */
public final class TextFindings {

    private TextFindings() {}

    /**
     * Two lines for each, and their number.
     *
     * @param suppressed how many more are not to be reported
     * @param looked what was looked at, and what was not
     */
    public static String of(List<Finding> findings, int suppressed, String looked) {
        var text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(finding.position())
                    .append(": ")
                    .append(finding.severity().id())
                    .append(" [")
                    .append(finding.about().id())
                    .append(' ')
                    .append(finding.about().rule())
                    .append("] ")
                    .append(finding.object())
                    .append(": ")
                    .append(finding.message())
                    .append("\n    ")
                    .append(finding.remedy().replace("\n", "\n    "))
                    .append('\n');
        }
        return text.append(summary(findings))
                .append(suppressed == 0 ? "" : " (" + suppressed + " suppressed)")
                .append('\n')
                .append(looked)
                .append('\n')
                .toString();
    }

    private static String summary(List<Finding> findings) {
        if (findings.isEmpty()) {
            return "Nothing found.";
        }
        return count(findings, Severity.ERROR, "error") + ", " + count(findings, Severity.WARNING, "warning") + ", "
                + findings.stream()
                        .filter(finding -> finding.severity() == Severity.INFO)
                        .count()
                + " for information";
    }

    private static String count(List<Finding> findings, Severity severity, String name) {
        long count = findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
        return count + " " + name + (count == 1 ? "" : "s");
    }
}
