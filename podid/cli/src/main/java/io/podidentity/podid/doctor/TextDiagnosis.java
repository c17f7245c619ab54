// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.doctor.Diagnosis.Workload;
import io.podidentity.podid.doctor.Live.MissingRight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints a diagnosis for people. Not thread-safe. */
final class TextDiagnosis {

    /** As wide as the state and the name of a link, so that what follows stands below the link's text. */
    private static final String INDENT = " ".repeat(20);

    private final Diagnosis diagnosis;
    private final List<String> lines = new ArrayList<>();

    private TextDiagnosis(Diagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    /** The whole text, with a line end. */
    static String write(Diagnosis diagnosis) {
        var text = new TextDiagnosis(diagnosis);
        text.addHeading();
        diagnosis.workloads().forEach(text::addWorkload);
        text.addFindings();
        text.addStories();
        text.addMissingRights();
        text.lines.add("\n" + text.writeConclusion() + "\n");
        return String.join("\n", text.lines);
    }

    private void addHeading() {
        lines.add("Namespace " + diagnosis.namespace() + ", profile "
                + diagnosis.profile().id() + " (" + diagnosis.reason() + ")");
        if (diagnosis.workloads().isEmpty()) {
            lines.add("\nNo pod that you may see is meant to have an Azure identity.");
        }
    }

    private void addWorkload(Workload workload) {
        lines.add("\n" + workload.object());
        for (Link link : workload.links()) {
            lines.add(
                    String.format(Locale.ROOT, "  %-6s  %-8s  %s", link.state().word(), link.name(), link.what()));
            link.next().forEach(next -> lines.add(INDENT + next));
        }
    }

    private void addFindings() {
        if (diagnosis.findings().isEmpty()) {
            return;
        }
        lines.add("\nThe checks say also:");
        for (Finding finding : diagnosis.findings()) {
            lines.add("  " + finding.severity().id() + "  " + describeFinding(finding, diagnosis.places()));
            lines.add(INDENT + diagnosis.places().translate(finding.remedy()));
        }
    }

    /** A finding with its object and field, since there is no file. */
    static String describeFinding(Finding finding, LiveText places) {
        String path = places.pathOfLine(finding.position().line());
        String place = (finding.object() + " " + path).stripTrailing();
        return place + ": " + places.translate(finding.message()) + " ["
                + finding.about().id() + " " + finding.about().rule() + "]";
    }

    private void addStories() {
        for (Workload workload : diagnosis.workloads()) {
            if (!workload.story().isEmpty()) {
                lines.add("\n" + workload.story().stripTrailing());
            }
        }
    }

    private void addMissingRights() {
        if (diagnosis.missing().isEmpty()) {
            return;
        }
        lines.add("\nCould not see:");
        for (MissingRight right : diagnosis.missing()) {
            lines.add(("  " + right.what() + ": " + right.why()).stripTrailing());
            if (!right.remedy().isEmpty()) {
                lines.add(INDENT + right.remedy());
            }
        }
    }

    private String writeConclusion() {
        return switch (diagnosis.verdict()) {
            case HEALTHY -> "Healthy.";
            case BROKEN -> "Not healthy: " + countOfAll(Link.State.FAILED) + ", " + countErrors() + ".";
            case UNKNOWN -> "Not known: " + countOfAll(Link.State.UNKNOWN) + mentionUnseen() + ".";
        };
    }

    private String countOfAll(Link.State state) {
        return diagnosis.countWorkloads(state) + " of " + diagnosis.workloads().size() + " workloads";
    }

    private String countErrors() {
        long errors = diagnosis.countErrors();
        return errors == 1 ? "1 more error" : errors + " more errors";
    }

    private String mentionUnseen() {
        return diagnosis.isBlind() ? ", and there may be more that could not be seen" : "";
    }
}
