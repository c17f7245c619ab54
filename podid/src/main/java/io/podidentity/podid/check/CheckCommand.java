package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.report.JsonFindings;
import io.podidentity.podid.check.report.TextFindings;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Scene;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rules.AllRules;
import io.podidentity.podid.input.ProfileOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Exit code 0 if nothing is found, 1 if something is that is bad enough, 2 for input that cannot be used. */
@Command(
        name = "check",
        description = "Finds what will keep pods from their Azure identity, in manifests. Starts nothing.",
        mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {

    enum Format {
        text,
        json
    }

    enum FailOn {
        error,
        warning
    }

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, folders, or - for standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<String> paths;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Format format;

    @Option(
            names = "--fail-on",
            defaultValue = "error",
            description = "The least severity that makes the exit code 1: ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private FailOn failOn;

    @Mixin
    private final ProfileOptions profile = new ProfileOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Finding> findings;
        try {
            findings = findings();
        } catch (ManifestException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(format == Format.json ? JsonFindings.of(findings) + "\n" : TextFindings.of(findings));
        out.flush();
        Severity least = failOn == FailOn.warning ? Severity.WARNING : Severity.ERROR;
        return findings.stream().anyMatch(finding -> finding.severity().compareTo(least) >= 0) ? 1 : 0;
    }

    private List<Finding> findings() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        var input = new CheckedInput(paths, System.in);
        input.notes().forEach(err::println);
        Manifests manifests = input.read(profile.asked().orElse(Profile.V1_8_17));
        if (profile.asked().isEmpty()) {
            FittingProfile fitting = FittingProfile.of(manifests.objects());
            err.println("profile " + fitting.profile().id() + " (" + fitting.reason()
                    + "); another one is chosen by --profile");
            manifests = fitting.profile() == Profile.V1_8_17 ? manifests : input.read(fitting.profile());
            return Checker.check(
                    new Scene(manifests, profile.rules(fitting.profile()), AzureFacts.NONE), AllRules.LIST);
        }
        return Checker.check(new Scene(manifests, profile.rules(manifests.cluster()), AzureFacts.NONE), AllRules.LIST);
    }
}
