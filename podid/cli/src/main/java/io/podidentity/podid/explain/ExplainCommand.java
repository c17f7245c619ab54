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
import io.podidentity.podid.check.source.PodSource;
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
import java.util.List;
import java.util.Map;
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
 * The command {@code explain}, for the pods of manifests, and with {@code --log} for lines of logs.
 *
 * <p>The exit code for pods is 0 if every pod that was asked for gets a token, and 1 if one does not. The exit code for
 * a log is 0 if a line of it is known, and 1 if none is. For input that cannot be used, it is 2.
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

    private static final String STANDARD_INPUT = ManifestFiles.STANDARD_INPUT;

    /** In lower case, since picocli takes and shows the constants as they are. */
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
                    + " them, or - for a whole log from standard input: says what it means and what to do. With"
                    + " manifests the pods that it names are explained, too.")
    private List<String> log = new ArrayList<>();

    @Option(names = "--pod", paramLabel = "NAMESPACE/NAME", description = "Explain only this pod. Default: all pods.")
    private @Nullable String pod;

    @Option(
            names = "--request",
            paramLabel = "QUERY",
            defaultValue = Explainer.DEFAULT_QUERY,
            description = "What the pod asks for, as in the URL. Default: ${DEFAULT-VALUE}")
    private String request;

    @Option(
            names = "--azure",
            paramLabel = "DIR",
            description =
                    "A folder with az's output, as for podid check. Of a pod that signs in as an agent identity it"
                            + " says whether the blueprint trusts the pod, whose agent identity it is, and its roles. podid facts"
                            + " --agents prints the commands that fill the folder.")
    private @Nullable Path azure;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES}. Default: text")
    private Format format;

    @Mixin
    private final ProfileOptions profile = new ProfileOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        requireInput();
        return log.isEmpty() ? explainManifests() : explainLog();
    }

    private void requireInput() {
        if (paths.isEmpty() && log.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing PATH, or --log LINE");
        }
        if (paths.contains(STANDARD_INPUT) && log.contains(STANDARD_INPUT)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Standard input cannot be both, manifests and a log: name the manifests' files");
        }
    }

    private int explainManifests() throws IOException {
        ManifestInput input = readManifests();
        AzureFacts facts = readFacts();
        List<Explanation> explanations = flatten(
                input.each((manifests, rules) -> explainPods(newExplainer(manifests, rules, facts), manifests)));
        List<ReferenceExplanation> references = flatten(input.each(this::explainReferences));
        if (explanations.isEmpty() && references.isEmpty()) {
            throw nothingToExplain(input.clusters());
        }
        print(reportManifests(explanations, references), new KustomizedSource(input.objects()));
        if (!input.missed().isEmpty()) {
            spec.commandLine().getErr().println(input.summary());
        }
        if (profile.refusesPartOf(input)) {
            return spec.exitCodeOnInvalidInput();
        }
        boolean isAnyWithoutToken = Stream.concat(
                        explanations.stream().map(Explanation::outcome),
                        references.stream().map(ReferenceExplanation::outcome))
                .anyMatch(Explanation.Outcome.NONE::equals);
        return isAnyWithoutToken ? 1 : 0;
    }

    private String reportManifests(List<Explanation> explanations, List<ReferenceExplanation> references) {
        if (format == Format.json) {
            return JsonReport.of(explanations, references);
        }
        Stream<String> stories = TextReport.stories(explanations).stream();
        Stream<String> others = references.stream().map(TextReport::of);
        return Stream.concat(stories, others).collect(Collectors.joining("\n"));
    }

    private int explainLog() throws IOException {
        LogReading reading = LogReading.of(log.stream().flatMap(ExplainCommand::readLines));
        if (paths.isEmpty()) {
            print(reportLog(reading, List.of()), new KustomizedSource(List.of()));
        } else {
            ManifestInput input = readManifests();
            List<Explanation> named =
                    flatten(input.each((manifests, rules) -> explainNamedPods(manifests, rules, reading)));
            print(reportLog(reading, named), new KustomizedSource(input.objects()));
        }
        return reading.findings().isEmpty() ? 1 : 0;
    }

    private String reportLog(LogReading reading, List<Explanation> named) {
        if (format == Format.json) {
            Map<String, Object> object = reading.json();
            object.put("pods", JsonReport.objects(named));
            return Json.write(object);
        }
        return (LogTextReport.of(reading) + reportNamedPods(named)).stripTrailing();
    }

    private String reportNamedPods(List<Explanation> named) {
        if (paths.isEmpty()) {
            return "";
        }
        if (named.isEmpty()) {
            return "\nThe manifests have no pod that the log names.\n";
        }
        return "\n" + String.join("\n", TextReport.stories(named));
    }

    /** The lines of standard input, of a file of that name, or the text itself. */
    private static Stream<String> readLines(String log) {
        if (log.equals(STANDARD_INPUT)) {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines();
        }
        // A line of a log can hold characters that no path of this system may have.
        return ManifestFiles.path(log)
                .filter(Files::isRegularFile)
                .map(ManifestFiles::content)
                .orElse(log)
                .lines();
    }

    /** All pods, those that need no identity in short; or the pod that the user asks for, in full. */
    private List<Explanation> explainPods(Explainer explainer, Manifests manifests) {
        Stream<Pod> pods = manifests.cluster().pods().stream().filter(this::isAskedFor);
        if (pod == null) {
            return pods.map(each -> explainer.survey(each, request)).toList();
        }
        return pods.map(each -> explainer.explain(each, request)).toList();
    }

    private List<Explanation> explainNamedPods(Manifests manifests, MatchRules rules, LogReading reading) {
        var explainer = new Explainer(manifests, rules, Instant.now());
        return new NamedPods(manifests.cluster())
                .find(reading).stream()
                        .filter(this::isAskedFor)
                        .map(named -> explainer.explain(named, request))
                        .toList();
    }

    /** All objects that refer to an identity; or those of them for which the pod that is asked for gets the token. */
    private List<ReferenceExplanation> explainReferences(Manifests manifests, MatchRules rules) {
        var context = new RuleContext(manifests, rules, AzureFacts.NONE);
        return ReferenceExplanation.all(context, new Explainer(manifests, rules, Instant.now())).stream()
                .filter(explanation -> pod == null || isForPodAskedFor(explanation))
                .toList();
    }

    private boolean isForPodAskedFor(ReferenceExplanation explanation) {
        return explanation.reference().runners().stream().map(PodSource::pod).anyMatch(this::isAskedFor);
    }

    private boolean isAskedFor(Pod candidate) {
        return pod == null || candidate.name().toString().equals(pod);
    }

    private static Explainer newExplainer(Manifests manifests, MatchRules rules, AzureFacts facts) {
        return new Explainer(manifests, rules, Instant.now(), facts);
    }

    private AzureFacts readFacts() {
        if (azure == null) {
            return AzureFacts.NONE;
        }
        try {
            return AzureFacts.readFolder(azure);
        } catch (ManifestException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private static <T> List<T> flatten(List<List<T>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }

    /** @param source where the user has written what kubectl has rendered; the text names those places */
    private void print(String text, KustomizedSource source) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(source.replacePositions(text));
        out.flush();
    }

    /** Reads the manifests, and names on standard error what was skipped or is refused by the API server. */
    private ManifestInput readManifests() throws IOException {
        try {
            ManifestInput input = profile.readToJudge(paths, ManifestInput.standardInput(paths), InputSettings.here());
            var source = new KustomizedSource(input.objects());
            PrintWriter err = spec.commandLine().getErr();
            input.notes(paths).forEach(err::println);
            input.clusters().stream()
                    .flatMap(manifests -> manifests.problems().stream())
                    .filter(Problem::isRefused)
                    .map(problem -> source.replacePositions(problem.toString()))
                    .forEach(err::println);
            err.flush();
            return input;
        } catch (ManifestException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private UnusableInputException nothingToExplain(List<Manifests> clusters) {
        String names = clusters.stream()
                .flatMap(manifests -> manifests.cluster().pods().stream())
                .map(each -> each.name().toString())
                .distinct()
                .collect(Collectors.joining(", "));
        String missing = pod == null ? "The manifests contain no pod" : "There is no pod " + pod;
        String others = names.isEmpty() ? "" : "; the pods are: " + names;
        return new UnusableInputException(spec.commandLine(), missing + others);
    }
}
