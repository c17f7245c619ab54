// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.KustomizedSource;
import io.podidentity.podid.explain.log.LogReading;
import io.podidentity.podid.explain.log.LogTextReport;
import io.podidentity.podid.explain.log.NamedPods;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.input.ProfileOptions;
import io.podidentity.podid.input.UnusableInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Exit code 0 if every pod that was asked for gets a token, 1 if one does not, 2 for input that cannot be used. With a
 * log 0 if a line of it is known, 1 if none is.
 */
@Command(
        name = "explain",
        description = "Explains which identity a pod gets and why, or the first reason why it gets none, with"
                + " what MIC and NMI would do and log. With --log, explains lines of logs. Starts nothing.",
        footer = {
            "",
            "Examples:",
            "  podid explain k8s/ --pod default/orders",
            "  kubectl logs -l component=nmi -A --tail=500 | podid explain --log -",
            "  podid explain k8s/ --log 'no AzureAssignedIdentity found for pod:default/orders in assigned state'"
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ExplainCommand implements Callable<Integer> {

    enum Format {
        text,
        json
    }

    @Parameters(paramLabel = "PATH", arity = "0..*", description = "Files, folders, or - for standard input.")
    private List<String> paths = new ArrayList<>();

    @Option(
            names = "--log",
            paramLabel = "LINE",
            description = "A line of MIC, NMI, the webhook, its proxy, the kubelet, Entra ID or a library, a file of"
                    + " them, or - for a whole log from standard input: says what it means and what to do. With manifests the pods that"
                    + " it names are explained, too.")
    private List<String> log = new ArrayList<>();

    @Option(names = "--pod", paramLabel = "NAMESPACE/NAME", description = "Explain only this pod. Default: all pods.")
    private @Nullable String pod;

    @Option(
            names = "--request",
            paramLabel = "QUERY",
            defaultValue = Explainer.DEFAULT_QUERY,
            description = "What the pod asks for, as in the URL. Default: ${DEFAULT-VALUE}")
    private String request;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES}. Default: text")
    private Format format;

    @Mixin
    private final ProfileOptions profile = new ProfileOptions();

    @Spec
    private CommandSpec spec;

    private KustomizedSource source = new KustomizedSource(List.of());

    @Override
    public Integer call() throws IOException {
        requireInput();
        LogReading reading = log.isEmpty() ? null : LogReading.of(log());
        if (reading != null && paths.isEmpty()) {
            print(reading, List.of());
            return reading.findings().isEmpty() ? 1 : 0;
        }
        ManifestInput input = read();
        List<Explanation> explanations = input.each((one, rules) -> explanations(one, rules, reading)).stream()
                .flatMap(List::stream)
                .toList();
        if (reading != null) {
            print(reading, explanations);
            return reading.findings().isEmpty() ? 1 : 0;
        }
        List<ReferenceExplanation> references =
                input.each(this::references).stream().flatMap(List::stream).toList();
        requireAny(explanations, references, input.clusters());
        print(
                format == Format.json
                        ? JsonReport.of(explanations, references)
                        : Stream.concat(
                                        stories(explanations),
                                        references.stream().map(TextReport::of))
                                .collect(Collectors.joining("\n")));
        if (!input.missed().isEmpty()) {
            spec.commandLine().getErr().println(input.summary());
        }
        if (profile.refuses(input)) {
            return spec.exitCodeOnInvalidInput();
        }
        return Stream.concat(
                                explanations.stream().map(Explanation::outcome),
                                references.stream().map(ReferenceExplanation::outcome))
                        .anyMatch(Explanation.Outcome.NONE::equals)
                ? 1
                : 0;
    }

    /** With a pod those that it gets a token for. */
    private List<ReferenceExplanation> references(Manifests manifests, MatchRules rules) {
        var context = new RuleContext(manifests, rules, AzureFacts.NONE);
        return ReferenceExplanation.all(context, new Explainer(manifests, rules, Instant.now())).stream()
                .filter(one -> pod == null
                        || one.reference().runners().stream()
                                .anyMatch(
                                        runner -> runner.pod().name().toString().equals(pod)))
                .toList();
    }

    /** Of the pods that are named by an option or a log; of all otherwise, in short of those that need no identity. */
    private List<Explanation> explanations(Manifests manifests, MatchRules rules, @Nullable LogReading reading) {
        var explainer = new Explainer(manifests, rules, Instant.now());
        List<Pod> pods = reading == null ? manifests.cluster().pods() : new NamedPods(manifests.cluster()).in(reading);
        return pods.stream()
                .filter(one -> pod == null || one.name().toString().equals(pod))
                .map(one -> pod == null && reading == null
                        ? explainer.survey(one, request)
                        : explainer.explain(one, request))
                .toList();
    }

    private void requireInput() {
        if (paths.isEmpty() && log.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing PATH, or --log LINE");
        }
        if (paths.contains(ManifestFiles.STANDARD_INPUT) && log.contains(ManifestFiles.STANDARD_INPUT)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Standard input cannot be both, manifests and a log: name the manifests' files");
        }
    }

    private Stream<String> log() {
        return log.stream().flatMap(ExplainCommand::lines);
    }

    /** Of standard input, of a file of that name, or the text itself. */
    private static Stream<String> lines(String line) {
        if (line.equals(ManifestFiles.STANDARD_INPUT)) {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines();
        }
        boolean isFile = ManifestFiles.path(line).filter(Files::isRegularFile).isPresent();
        return isFile ? ManifestFiles.content(Path.of(line)).lines() : line.lines();
    }

    private void print(LogReading reading, List<Explanation> explanations) {
        if (format == Format.json) {
            var object = reading.json();
            object.put("pods", JsonReport.objects(explanations));
            print(Json.write(object));
            return;
        }
        String named = paths.isEmpty()
                ? ""
                : explanations.isEmpty()
                        ? "\nThe manifests have no pod that the log names.\n"
                        : stories(explanations).collect(Collectors.joining("\n", "\n", ""));
        print((LogTextReport.of(reading) + named).stripTrailing());
    }

    /** Replicas of a workload are one story, as long as it is the same. */
    private static Stream<String> stories(List<Explanation> explanations) {
        var stories = new LinkedHashMap<List<Object>, List<Explanation>>();
        for (Explanation one : explanations) {
            Object replicas = one.pod().workload().<Object>map(owner -> owner).orElse(one.pod());
            stories.computeIfAbsent(
                            List.of(one.pod().namespace(), replicas, one.outcome(), one.summary()),
                            key -> new ArrayList<>())
                    .add(one);
        }
        return stories.values().stream()
                .map(story -> TextReport.of(story.get(0)) + also(story.subList(1, story.size())));
    }

    private static String also(List<Explanation> others) {
        return others.isEmpty()
                ? ""
                : "\n  The same is true of "
                        + others.stream().map(one -> one.pod().name().name()).collect(Collectors.joining(", ")) + "\n";
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(source.in(text));
        out.flush();
    }

    private ManifestInput read() throws IOException {
        try {
            ManifestInput input = profile.readToJudge(paths, ManifestInput.standardInput(paths), InputSettings.here());
            source = new KustomizedSource(input.objects());
            PrintWriter err = spec.commandLine().getErr();
            input.notes(paths).forEach(err::println);
            input.clusters().stream()
                    .flatMap(manifests -> manifests.problems().stream())
                    .filter(Problem::isRefused)
                    .forEach(one -> err.println(source.in(one.toString())));
            err.flush();
            return input;
        } catch (ManifestException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private void requireAny(
            List<Explanation> explanations, List<ReferenceExplanation> references, List<Manifests> clusters) {
        if (explanations.isEmpty() && references.isEmpty()) {
            String names = clusters.stream()
                    .flatMap(manifests -> manifests.cluster().pods().stream())
                    .map(one -> one.name().toString())
                    .distinct()
                    .collect(Collectors.joining(", "));
            throw new UnusableInputException(
                    spec.commandLine(),
                    (pod == null ? "The manifests contain no pod" : "There is no pod " + pod)
                            + (names.isEmpty() ? "" : "; the pods are: " + names));
        }
    }
}
