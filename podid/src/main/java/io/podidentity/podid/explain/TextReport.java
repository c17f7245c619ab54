package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.replay.MicPart;
import io.podidentity.emulator.replay.NmiPart;
import java.time.Duration;
import java.util.List;

/** An explanation for people. */
final class TextReport {

    private static final String INDENT = " ".repeat(8);

    private TextReport() {}

    static String of(Explanation explanation) {
        var text = new StringBuilder();
        text.append(heading(explanation)).append("\n\n");
        section(text, "Gets", List.of(result(explanation)));
        section(text, "Why", explanation.why());
        section(text, "Do", explanation.remedies());
        MicPart mic = explanation.mic();
        if (mic != null) {
            section(text, "MIC", List.of(mic(explanation, mic)));
            log(text, mic.log());
        }
        NmiPart nmi = explanation.nmi();
        if (nmi != null) {
            section(text, "NMI", List.of(nmi(nmi)));
            log(text, nmi.log());
        }
        return text.toString();
    }

    private static String heading(Explanation explanation) {
        Pod pod = explanation.pod();
        String origin = pod.owners().isEmpty()
                ? ""
                : " of " + pod.owners().get(pod.owners().size() - 1).kind();
        return "Pod " + pod.name() + origin + " (" + pod.metadata().position() + "), profile "
                + explanation.profile().id();
    }

    private static String result(Explanation explanation) {
        return switch (explanation.outcome()) {
            case NONE -> "no token: " + explanation.summary();
            case UNRELATED -> "no identity: " + explanation.summary();
            default -> explanation.summary();
        };
    }

    private static void section(StringBuilder text, String name, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            text.append(String.format("  %-6s", i == 0 ? name : ""))
                    .append(lines.get(i))
                    .append('\n');
        }
    }

    /** Of lines that differ only in numbers, the first and the last are enough. */
    private static void log(StringBuilder text, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            int last = i;
            while (last + 1 < lines.size() && form(lines.get(last + 1)).equals(form(lines.get(i)))) {
                last++;
            }
            line(text, lines.get(i));
            if (last - i > 2) {
                line(text, "… " + (last - i - 1) + " more of these");
                i = last - 1;
            }
        }
    }

    private static String form(String line) {
        return line.replaceAll("[0-9]+", "0");
    }

    private static void line(StringBuilder text, String line) {
        text.append(INDENT).append("| ").append(line).append('\n');
    }

    private static String mic(Explanation explanation, MicPart mic) {
        if (mic.assigned().isEmpty()) {
            return mic.log().isEmpty()
                    ? "assigns nothing, and version " + explanation.profile().id() + " logs nothing of it"
                    : "assigns nothing, and logs";
        }
        return "writes "
                + String.join(
                        ", ", mic.assigned().stream().map(TextReport::assigned).toList())
                + " within " + seconds(mic.took()) + ", and logs";
    }

    private static String assigned(AzureAssignedIdentity assigned) {
        return "AzureAssignedIdentity " + assigned.name() + " ("
                + assigned.state().text() + ")";
    }

    private static String nmi(NmiPart nmi) {
        return "answers " + nmi.status() + (nmi.took().toSeconds() > 0 ? " after " + seconds(nmi.took()) : "")
                + (nmi.text().isEmpty() ? ", and logs" : ": " + nmi.text());
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }
}
