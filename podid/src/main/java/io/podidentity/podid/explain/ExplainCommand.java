package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.podid.input.ProfileOptions;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
        Manifests manifests = read();
        PrintWriter err = spec.commandLine().getErr();
        // The others are part of the explanations.
        manifests.problems().stream().filter(Problem::isFatal).forEach(err::println);
        var explainer = new Explainer(manifests, profile.rules(manifests.cluster()), Instant.now());
        List<Explanation> explanations = pods(manifests).stream()
                .map(one -> explainer.explain(one, request))
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                format == Format.json
                        ? JsonReport.of(explanations)
                        : explanations.stream().map(TextReport::of).collect(Collectors.joining("\n")));
        out.flush();
        return explanations.stream().anyMatch(one -> one.outcome() == Explanation.Outcome.NONE) ? 1 : 0;
    }

    private Manifests read() {
        try {
            return profile.read(paths, System.in);
        } catch (ManifestException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private List<Pod> pods(Manifests manifests) {
        List<Pod> all = manifests.cluster().pods();
        List<Pod> found = all.stream()
                .filter(one -> pod == null || one.name().toString().equals(pod))
                .toList();
        if (found.isEmpty()) {
            String names = all.stream().map(one -> one.name().toString()).collect(Collectors.joining(", "));
            throw new ParameterException(
                    spec.commandLine(),
                    (pod == null ? "The manifests contain no pod" : "There is no pod " + pod)
                            + (names.isEmpty() ? "" : "; the pods are: " + names));
        }
        return found;
    }
}
