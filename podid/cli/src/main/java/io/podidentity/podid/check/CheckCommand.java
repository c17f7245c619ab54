// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.source.KustomizedSource;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.input.ProfileOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        description = "Finds mistakes that will keep pods from their Azure identity, in manifests and, with"
                + " --azure, in what az printed. Starts no server and uses no network; kubectl and helm render what"
                + " must be rendered.",
        footer = {
            "",
            "Examples:",
            "  podid check k8s/",
            "  kubectl get deploy,sa,networkpolicy,azureidentity,azureidentitybinding -A -o yaml | podid check -",
            "  podid check k8s/ --format sarif > podid.sarif",
            "",
            "All rules: https://github.com/pod-identity/pod-identity-java/blob/main/docs/checks.md"
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CheckCommand implements Callable<Integer> {

    private static final int MOST_ROUNDS = 5;

    enum Format {
        text,
        json,
        sarif,
        junit
    }

    enum FailOn {
        error,
        warning
    }

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, folders, or - for standard input.")
    private List<String> paths;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES}. Default: text")
    private Format format;

    @Option(
            names = "--fail-on",
            description = "The lowest severity that makes the exit code 1: ${COMPLETION-CANDIDATES}. Default: error.")
    private @Nullable FailOn failOn;

    @Option(
            names = "--azure",
            paramLabel = "DIR",
            description = "A folder with az's output about identities, federated credentials, roles and the"
                    + " cluster. podid facts prints the commands that fill it.")
    private @Nullable Path azure;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file with settings. Default: .podid.yaml, if it exists.")
    private @Nullable Path config;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "A file with known findings, which are not reported again.")
    private @Nullable Path baseline;

    @Option(names = "--write-baseline", description = "Write today's findings into the file of --baseline.")
    private boolean writeBaseline;

    @Option(
            names = "--write-config",
            description =
                    "Write .podid.yaml, or the file of --config, with the version that the files were read as, and a"
                            + " baseline with today's findings beside it. A file that exists is left as it is.")
    private boolean writeConfig;

    @Option(
            names = "--fix",
            description =
                    "Correct the files where the intended value is certain. Comments and order stay as they" + " are.")
    private boolean fix;

    @Option(
            names = "--rule",
            paramLabel = "RULE",
            description = "Report this rule alone, by its name or the number of its group; can be repeated.")
    private List<String> rules = new ArrayList<>();

    @Option(
            names = "--list-rules",
            help = true,
            description = "Print the group, name, severity and meaning of each rule, and look at no file.")
    private boolean listRules;

    @Mixin
    private final ProfileOptions profile = new ProfileOptions();

    @Spec
    private CommandSpec spec;

    private byte[] standardInput = new byte[0];

    private ManifestInput input;

    @Override
    public Integer call() {
        if (listRules) {
            AllRules.LIST.forEach(this::printRule);
            return 0;
        }
        if (fix && paths.contains(ManifestFiles.STANDARD_INPUT)) {
            throw new ParameterException(spec.commandLine(), "--fix changes files, so it cannot be used with -");
        }
        if (writeBaseline && baseline == null) {
            throw new ParameterException(spec.commandLine(), "--write-baseline needs --baseline FILE");
        }
        rules.stream()
                .filter(rule -> !AllRules.idsAndNames().contains(rule))
                .findFirst()
                .ifPresent(rule -> {
                    throw new ParameterException(spec.commandLine(), "There is no rule " + rule);
                });
        try {
            return run();
        } catch (ManifestException | IOException e) {
            err().println("podid: " + e.getMessage());
            return spec.exitCodeOnInvalidInput();
        }
    }

    private void printRule(About about) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(about.id() + " " + about.rule() + " " + about.severity().id() + ": " + about.line());
        out.flush();
    }

    private int run() throws IOException {
        standardInput = ManifestInput.standardInput(paths);
        // A first run has none, and the file that --config names is the one to be written.
        Settings settings =
                writeConfig ? Settings.NONE : Settings.read(Optional.ofNullable(config), AllRules.idsAndNames());
        AzureFacts facts = Optional.ofNullable(azure)
                .or(() -> settings.path("azure"))
                .map(AzureFacts::readFolder)
                .orElse(AzureFacts.NONE);
        List<RuleContext> clusters = clusters(settings, facts, true);
        Suppressions.Result result = check(clusters, settings);
        // What is set right can show what else is wrong: a field has a value once its name is right.
        for (int round = 0; fix && round < MOST_ROUNDS; round++) {
            List<Path> named = paths.stream().map(Path::of).toList();
            if (!Fixes.make(result.open(), named, err()::println)) {
                break;
            }
            clusters = clusters(settings, facts, false);
            result = check(clusters, settings);
        }
        if (writeConfig) {
            writeConfiguration(result.open());
            return 0;
        }
        if (writeBaseline && baseline != null) {
            Suppressions.writeBaseline(baseline, result.open());
            err().println(result.open().size() + " findings written to " + baseline);
            return 0;
        }
        Severity least = Optional.ofNullable(failOn)
                .map(one -> one == FailOn.warning ? Severity.WARNING : Severity.ERROR)
                .or(settings::failOn)
                .orElse(Severity.ERROR);
        print(result, least);
        if (profile.refusesPartOf(input)) {
            return spec.exitCodeOnInvalidInput();
        }
        return result.open().stream().anyMatch(finding -> finding.isAtLeast(least)) ? 1 : 0;
    }

    private void writeConfiguration(List<Finding> findings) throws IOException {
        Path file = Optional.ofNullable(config).orElse(InputSettings.FILE);
        List<Profile> profiles = input.versions().stream()
                .map(FittingProfile::profile)
                .distinct()
                .toList();
        Optional<Profile> only = profiles.size() == 1 ? Optional.of(profiles.get(0)) : Optional.empty();
        FirstConfiguration.of(file, Optional.ofNullable(baseline)).write(only, findings);
        err().println(findings.size() + " findings are known now; " + file + " is written");
    }

    private Suppressions.Result check(List<RuleContext> clusters, Settings settings) {
        Set<String> known = writeBaseline || writeConfig
                ? Set.of()
                : Optional.ofNullable(baseline)
                        .or(() -> settings.path("baseline"))
                        .map(Suppressions::readBaseline)
                        .orElse(Set.of());
        var source = new KustomizedSource(input.objects());
        var findings = new SharedFindings();
        for (RuleContext cluster : clusters) {
            AllRules.check(cluster, this::isWanted)
                    .forEach(finding -> findings.add(finding, source.find(finding.position())));
        }
        return new Suppressions(input.objects(), settings, known).sift(findings.once());
    }

    private boolean isWanted(About rule) {
        return rules.isEmpty() || rules.stream().anyMatch(rule::isNamed);
    }

    /** Each kustomization and chart is a cluster of its own, since they may be ways to install the same. */
    private List<RuleContext> clusters(Settings settings, AzureFacts facts, boolean notes) {
        input = profile.readToJudge(paths, standardInput, settings.input());
        refuseBroken(input.clusters().get(0).skipped());
        if (notes) {
            input.notes(paths).forEach(err()::println);
            input.versions().stream()
                    .filter(FittingProfile::isGuess)
                    .distinct()
                    .map(one ->
                            "profile " + one.profile().id() + " (" + one.reason() + "); --profile chooses another one")
                    .forEach(err()::println);
        }
        return input.each((one, rules) -> new RuleContext(one, rules, facts, input.missed()));
    }

    private void refuseBroken(List<Skipped> all) {
        for (Skipped skipped : all) {
            boolean inFolder = paths.stream()
                    .anyMatch(path -> skipped.source().startsWith(path) && Files.isDirectory(Path.of(path)));
            if (skipped.isBroken() && !inFolder) {
                throw new ManifestException(skipped.place() + ": " + skipped.reason());
            }
        }
    }

    private void print(Suppressions.Result result, Severity least) {
        String text = switch (format) {
            case text -> TextFindings.of(result.open(), result.suppressed().size(), input.summary());
            case json -> JsonFindings.of(result.open(), input.missed()) + "\n";
            case sarif ->
                SarifLog.of(version(), AllRules.LIST, result.open(), result.suppressed(), input.missed()) + "\n";
            case junit ->
                JunitXml.of(
                        input.objects().stream()
                                .map(manifest -> manifest.content().position().file())
                                .distinct()
                                .toList(),
                        result.open(),
                        result.suppressed(),
                        input.missed(),
                        least);
        };
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private static String version() {
        return Optional.ofNullable(CheckCommand.class.getPackage().getImplementationVersion())
                .orElse("unreleased");
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
