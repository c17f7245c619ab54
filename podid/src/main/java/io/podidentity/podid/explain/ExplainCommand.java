package io.podidentity.podid.explain;

import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.podid.input.ProfileOptions;
import io.podidentity.podid.input.UnusableInputException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Exit code 0 if every pod that was asked for gets a token, 1 if one does not, 2 for input that cannot be used. */
@Command(
        name = "explain",
        description = "Says which identity a pod gets and why, or the first reason why not, and what MIC and NMI would"
                + " do and log. Starts nothing.",
        mixinStandardHelpOptions = true)
public final class ExplainCommand implements Callable<Integer> {

    enum Format {
        text,
        json
    }

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, folders, or - for standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<String> paths;

    @Option(names = "--pod", paramLabel = "NAMESPACE/NAME", description = "Default: all pods.")
    private @Nullable String pod;

    @Option(
            names = "--request",
            paramLabel = "QUERY",
            defaultValue = Explainer.DEFAULT_QUERY,
            description = "What the pod asks for, as in the URL. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String request;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Format format;

    @Mixin
    private final ProfileOptions profile = new ProfileOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Manifests> clusters = read();
        PrintWriter err = spec.commandLine().getErr();
        clusters.get(0).skipped().forEach(err::println);
        // The others are part of the explanations.
        clusters.stream()
                .flatMap(manifests -> manifests.problems().stream())
                .filter(Problem::isFatal)
                .forEach(err::println);
        err.flush();
        List<Explanation> explanations =
                clusters.stream().flatMap(this::explanations).toList();
        requireAny(explanations, clusters);
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                format == Format.json
                        ? JsonReport.of(explanations)
                        : explanations.stream().map(TextReport::of).collect(Collectors.joining("\n")));
        out.flush();
        return explanations.stream().anyMatch(one -> one.outcome() == Explanation.Outcome.NONE) ? 1 : 0;
    }

    private List<Manifests> read() {
        try {
            return profile.readApart(paths, System.in);
        } catch (ManifestException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private Stream<Explanation> explanations(Manifests manifests) {
        var explainer = new Explainer(manifests, profile.rules(manifests.cluster()), Instant.now());
        return manifests.cluster().pods().stream()
                .filter(one -> pod == null || one.name().toString().equals(pod))
                .map(one -> pod == null ? explainer.survey(one, request) : explainer.explain(one, request));
    }

    private void requireAny(List<Explanation> explanations, List<Manifests> clusters) {
        if (explanations.isEmpty()) {
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
