// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ProfileOptions;
import io.podidentity.podid.input.UnusableInputException;
import io.podidentity.podid.migrate.stage.FileChange;
import io.podidentity.podid.migrate.stage.Journal;
import io.podidentity.podid.migrate.stage.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Exit code 0 if each pod that had a token gets the same one, 1 if one does not, 2 for input that cannot be used, or
 * with --strict was not looked at.
 */
@Command(
        name = "migrate",
        description = "Moves manifests from aad-pod-identity to workload identity. Writes the changed files,"
                + " the az commands and a report, and replays each pod's request before and after the"
                + " change.",
        footer = {
            "",
            "Examples:",
            "  podid migrate k8s/ -o migrated",
            "  kubectl get deploy,sa,rolebinding,azureidentity,azureidentitybinding -A -o yaml | podid migrate - -o"
                    + " out",
            "  podid migrate k8s/ -o out --identity shop/web=CLIENT-ID",
            "",
            "More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/migrate.md"
        },
        mixinStandardHelpOptions = true)
public final class MigrateCommand implements Callable<Integer> {

    static final String SCRIPT = "azure.sh";
    static final String REPORT = "REPORT.md";

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, folders, or - for standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<String> paths;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "The folder for the changed files, " + SCRIPT + " and " + REPORT + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path output;

    @Option(
            names = "--force",
            description = "Write into DIR even if it has files. Files of the same names are replaced.")
    private boolean force;

    @Option(names = "--in-place", description = "Change the files themselves. DIR gets the script and the report.")
    private boolean inPlace;

    @Option(
            names = "--keep-pod-identity",
            description = "Keep the label aadpodidbinding and the objects of pod identity, for a time in which"
                    + " both run.")
    private boolean keep;

    @Option(
            names = "--proxy-sidecar",
            description = "Give pods the sidecar that answers like the metadata service, for libraries that do not"
                    + " know workload identity.")
    private boolean proxySidecar;

    @Option(
            names = "--identity-binding",
            description = "Let the pods use identity bindings of AKS in place of a federated credential for each"
                    + " account. One binding serves all clusters and accounts of an identity. Writes the roles"
                    + " that this needs.")
    private boolean identityBinding;

    @Option(
            names = "--identity",
            paramLabel = "NAMESPACE/NAME=CLIENT-ID",
            description = "The identity that a pod or workload with several identities uses by default. May be"
                    + " given more than once.")
    private final Map<String, String> choices = new LinkedHashMap<>();

    @Mixin
    private final ProfileOptions profile = new ProfileOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        boolean readsStandardInput = paths.contains(ManifestFiles.STANDARD_INPUT);
        if (inPlace && readsStandardInput) {
            throw new ParameterException(spec.commandLine(), "--in-place changes files, so it cannot be used with -");
        }
        if (Files.exists(output) && !Files.isDirectory(output)) {
            throw new UnusableInputException(spec.commandLine(), output + " is a file; -o names a folder");
        }
        String standardInput = readsStandardInput ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : "";
        try (Stage stage = Stage.create()) {
            boolean hasRecovered = recoverEarlierRun(Files.getOwner(stage.path()));
            requireUsableOutput(hasRecovered);
            return migrate(readSettings(standardInput), stage);
        } catch (ManifestException | IOException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private MigrationSettings readSettings(String standardInput) {
        return new MigrationSettings(
                paths,
                standardInput,
                profile,
                InputSettings.here(),
                choices,
                inPlace,
                keep,
                proxySidecar,
                identityBinding);
    }

    /**
     * Undoes what an earlier run has begun and was ended.
     *
     * @return whether there was such a run
     */
    private boolean recoverEarlierRun(UserPrincipal me) throws IOException {
        boolean hasRecovered = false;
        for (Path folder : listPlacesOfJournals()) {
            Optional<String> note = Journal.recover(folder, me);
            if (note.isPresent()) {
                spec.commandLine().getErr().println("podid: " + note.get());
                hasRecovered = true;
            }
        }
        if (hasRecovered && Files.isDirectory(output)) {
            WritableFolder.of(output).removeLeftovers(output.resolve(SCRIPT));
            WritableFolder.of(output).removeLeftovers(output.resolve(REPORT));
        }
        return hasRecovered;
    }

    /** Refuses a folder with files, other than those that a recovered run has left there. */
    private void requireUsableOutput(boolean hasRecovered) throws IOException {
        Set<String> expected = hasRecovered ? Set.of(SCRIPT, REPORT) : Set.of();
        if (!force && !expected.containsAll(listNames(output))) {
            throw new UnusableInputException(
                    spec.commandLine(), "The folder " + output + " has files; name another one, or add --force");
        }
    }

    /**
     * Lists the output, and all folders around the files: the journal of another run stands where that run's files have
     * their root.
     */
    private Set<Path> listPlacesOfJournals() {
        var places = new LinkedHashSet<Path>(List.of(output));
        for (String path : paths) {
            if (!path.equals(ManifestFiles.STANDARD_INPUT)) {
                Stream.iterate(Path.of(path).toAbsolutePath().normalize(), Objects::nonNull, Path::getParent)
                        .forEach(places::add);
            }
        }
        return places;
    }

    private static Set<String> listNames(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return Set.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet());
        }
    }

    /** Writes the files only if the proof holds, and returns the exit code. */
    private int migrate(MigrationSettings settings, Stage stage) throws IOException {
        Migration migration = Migration.run(settings, stage);
        if (inPlace && migration.leavesOutMadeByControllers()) {
            throw new UnusableInputException(
                    spec.commandLine(),
                    "The files contain what controllers make, such as the pods of a Deployment; so --in-place would"
                            + " remove objects. Write to a folder instead");
        }
        var printer = new MigrationPrinter(migration, spec.commandLine().getOut());
        if (profile.isStrict() && !migration.missed().isEmpty()) {
            printer.printMissed();
            return spec.exitCodeOnInvalidInput();
        }
        if (migration.outcomes().isEmpty()) {
            requireAsks(migration);
            printer.printNothingMoved();
            return 1;
        }
        if (!migration.isSafe()) {
            printer.printRefusal();
            return 1;
        }
        writeFiles(migration, stage);
        printer.printWritten(output);
        return migration.isFinished() ? 0 : 1;
    }

    /** Refuses files without pod identity, for which a run that succeeds would say that all is done. */
    private void requireAsks(Migration migration) {
        if (migration.asks().isEmpty()) {
            throw new UnusableInputException(
                    spec.commandLine(),
                    "Nothing to migrate: no pod in " + String.join(", ", paths)
                            + " gets an identity by the label aadpodidbinding. podid explain says why. Was the spelling of a"
                            + " version before 1.6.0 meant, such as ResourceID, add --profile 1.5.4");
        }
    }

    private void writeFiles(Migration migration, Stage stage) throws IOException {
        List<FileChange> changes = listChanges(migration, stage);
        boolean isNew = Files.notExists(output);
        Files.createDirectories(output);
        try (Journal journal = Journal.begin(inPlace ? migration.root() : output, output, changes)) {
            journal.makeChanges();
        } catch (IOException e) {
            if (isNew && listNames(output).isEmpty()) {
                Files.delete(output);
            }
            throw new IOException(joinMessages(e), e);
        }
    }

    /** Closing the journal may have failed too. Its message then says what is left of the changes. */
    private static String joinMessages(IOException failure) {
        return Stream.concat(Stream.of(failure), Stream.of(failure.getSuppressed()))
                .map(Throwable::getMessage)
                .collect(Collectors.joining(". "));
    }

    /** The script and the report come first: whatever ends this run, they are there for the files that are changed. */
    private List<FileChange> listChanges(Migration migration, Stage stage) throws IOException {
        Path script = stage.writeDocument(SCRIPT, AzureScript.write(migration.plans(), identityBinding));
        script.toFile().setExecutable(true);
        Path report = stage.writeDocument(REPORT, migration.hideStage(MoveReport.write(migration)));
        var changes = new LinkedHashMap<Path, FileChange>();
        changes.put(output.resolve(SCRIPT), FileChange.write(output.resolve(SCRIPT), script));
        changes.put(output.resolve(REPORT), FileChange.write(output.resolve(REPORT), report));
        if (inPlace) {
            migration.changesInPlace().forEach(change -> changes.put(change.file(), change));
            return List.copyOf(changes.values());
        }
        for (Path file : stage.listFiles()) {
            Path target = output.resolve(stage.path().relativize(file));
            changes.putIfAbsent(target, FileChange.write(target, file));
        }
        return List.copyOf(changes.values());
    }
}
