// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ProfileOptions;
import io.podidentity.podid.input.UnusableInputException;
import io.podidentity.podid.migrate.Planner.Wish;
import java.io.IOException;
import java.io.PrintWriter;
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
        boolean fromInput = paths.contains(ManifestFiles.STANDARD_INPUT);
        if (inPlace && fromInput) {
            throw new ParameterException(spec.commandLine(), "--in-place changes files, so it cannot be used with -");
        }
        if (Files.exists(output) && !Files.isDirectory(output)) {
            throw new UnusableInputException(spec.commandLine(), output + " is a file; -o names a folder");
        }
        String standardInput = fromInput ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : "";
        try (Stage stage = Stage.create()) {
            recover(Files.getOwner(stage.path()));
            var wish = new Wish(
                    paths,
                    standardInput,
                    profile,
                    InputSettings.here(),
                    choices,
                    inPlace,
                    keep,
                    proxySidecar,
                    identityBinding);
            return run(wish, stage);
        } catch (ManifestException | IOException e) {
            throw new UnusableInputException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    /** Undoes what an earlier run has begun, and refuses a folder with other files than such a run's. */
    private void recover(UserPrincipal me) throws IOException {
        boolean begun = false;
        for (Path folder : placesOfJournals()) {
            Optional<String> found = Journal.recover(folder, me);
            found.ifPresent(note -> spec.commandLine().getErr().println("podid: " + note));
            begun |= found.isPresent();
        }
        Set<String> known = begun ? Set.of(SCRIPT, REPORT) : Set.of();
        if (begun && Files.isDirectory(output)) {
            WritableFolder.of(output).removeLeftovers(output.resolve(SCRIPT));
            WritableFolder.of(output).removeLeftovers(output.resolve(REPORT));
        }
        if (!force && !known.containsAll(namesIn(output))) {
            throw new UnusableInputException(
                    spec.commandLine(), "The folder " + output + " has files; name another one, or add --force");
        }
    }

    /**
     * Its own folder, and all around the files, since the journal of another run stands where its files have their
     * root.
     */
    private Set<Path> placesOfJournals() {
        var places = new LinkedHashSet<Path>(List.of(output));
        for (String path : paths) {
            if (!path.equals(ManifestFiles.STANDARD_INPUT)) {
                Stream.iterate(Path.of(path).toAbsolutePath().normalize(), Objects::nonNull, Path::getParent)
                        .forEach(places::add);
            }
        }
        return places;
    }

    private static Set<String> namesIn(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return Set.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet());
        }
    }

    private int run(Wish wish, Stage stage) throws IOException {
        Migration migration = Migration.run(wish, stage);
        if (inPlace && migration.hasOwned()) {
            throw new UnusableInputException(
                    spec.commandLine(),
                    "The files contain what controllers make, such as the pods of a Deployment; so --in-place would"
                            + " remove objects. Write to a folder instead");
        }
        if (profile.isStrict() && !migration.missed().isEmpty()) {
            return refuse(migration);
        }
        if (migration.outcomes().isEmpty() && !migration.asks().isEmpty()) {
            print(migration);
            return 1;
        }
        if (migration.outcomes().isEmpty()) {
            throw new UnusableInputException(
                    spec.commandLine(),
                    "Nothing to migrate: no pod in " + String.join(", ", paths)
                            + " gets an identity by the label aadpodidbinding. podid explain says why. Was the spelling of a"
                            + " version before 1.6.0 meant, such as ResourceID, add --profile 1.5.4");
        }
        if (migration.isSafe()) {
            finish(migration, stage);
        }
        print(migration);
        return migration.isSafe() && migration.isGood() ? 0 : 1;
    }

    private int refuse(Migration migration) {
        PrintWriter out = spec.commandLine().getOut();
        migration.missed().forEach(missed -> print(out, "unread " + missed));
        out.println("Nothing is written: with --strict all of the input must be looked at");
        out.flush();
        return spec.exitCodeOnInvalidInput();
    }

    private void finish(Migration migration, Stage stage) throws IOException {
        List<FileChange> changes = changes(migration, stage);
        boolean isNew = Files.notExists(output);
        Files.createDirectories(output);
        try (Journal journal = Journal.begin(inPlace ? migration.root() : output, output, changes)) {
            journal.make();
        } catch (IOException e) {
            if (isNew && namesIn(output).isEmpty()) {
                Files.delete(output);
            }
            throw new IOException(
                    Stream.concat(Stream.of(e), Stream.of(e.getSuppressed()))
                            .map(Throwable::getMessage)
                            .collect(Collectors.joining(". ")),
                    e);
        }
    }

    /** The script and the report come first: whatever ends this run, they are there for the files that are changed. */
    private List<FileChange> changes(Migration migration, Stage stage) throws IOException {
        Path script = stage.writeDocument(SCRIPT, AzureScript.of(migration.plans(), identityBinding));
        script.toFile().setExecutable(true);
        Path report = stage.writeDocument(REPORT, migration.shown(MoveReport.of(migration)));
        var changes = new LinkedHashMap<Path, FileChange>();
        changes.put(output.resolve(SCRIPT), FileChange.write(output.resolve(SCRIPT), script));
        changes.put(output.resolve(REPORT), FileChange.write(output.resolve(REPORT), report));
        if (inPlace) {
            migration.changesInPlace().forEach(change -> changes.put(change.file(), change));
            return List.copyOf(changes.values());
        }
        for (Path file : stage.files()) {
            Path target = output.resolve(stage.path().relativize(file));
            changes.putIfAbsent(target, FileChange.write(target, file));
        }
        return List.copyOf(changes.values());
    }

    private void print(Migration migration) {
        PrintWriter out = spec.commandLine().getOut();
        migration.outcomes().forEach(outcome -> print(out, outcome.line()));
        for (MovePlan plan : migration.plans()) {
            plan.stays().forEach((pod, why) -> print(out, "left   " + pod + migration.place(plan) + ": " + why));
        }
        migration.asks().forEach(what -> print(out, "ask    " + what));
        if (migration.outcomes().isEmpty()) {
            out.println("Nothing is written: no pod can be moved before the lines above are done");
        } else if (!migration.isSafe()) {
            migration.obstacles().forEach(what -> print(out, "refuse " + what));
            migration.outcomes().stream()
                    // A change by hand that another line asks for is what the token lacks.
                    .filter(outcome -> !migration
                            .changes()
                            .isByHand(outcome.move().source().object()))
                    .flatMap(outcome -> outcome.remedies().stream())
                    .forEach(what -> print(out, "do     " + migration.shown(what)));
            MoveReport.decisions(migration).forEach(what -> print(out, "do     " + migration.shown(what)));
            out.println("Nothing is written: all of it must render, and each pod keep its own identity and start. Do or"
                    + " decide what the lines above say, and run this again");
        } else {
            migration.pending().forEach(what -> print(out, "do     " + what));
            migration.changes().byHand().forEach(what -> print(out, "do     " + migration.shown(what)));
            out.println(
                    "Wrote " + output + ". Read " + output.resolve(REPORT) + ", then run " + output.resolve(SCRIPT));
        }
        out.flush();
    }

    /** In one line, since a value of a manifest may have line breaks. */
    private static void print(PrintWriter out, String line) {
        out.println(line.replaceAll("\\R", " "));
    }
}
