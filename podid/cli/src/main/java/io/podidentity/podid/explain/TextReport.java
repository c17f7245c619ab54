// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.log.LogTextReport.section;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.replay.Replay.MicPart;
import io.podidentity.emulator.replay.Replay.NmiPart;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An explanation for people: first what to do, then the way to where the token is, or is not. */
public final class TextReport {

    private static final String INDENT = " ".repeat(15);

    private TextReport() {}

    public static String of(Explanation explanation) {
        var text = new StringBuilder();
        text.append(indented(heading(explanation))).append("\n\n");
        section(text, "Gets", List.of(result(explanation)));
        if (explanation.outcome() == Outcome.NONE) {
            section(text, "At", List.of(explanation.place().toString()));
        }
        section(text, "Do", explanation.remedies());
        var told = new HashSet<String>();
        if (!explanation.way().isEmpty()) {
            text.append('\n');
        }
        int number = 0;
        for (Step step : explanation.way()) {
            if (!step.name().equals(Step.MIC) || explanation.mic() != null) {
                number++;
                step(text, number, step, explanation, told);
            }
        }
        section(text, "Also", untold(explanation, told));
        return text.toString();
    }

    static String of(ReferenceExplanation explanation) {
        String gets = switch (explanation.outcome()) {
            case NONE -> "no token: ";
            case UNRELATED -> "not known: ";
            default -> "";
        };
        var text = new StringBuilder();
        text.append(explanation.reference().object().object() + " ("
                + explanation.reference().object().position() + ")\n\n");
        section(text, "Gets", List.of(gets + explanation.summary()));
        section(text, "Do", explanation.remedies());
        return text.toString();
    }

    private static String heading(Explanation explanation) {
        Pod pod = explanation.pod();
        String origin = pod.workload()
                .map(owner -> " of " + owner.kind() + " " + owner.name())
                .orElseGet(() -> pod.owners().isEmpty()
                        ? ""
                        : " of " + pod.owners().get(pod.owners().size() - 1).kind());
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

    /** Where the way ends, all else that is known is told too. */
    private static void step(StringBuilder text, int number, Step step, Explanation explanation, Set<String> told) {
        var lines = new ArrayList<>(step.facts());
        MicPart mic = step.name().equals(Step.MIC) ? explanation.mic() : null;
        if (mic != null) {
            lines.add(mic(explanation, mic));
        }
        NmiPart nmi = step.name().equals(Step.NMI) ? explanation.nmi() : null;
        if (nmi != null) {
            lines.add(nmi(nmi));
        }
        told.addAll(lines);
        if (step.isEnd()) {
            lines.set(0, lines.get(0) + "  <- it ends here");
            List<String> rest = untold(explanation, told);
            lines.addAll(1, rest);
            told.addAll(rest);
        }
        for (int i = 0; i < lines.size(); i++) {
            text.append(i == 0 ? String.format("  %-2d %-9s ", number, step.name()) : INDENT)
                    .append(indented(lines.get(i)) + "\n");
        }
        log(text, mic == null ? List.of() : mic.log());
        log(text, nmi == null ? List.of() : nmi.log());
    }

    /** Facts of which the stations before the end were told already are not repeated there. */
    private static List<String> untold(Explanation explanation, Set<String> told) {
        return explanation.why().stream().filter(fact -> !told.contains(fact)).toList();
    }

    /** Of lines that differ only in numbers, the first and the last are enough. */
    private static void log(StringBuilder text, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            int last = i;
            while (last + 1 < lines.size() && form(lines.get(last + 1)).equals(form(lines.get(i)))) {
                last++;
            }
            text.append(INDENT + "| " + indented(lines.get(i)) + "\n");
            if (last - i > 2) {
                text.append(INDENT + "| … " + (last - i - 1) + " more of these\n");
                i = last - 1;
            }
        }
    }

    /** A value of a manifest may have line breaks, and begins no line of its own. */
    private static String indented(String line) {
        return line.replace("\n", "\n" + INDENT);
    }

    private static String form(String line) {
        return line.replaceAll("[0-9]+", "0");
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
