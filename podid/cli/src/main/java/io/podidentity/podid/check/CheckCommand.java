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

/**
 * The command {@code check}. Its exit code is 0 if nothing is found, 1 if something is found that is bad enough, and
 * 2 for input that cannot be used.
 */
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

    /** Enough for the mistakes that a mistake can hide, and an end in case a correction brings its opposite. */
    private static final int MAX_ROUNDS = 5;

    /** In lower case, as the enum below, since picocli takes and shows the constants as they are. */
    enum Format {
        text,
        json,
        sarif,
        junit
    }

    enum FailOn {
        error(Severity.ERROR),
        warning(Severity.WARNING);

        private final Severity severity;

        FailOn(Severity severity) {
            this.severity = severity;
        }

        Severity severity() {
            return severity;
        }
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

    /** What was read, and what of the findings in it is reported. */
    private record Checked(ManifestInput input, Suppressions.Result result) {}

    @Override
    public Integer call() {
        if (listRules) {
            AllRules.LIST.forEach(this::printRule);
            return 0;
        }
        requireUsableOptions();
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

    private void requireUsableOptions() {
        if (fix && paths.contains(ManifestFiles.STANDARD_INPUT)) {
            throw new ParameterException(spec.commandLine(), "--fix changes files, so it cannot be used with -");
        }
        if (writeBaseline && baseline == null) {
            throw new ParameterException(spec.commandLine(), "--write-baseline needs --baseline FILE");
        }
        for (String rule : rules) {
            if (!AllRules.idsAndNames().contains(rule)) {
                throw new ParameterException(spec.commandLine(), "There is no rule " + rule);
            }
        }
    }

    private int run() throws IOException {
        byte[] standardInput = ManifestInput.standardInput(paths);
        Settings settings = readSettings();
        AzureFacts facts = readFacts(settings);
        ManifestInput input = readInput(standardInput, settings);
        printNotes(input);
        var checked = new Checked(input, check(input, settings, facts));
        if (fix) {
            checked = fixFiles(checked, settings, facts);
        }
        if (writeConfig) {
            writeConfiguration(checked);
            return 0;
        }
        if (writeBaseline && baseline != null) {
            List<Finding> open = checked.result().open();
            Suppressions.writeBaseline(baseline, open);
            err().println(open.size() + " findings written to " + baseline);
            return 0;
        }
        return report(checked, leastFailing(settings));
    }

    /** A first run has no settings: the file that {@code --config} names then is the one to be written. */
    private Settings readSettings() {
        if (writeConfig) {
            return Settings.NONE;
        }
        return Settings.read(Optional.ofNullable(config), AllRules.idsAndNames());
    }

    private AzureFacts readFacts(Settings settings) {
        return Optional.ofNullable(azure)
                .or(() -> settings.path("azure"))
                .map(AzureFacts::readFolder)
                .orElse(AzureFacts.NONE);
    }

    private ManifestInput readInput(byte[] standardInput, Settings settings) {
        ManifestInput input = profile.readToJudge(paths, standardInput, settings.input());
        refuseBroken(input.clusters().get(0).skipped());
        return input;
    }

    /** A folder may hold broken files that are none of ours, but a file that the user names must be readable. */
    private void refuseBroken(List<Skipped> all) {
        for (Skipped skipped : all) {
            if (skipped.isBroken() && !isInNamedFolder(skipped)) {
                throw new ManifestException(skipped.place() + ": " + skipped.reason());
            }
        }
    }

    private boolean isInNamedFolder(Skipped skipped) {
        return paths.stream()
                .filter(path -> skipped.source().startsWith(path))
                .map(Path::of)
                .anyMatch(Files::isDirectory);
    }

    private void printNotes(ManifestInput input) {
        input.notes(paths).forEach(err()::println);
        input.versions().stream()
                .filter(FittingProfile::isGuess)
                .distinct()
                .map(version -> "profile " + version.profile().id() + " (" + version.reason()
                        + "); --profile chooses another one")
                .forEach(err()::println);
    }

    /** Each kustomization and chart is a cluster of its own, since they may be ways to install the same. */
    private Suppressions.Result check(ManifestInput input, Settings settings, AzureFacts facts) {
        List<Skipped> missed = input.missed();
        List<RuleContext> clusters =
                input.each((manifests, matching) -> new RuleContext(manifests, matching, facts, missed));
        Set<String> known = readKnownFindings(settings);
        var source = new KustomizedSource(input.objects());
        var findings = new SharedFindings();
        for (RuleContext cluster : clusters) {
            for (Finding finding : AllRules.check(cluster, this::isWanted)) {
                findings.add(finding, source.find(finding.position()));
            }
        }
        return new Suppressions(input.objects(), settings, known).sift(findings.once());
    }

    /** The fingerprints of the baseline; none where a baseline is to be written, which then has all findings. */
    private Set<String> readKnownFindings(Settings settings) {
        if (writeBaseline || writeConfig) {
            return Set.of();
        }
        return Optional.ofNullable(baseline)
                .or(() -> settings.path("baseline"))
                .map(Suppressions::readBaseline)
                .orElse(Set.of());
    }

    private boolean isWanted(About rule) {
        return rules.isEmpty() || rules.stream().anyMatch(rule::isNamed);
    }

    /**
     * Corrects files until nothing is left to correct. What is set right can show what else is wrong: a field has a
     * value once its name is right.
     */
    private Checked fixFiles(Checked first, Settings settings, AzureFacts facts) throws IOException {
        List<Path> named = paths.stream().map(Path::of).toList();
        Checked checked = first;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (!Fixes.apply(checked.result().open(), named, err()::println)) {
                return checked;
            }
            ManifestInput input = readInput(new byte[0], settings);
            checked = new Checked(input, check(input, settings, facts));
        }
        return checked;
    }

    private void writeConfiguration(Checked checked) throws IOException {
        Path file = Optional.ofNullable(config).orElse(InputSettings.FILE);
        List<Profile> profiles = checked.input().versions().stream()
                .map(FittingProfile::profile)
                .distinct()
                .toList();
        Optional<Profile> only = profiles.size() == 1 ? Optional.of(profiles.get(0)) : Optional.empty();
        List<Finding> findings = checked.result().open();
        FirstConfiguration.of(file, Optional.ofNullable(baseline)).write(only, findings);
        err().println(findings.size() + " findings are known now; " + file + " is written");
    }

    private Severity leastFailing(Settings settings) {
        return Optional.ofNullable(failOn)
                .map(FailOn::severity)
                .or(settings::failOn)
                .orElse(Severity.ERROR);
    }

    /** Prints the findings, and returns the exit code. */
    private int report(Checked checked, Severity leastFailing) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(format(checked, leastFailing));
        out.flush();
        if (profile.refusesPartOf(checked.input())) {
            return spec.exitCodeOnInvalidInput();
        }
        return checked.result().open().stream().anyMatch(finding -> finding.isAtLeast(leastFailing)) ? 1 : 0;
    }

    private String format(Checked checked, Severity leastFailing) {
        ManifestInput input = checked.input();
        List<Finding> open = checked.result().open();
        List<Suppressions.Suppressed> suppressed = checked.result().suppressed();
        return switch (format) {
            case text -> TextFindings.of(open, suppressed.size(), input.summary());
            case json -> JsonFindings.of(open, input.missed()) + "\n";
            case sarif -> SarifLog.of(version(), AllRules.LIST, open, suppressed, input.missed()) + "\n";
            case junit -> JunitXml.of(files(input), open, suppressed, input.missed(), leastFailing);
        };
    }

    private static List<String> files(ManifestInput input) {
        return input.objects().stream()
                .map(manifest -> manifest.content().position().file())
                .distinct()
                .toList();
    }

    /** As the jar's manifest has it; there is none where the classes are in a folder. */
    private static String version() {
        return Optional.ofNullable(CheckCommand.class.getPackage().getImplementationVersion())
                .orElse("unreleased");
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
