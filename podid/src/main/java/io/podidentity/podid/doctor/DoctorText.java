package io.podidentity.podid.doctor;

import io.podidentity.podid.check.rule.Finding;
import java.util.List;
import java.util.Locale;

/** A diagnosis for people. */
final class DoctorText {

    private DoctorText() {}

    /** With a line end. */
    static String of(Diagnosis diagnosis) {
        var text = new StringBuilder();
        text.append("Namespace ")
                .append(diagnosis.namespace())
                .append(", profile ")
                .append(diagnosis.profile().id())
                .append(" (")
                .append(diagnosis.reason())
                .append(")\n");
        if (diagnosis.workloads().isEmpty()) {
            text.append("\nNo pod that you may see is meant to have an Azure identity.\n");
        }
        diagnosis.workloads().forEach(workload -> workload(text, workload));
        if (!diagnosis.findings().isEmpty()) {
            text.append("\nThe checks say also:\n");
        }
        diagnosis.findings().forEach(finding -> finding(text, finding, diagnosis.places()));
        diagnosis.workloads().stream()
                .filter(workload -> !workload.story().isEmpty())
                .forEach(workload -> text.append('\n').append(workload.story()));
        if (!diagnosis.missing().isEmpty()) {
            text.append("\nCould not see, since you may not:\n");
        }
        diagnosis.missing().forEach(missing -> missing(text, missing));
        text.append('\n').append(verdict(diagnosis)).append('\n');
        return text.toString();
    }

    private static void workload(StringBuilder text, WorkloadDiagnosis workload) {
        text.append('\n').append(workload.object()).append('\n');
        for (Link link : workload.links()) {
            String state = switch (link.state()) {
                case OK -> "ok";
                case FAILED -> "FAILED";
                case UNKNOWN -> "?";
                case SKIPPED -> "-";
            };
            text.append(String.format(Locale.ROOT, "  %-6s  %-8s  %s%n", state, link.name(), link.what()));
            indented(text, link.next());
        }
    }

    private static void indented(StringBuilder text, List<String> lines) {
        lines.forEach(line -> text.append(" ".repeat(20)).append(line).append('\n'));
    }

    private static void finding(StringBuilder text, Finding finding, LiveText places) {
        String path = places.path(finding.position().line());
        text.append("  ")
                .append(finding.severity().id())
                .append("  ")
                .append(finding.object())
                .append(path.isEmpty() ? "" : " " + path)
                .append(": ")
                .append(places.named(finding.message()))
                .append(" [")
                .append(finding.about().id())
                .append(' ')
                .append(finding.about().rule())
                .append("]\n");
        indented(text, List.of(places.named(finding.remedy())));
    }

    private static void missing(StringBuilder text, MissingRight missing) {
        text.append("  ")
                .append(missing.what())
                .append(": ")
                .append(missing.why())
                .append('\n');
        indented(text, missing.remedy().stream().toList());
    }

    private static String verdict(Diagnosis diagnosis) {
        String all = " of " + diagnosis.workloads().size() + " workloads";
        long errors = diagnosis.findings().stream().filter(Diagnosis::isError).count();
        return switch (diagnosis.verdict()) {
            case HEALTHY -> "Healthy.";
            case BROKEN ->
                "Not healthy: " + diagnosis.count(Link.State.FAILED) + all + ", " + errors
                        + (errors == 1 ? " more error." : " more errors.");
            case UNKNOWN ->
                "Not known: " + diagnosis.count(Link.State.UNKNOWN) + all
                        + (diagnosis.isBlind() ? ", and there may be more that you may not see." : ".");
        };
    }
}
