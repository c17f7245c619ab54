// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.log.LogTextReport.appendSection;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import io.podidentity.emulator.replay.Replay.MicPart;
import io.podidentity.emulator.replay.Replay.NmiPart;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An explanation for people: first what to do, then the way to where the token is, or is not. Not thread-safe. */
public final class TextReport {

    private static final String INDENT = " ".repeat(15);

    /** Up to so many lines of a log that differ only in numbers are shown; of more, the first and the last. */
    private static final int MAX_ALIKE = 3;

    private final Explanation explanation;
    private final StringBuilder text = new StringBuilder();

    /** Facts that the text tells already; it tells none of them twice. */
    private final Set<String> told = new HashSet<>();

    private TextReport(Explanation explanation) {
        this.explanation = explanation;
    }

    /** The explanation of one pod, in several lines. */
    public static String of(Explanation explanation) {
        var report = new TextReport(explanation);
        report.write();
        return report.text.toString();
    }

    /**
     * What is told as one story: the replicas of a workload have it in common, as long as the same happens to them.
     *
     * @param maker the workload that has made the pod; the pod itself if nothing has made it
     */
    private record Story(String namespace, Record maker, Outcome outcome, String summary) {

        static Story of(Explanation explanation) {
            Pod pod = explanation.pod();
            Record maker = pod.workload().<Record>map(owner -> owner).orElse(pod);
            return new Story(pod.namespace(), maker, explanation.outcome(), explanation.summary());
        }
    }

    /** The explanations of several pods, in their order; pods to which the same happens are named together. */
    static List<String> stories(List<Explanation> explanations) {
        return explanations.stream()
                .collect(Collectors.groupingBy(Story::of, LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(story -> of(story.get(0)) + otherPods(story.subList(1, story.size())))
                .toList();
    }

    private static String otherPods(List<Explanation> others) {
        if (others.isEmpty()) {
            return "";
        }
        String names = others.stream()
                .map(explanation -> explanation.pod().name().name())
                .collect(Collectors.joining(", "));
        return "\n  The same is true of " + names + "\n";
    }

    /** The explanation of one object that refers to an identity, in several lines. */
    static String of(ReferenceExplanation explanation) {
        String verdict = switch (explanation.outcome()) {
            case NONE -> "no token: ";
            case UNRELATED -> "not known: ";
            case IDENTITY, BYPASS, NODE -> "";
        };
        var object = explanation.reference().object();
        var text = new StringBuilder(object.object() + " (" + object.position() + ")\n\n");
        appendSection(text, "Gets", List.of(verdict + explanation.summary()));
        appendSection(text, "Do", explanation.remedies());
        return text.toString();
    }

    private void write() {
        text.append(indented(heading())).append("\n\n");
        appendSection(text, "Gets", List.of(verdict()));
        if (explanation.outcome() == Outcome.NONE) {
            appendSection(text, "At", List.of(explanation.place().toString()));
        }
        appendSection(text, "Do", explanation.remedies());
        if (!explanation.steps().isEmpty()) {
            text.append('\n');
        }
        int number = 1;
        for (Step step : explanation.steps()) {
            boolean isThere = step.station() != Station.MIC || explanation.mic() != null;
            if (isThere) {
                writeStep(number, step);
                number++;
            }
        }
        appendSection(text, "Also", untold());
    }

    private String heading() {
        Pod pod = explanation.pod();
        return "Pod " + pod.name() + maker(pod) + " (" + pod.metadata().position() + "), profile "
                + explanation.profile().id();
    }

    /** A workload of the cluster by its name; a template, whose name the pod has, by its kind alone. */
    private static String maker(Pod pod) {
        Optional<Owner> workload = pod.workload();
        if (workload.isPresent()) {
            return " of " + workload.get().kind() + " " + workload.get().name();
        }
        if (pod.owners().isEmpty()) {
            return "";
        }
        return " of " + pod.owners().get(pod.owners().size() - 1).kind();
    }

    private String verdict() {
        return switch (explanation.outcome()) {
            case NONE -> "no token: " + explanation.summary();
            case UNRELATED -> "no identity: " + explanation.summary();
            case IDENTITY, BYPASS, NODE -> explanation.summary();
        };
    }

    private void writeStep(int number, Step step) {
        String start = String.format("  %-2d %-9s ", number, step.name());
        for (String line : lines(step)) {
            text.append(start).append(indented(line)).append('\n');
            start = INDENT;
        }
        writeLog(log(step));
    }

    private List<String> lines(Step step) {
        var lines = new ArrayList<>(step.facts());
        describeReplay(step).ifPresent(lines::add);
        told.addAll(lines);
        if (step.isEnd()) {
            // Nobody reads on behind the end, so all else that is known is told there.
            List<String> rest = untold();
            lines.set(0, lines.get(0) + "  <- it ends here");
            lines.addAll(1, rest);
            told.addAll(rest);
        }
        return lines;
    }

    private List<String> untold() {
        return explanation.why().stream().filter(fact -> !told.contains(fact)).toList();
    }

    private Optional<String> describeReplay(Step step) {
        return switch (step.station()) {
            case MIC -> Optional.ofNullable(explanation.mic()).map(this::describeMic);
            case NMI -> Optional.ofNullable(explanation.nmi()).map(TextReport::describeNmi);
            default -> Optional.empty();
        };
    }

    private List<String> log(Step step) {
        return switch (step.station()) {
            case MIC -> Optional.ofNullable(explanation.mic()).map(MicPart::log).orElse(List.of());
            case NMI -> Optional.ofNullable(explanation.nmi()).map(NmiPart::log).orElse(List.of());
            default -> List.of();
        };
    }

    private void writeLog(List<String> lines) {
        for (List<String> alike : runsOfAlikeLines(lines)) {
            if (alike.size() <= MAX_ALIKE) {
                alike.forEach(this::writeLogLine);
            } else {
                writeLogLine(alike.get(0));
                text.append(INDENT + "| … " + (alike.size() - 2) + " more of these\n");
                writeLogLine(alike.get(alike.size() - 1));
            }
        }
    }

    private void writeLogLine(String line) {
        text.append(INDENT + "| " + indented(line) + "\n");
    }

    /** The lines in their order; neighbours that differ only in numbers are in one list. */
    private static List<List<String>> runsOfAlikeLines(List<String> lines) {
        var runs = new ArrayList<List<String>>();
        String formOfRun = "";
        for (String line : lines) {
            String form = line.replaceAll("[0-9]+", "0");
            if (runs.isEmpty() || !form.equals(formOfRun)) {
                runs.add(new ArrayList<>());
                formOfRun = form;
            }
            runs.get(runs.size() - 1).add(line);
        }
        return runs;
    }

    /** A value of a manifest may have line breaks, and must not begin a line of the report. */
    private static String indented(String line) {
        return line.replace("\n", "\n" + INDENT);
    }

    private String describeMic(MicPart mic) {
        if (!mic.assigned().isEmpty()) {
            String assigned =
                    mic.assigned().stream().map(TextReport::describeAssigned).collect(Collectors.joining(", "));
            return "writes " + assigned + " within " + seconds(mic.took()) + ", and logs";
        }
        if (mic.log().isEmpty()) {
            return "assigns nothing, and version " + explanation.profile().id() + " logs nothing of it";
        }
        return "assigns nothing, and logs";
    }

    private static String describeAssigned(AzureAssignedIdentity assigned) {
        return "AzureAssignedIdentity " + assigned.name() + " ("
                + assigned.state().text() + ")";
    }

    private static String describeNmi(NmiPart nmi) {
        String waited = nmi.took().toSeconds() > 0 ? " after " + seconds(nmi.took()) : "";
        String said = nmi.text().isEmpty() ? ", and logs" : ": " + nmi.text();
        return "answers " + nmi.status() + waited + said;
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }
}
