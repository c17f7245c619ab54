package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.migrate.Planner.Wish;
import io.podidentity.podid.migrate.Proof.Outcome;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One run: reads, plans, changes, writes into a stage, and proves. Not thread-safe. */
final class Migration {

    private final Wish wish;
    private final OutputFolder stage;
    private final Sources sources;
    private final FittingProfile version;
    private final List<List<MovePlan>> clusters;

    private final List<MovePlan> plans;
    private final SourceChanges changes;
    private final Map<String, String> roles;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();
    private final Map<Path, Path> changed = new LinkedHashMap<>();

    /**
     * What is read.
     *
     * @param roots the paths of the user, and then each other kustomization that is made of the same files
     * @param scratch where what the user named was copied to without what controllers make; empty if it was not
     */
    private record Sources(SourceTree tree, List<List<String>> roots, String input, String scratch) {

        List<ManifestInput> read(Wish wish) {
            var all = new ArrayList<ManifestInput>();
            for (List<String> root : roots) {
                try {
                    ManifestInput read = wish.profile()
                            .readToJudge(
                                    root,
                                    input.getBytes(StandardCharsets.UTF_8),
                                    all.stream()
                                            .findFirst()
                                            .map(one -> one.versions().get(0))
                                            .or(FittingProfile::configuredHere));
                    refuseBroken(read.clusters().get(0));
                    all.add(read);
                } catch (ManifestException e) {
                    throw all.isEmpty()
                            ? e
                            : new ManifestException(
                                    e.getMessage() + ". Nothing is changed, since it is made of files that would be");
                }
            }
            return all;
        }

        private static void refuseBroken(Manifests manifests) {
            manifests.skipped().stream().filter(Skipped::isBroken).findFirst().ifPresent(broken -> {
                throw new ManifestException(broken + ". Nothing is changed as long as a file cannot be read");
            });
        }

        Sources with(List<Path> more) {
            var all = new ArrayList<>(roots);
            more.forEach(folder -> all.add(List.of(SourceTree.relative(folder).toString())));
            return new Sources(
                    SourceTree.read(all.stream().flatMap(List::stream).toList(), input), all, input, scratch);
        }
    }

    private Migration(Wish wish, OutputFolder stage, Sources sources) {
        this.wish = wish;
        this.stage = stage;
        this.sources = sources;
        List<ManifestInput> read = sources.read(wish);
        this.version = read.get(0).versions().get(0);
        this.clusters = read.stream()
                .map(one -> one.each((manifests, rules) -> new RuleContext(manifests, rules, AzureFacts.NONE)).stream()
                        .map(context -> new Planner(context, wish).plan())
                        .toList())
                .toList();
        this.plans = clusters.stream().flatMap(List::stream).toList();
        this.changes = new SourceChanges(sources.tree(), plans, wish);
        this.roles = wish.identityBinding() ? BindingRoles.files(plans) : Map.of();
        changes.make();
    }

    /** Does all of it but the report and the script. */
    static Migration run(Wish wish, OutputFolder stage) throws IOException {
        Sources sources = sources(wish, stage);
        while (true) {
            var migration = new Migration(wish, stage, sources);
            List<Path> others = migration.others();
            if (others.isEmpty()) {
                migration.write();
                migration.prove();
                return migration;
            }
            sources = sources.with(others);
        }
    }

    private static Sources sources(Wish wish, OutputFolder stage) throws IOException {
        SourceTree tree = SourceTree.read(wish.paths(), wish.standardInput());
        List<SourceObject> owned = owned(tree);
        if (owned.isEmpty()) {
            return new Sources(tree, List.of(wish.paths()), wish.standardInput(), "");
        }
        // What controllers make follows from what they make it of, so it is left out before anything is decided.
        SourceObject.removeAll(owned);
        Path before = stage.scratch("before");
        write(tree, Set.of(), before, stage);
        List<String> paths =
                wish.paths().stream().map(path -> tree.pathIn(before, path)).toList();
        return new Sources(SourceTree.read(paths, ""), List.of(paths), "", before + "/");
    }

    /** Kustomizations that are made of a changed file, and are not among what is read. */
    private List<Path> others() {
        SourceTree tree = sources.tree();
        Set<SourceText> emptied = changes.emptied();
        Set<Path> touched = tree.texts().values().stream()
                .filter(text -> text.isChanged() || emptied.contains(text))
                .map(SourceText::file)
                .collect(Collectors.toSet());
        return hasOwned() ? List.of() : tree.othersOf(touched);
    }

    /** Pods, ReplicaSets and Jobs whose Deployment or CronJob is there too. */
    private static List<SourceObject> owned(SourceTree tree) {
        Set<String> present = new LinkedHashSet<>();
        tree.objects().forEach(one -> present.add(one.kind() + " " + one.namespace() + " " + one.name()));
        return tree.objects().stream()
                .filter(one -> one.owner()
                        .filter(owner -> makers(owner.get(0), owner.get(1)).stream()
                                .anyMatch(maker ->
                                        present.contains(maker.replaceFirst(" ", " " + one.namespace() + " "))))
                        .isPresent())
                .toList();
    }

    private static List<String> makers(String kind, String name) {
        int dash = name.lastIndexOf('-');
        String above = kind.equals("ReplicaSet") ? "Deployment" : kind.equals("Job") ? "CronJob" : "";
        return above.isEmpty() || dash < 1
                ? List.of(kind + " " + name)
                : List.of(kind + " " + name, above + " " + name.substring(0, dash));
    }

    private void write() throws IOException {
        changed.putAll(write(sources.tree(), changes.emptied(), stage.path(), stage));
        if (!changes.newAccounts().isEmpty()) {
            added(SourceChanges.ACCOUNTS_FILE, changes.newAccounts());
        }
        for (Map.Entry<String, String> file : roles.entrySet()) {
            added(file.getKey(), file.getValue());
        }
    }

    private void added(String name, String text) throws IOException {
        stage.write(name, text, null);
        changed.put(stage.path().resolve(name), sources.tree().root().resolve(name));
    }

    private static Map<Path, Path> write(SourceTree tree, Set<SourceText> without, Path to, OutputFolder stage)
            throws IOException {
        var written = new LinkedHashMap<Path, Path>();
        for (Map.Entry<Path, SourceText> one : tree.texts().entrySet()) {
            SourceText text = one.getValue();
            if (without.contains(text)) {
                continue;
            }
            Path file = to.resolve(one.getKey().toString());
            stage.write(file.toString(), text.edited(), Path.of(text.name()));
            if (text.isChanged()) {
                written.put(file, tree.root().resolve(one.getKey()));
            }
        }
        for (Path other : tree.others()) {
            stage.copy(tree.root().resolve(other), to.resolve(other.toString()).toString());
        }
        return written;
    }

    private void prove() {
        for (int i = 0; i < clusters.size(); i++) {
            List<MovePlan> before = clusters.get(i);
            List<Manifests> after = after(sources.roots().get(i), i == 0);
            for (int j = 0; j < before.size(); j++) {
                MovePlan plan = before.get(j);
                // A cluster of which nothing is left has no other's place.
                Optional<Manifests> its = after.size() == before.size()
                        ? Optional.of(after.get(j))
                        : after.stream().findFirst();
                var proof = new Proof(plan, its, plans.size() > 1 ? plan.environment() : "");
                outcomes.addAll(proof.outcomes());
                obstacles.addAll(proof.obstacles(changes.leftovers(plan)));
                pending.addAll(proof.pending());
            }
        }
    }

    private List<Manifests> after(List<String> root, boolean isFirst) {
        List<String> paths = root.stream()
                .map(path -> sources.tree().pathIn(stage.path(), path))
                .collect(Collectors.toCollection(ArrayList::new));
        if (isFirst && !changes.newAccounts().isEmpty()) {
            paths.add(stage.path().resolve(SourceChanges.ACCOUNTS_FILE).toString());
        }
        // Of a chart alone nothing is written.
        paths.removeIf(path -> !Files.exists(Path.of(path))
                || ManifestFiles.below(Path.of(path)).noneMatch(Files::isRegularFile));
        try {
            List<Manifests> after = wish.profile().read(Profile.WORKLOAD_IDENTITY, paths, new byte[0]);
            after.get(0).skipped().stream()
                    .filter(Skipped::isBroken)
                    .map(Skipped::toString)
                    .forEach(obstacles::add);
            return after;
        } catch (ManifestException e) {
            obstacles.add(e.getMessage());
            return List.of();
        }
    }

    Wish wish() {
        return wish;
    }

    String version() {
        return version.profile().id() + " (" + version.reason() + ")";
    }

    List<MovePlan> plans() {
        return plans;
    }

    SourceChanges changes() {
        return changes;
    }

    Set<String> roles() {
        return roles.keySet();
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    List<String> emptied() {
        return changes.emptied().stream().map(SourceText::name).map(this::shown).toList();
    }

    /** The changed files in the stage, and the originals. */
    Map<Path, Path> changed() {
        return changed;
    }

    List<Path> charts() {
        return sources.tree().charts();
    }

    boolean hasOwned() {
        return !sources.scratch().isEmpty();
    }

    List<String> obstacles() {
        return obstacles.stream().distinct().map(this::shown).toList();
    }

    List<String> pending() {
        return pending.stream().distinct().map(this::shown).toList();
    }

    /** Whether what was found may be written: all of it renders, and no pod loses or gains an identity. */
    boolean isSafe() {
        return obstacles.isEmpty() && outcomes.stream().noneMatch(Outcome::isLost);
    }

    boolean isGood() {
        return pending.isEmpty() && outcomes.stream().allMatch(Outcome::isGood);
    }

    /** Without the names of folders that the user has never seen. */
    String shown(String text) {
        String plain = hasOwned() ? text.replace(sources.scratch(), "") : text;
        return plain.replace(stage.path() + "/", "");
    }
}
