package io.podidentity.podid.doctor;

import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.doctor.Diagnosis.Workload;
import java.util.Locale;

/** A diagnosis for people. */
final class DoctorText {

    private final Diagnosis diagnosis;
    private final StringBuilder text = new StringBuilder();

    private DoctorText(Diagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    /** With a line end. */
    static String of(Diagnosis diagnosis) {
        var report = new DoctorText(diagnosis);
        report.write();
        return report.text.toString();
    }

    private void write() {
        line("Namespace " + diagnosis.namespace() + ", profile "
                + diagnosis.profile().id() + " (" + diagnosis.reason() + ")");
        if (diagnosis.workloads().isEmpty()) {
            line("\nNo pod that you may see is meant to have an Azure identity.");
        }
        diagnosis.workloads().forEach(this::workload);
        if (!diagnosis.findings().isEmpty()) {
            line("\nThe checks say also:");
        }
        diagnosis.findings().forEach(this::finding);
        diagnosis.workloads().stream()
                .filter(workload -> !workload.story().isEmpty())
                .forEach(workload -> text.append('\n').append(workload.story()));
        if (!diagnosis.missing().isEmpty()) {
            line("\nCould not see, since you may not:");
        }
        diagnosis.missing().forEach(missing -> {
            line("  " + missing.what() + ": " + missing.why());
            missing.remedy().ifPresent(this::indented);
        });
        line("\n" + verdict());
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void indented(String line) {
        line(" ".repeat(20) + line);
    }

    private void workload(Workload workload) {
        line("\n" + workload.object());
        for (Link link : workload.links()) {
            String state = switch (link.state()) {
                case OK -> "ok";
                case FAILED -> "FAILED";
                case UNKNOWN -> "?";
                case SKIPPED -> "-";
            };
            line(String.format(Locale.ROOT, "  %-6s  %-8s  %s", state, link.name(), link.what()));
            link.next().forEach(this::indented);
        }
    }

    private void finding(Finding finding) {
        line("  " + finding.severity().id() + "  " + Diagnosis.said(finding, diagnosis.places()));
        indented(diagnosis.places().named(finding.remedy()));
    }

    private String verdict() {
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
