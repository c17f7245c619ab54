package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.input.ManifestInput;
import io.podidentity.podid.input.ProfileOptions;
import io.podidentity.podid.migrate.Proof.Outcome;
import io.podidentity.podid.migrate.edit.KustomizationClosure;
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

    private final OutputFolder stage;
    private final Sources sources;
    private final List<MovePlan> plans;
    private final SourceChanges changes;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();
    private final Map<Path, Path> changed = new LinkedHashMap<>();
    /** How many clusters each root of the sources makes. */
    private final List<Integer> sizes;

    private final Map<String, String> roles;
    private final ProfileOptions profile;
    private final FittingProfile version;

    record Wish(
            List<String> paths,
            String standardInput,
            ProfileOptions profile,
            Map<String, String> choices,
            boolean keepsPodIdentity,
            boolean proxySidecar,
            boolean identityBinding) {}

    /**
     * What is read.
     *
     * @param roots the paths of the user, and then each other kustomization that is made of the same files
     * @param scratch where what the user named was copied to without what controllers make; empty if it was not
     */
    private record Sources(SourceTree tree, List<List<String>> roots, String input, String scratch) {

        static Sources of(SourceTree tree, List<String> paths, String input, String scratch) {
            return new Sources(tree, List.of(paths), input, scratch);
        }

        List<ManifestInput> read(ProfileOptions profile) {
            var all = new ArrayList<ManifestInput>();
            for (List<String> root : roots) {
                try {
                    ManifestInput read = profile.readToJudge(
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

        Sources with(List<Path> more) {
            var all = new ArrayList<>(roots);
            more.forEach(folder -> all.add(List.of(SourceTree.relative(folder).toString())));
            return new Sources(
                    SourceTree.read(all.stream().flatMap(List::stream).toList(), input), all, input, scratch);
        }
    }

    private Migration(OutputFolder stage, Sources sources, List<ManifestInput> read, Wish wish) {
        this.stage = stage;
        this.sources = sources;
        this.profile = wish.profile();
        this.version = read.get(0).versions().get(0);
        this.plans = read.stream()
                .flatMap(one ->
                        one.each((manifests, rules) -> new RuleContext(manifests, rules, AzureFacts.NONE)).stream())
                .map(context -> new Planner(context, wish.choices()).plan())
                .toList();
        this.sizes = read.stream().map(one -> one.clusters().size()).toList();
        this.changes = new SourceChanges(
                sources.tree(), plans, wish.keepsPodIdentity(), wish.proxySidecar(), wish.identityBinding());
        this.roles = wish.identityBinding() ? BindingRoles.files(plans) : Map.of();
        changes.make();
    }

    /**
     * Does all of it but the report and the script.
     *
     * @throws ManifestException if the input cannot be used
     * @throws IOException if the stage cannot be written
     */
    static Migration run(Wish wish, OutputFolder stage) throws IOException {
        Sources sources = sources(wish, stage);
        while (true) {
            var migration = new Migration(stage, sources, sources.read(wish.profile()), wish);
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
            return Sources.of(tree, wish.paths(), wish.standardInput(), "");
        }
        // What controllers make follows from what they make it of, so it is left out before anything is decided.
        SourceObject.removeAll(owned);
        Path before = stage.scratch("before");
        write(tree, Set.of(), before, stage);
        List<String> paths =
                wish.paths().stream().map(path -> tree.pathIn(before, path)).toList();
        return Sources.of(SourceTree.read(paths, ""), paths, "", before + "/");
    }

    /** Kustomizations that are made of a changed file, and are not among what is read. */
    private List<Path> others() {
        SourceTree tree = sources.tree();
        Set<Path> touched = tree.texts().values().stream()
                .filter(text -> text.isChanged() || changes.emptied().contains(text))
                .map(text -> Path.of(text.name()).toAbsolutePath().normalize())
                .collect(Collectors.toSet());
        Path repository = KustomizationClosure.repository(tree.root());
        boolean isKnown = tree.hasKustomizations() || Files.exists(repository.resolve(".git"));
        return !isKnown || hasOwned() || touched.isEmpty()
                ? List.of()
                : KustomizationClosure.using(touched, repository).stream()
                        .filter(folder -> !tree.covers(folder))
                        .toList();
    }

    private static void refuseBroken(Manifests manifests) {
        manifests.skipped().stream().filter(one -> one.isBroken()).findFirst().ifPresent(broken -> {
            throw new ManifestException(broken + ". Nothing is changed as long as a file cannot be read");
        });
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
        SourceTree tree = sources.tree();
        changed.putAll(write(tree, changes.emptied(), stage.path(), stage));
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

    /** Where each changed file is now, and where it came from. */
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
        int first = 0;
        for (int i = 0; i < sizes.size(); i++) {
            List<MovePlan> before = plans.subList(first, first + sizes.get(i));
            List<Manifests> after = after(sources.roots().get(i), i == 0);
            for (int j = 0; j < before.size(); j++) {
                MovePlan plan = before.get(j);
                // A cluster of which nothing is left has no other's place.
                Optional<Manifests> its = after.size() == before.size()
                        ? Optional.of(after.get(j))
                        : after.stream().findFirst();
                String place = plans.size() > 1 ? plan.environment() : "";
                outcomes.addAll(Proof.of(plan, its, place));
                obstacles.addAll(Proof.ambiguous(plan, place));
                its.ifPresent(one -> {
                    obstacles.addAll(Proof.shared(plan, one, place));
                    obstacles.addAll(Proof.taken(plan, changes.leftovers(plan), one, place));
                    obstacles.addAll(PodIdentityClients.obstacles(plan, one, place));
                    pending.addAll(PodIdentityClients.pending(plan, one, place));
                });
            }
            first += sizes.get(i);
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
            List<Manifests> after = profile.read(Profile.WORKLOAD_IDENTITY, paths, new byte[0]);
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

    /** The files with the roles of identity bindings; none without. */
    Set<String> roles() {
        return roles.keySet();
    }

    /** By which the files were read, and why. */
    String version() {
        return version.profile().id() + " (" + version.reason() + ")";
    }

    List<MovePlan> plans() {
        return plans;
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    Map<String, List<String>> byHand() {
        return changes.byHand();
    }

    /** What the pods of a plan need no more. */
    List<KubernetesObject> leftovers(MovePlan plan) {
        return changes.leftovers(plan);
    }

    /** Files of which nothing is left. */
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

    /** Why nothing may be written, whatever becomes of the single pods; empty if nothing keeps from it. */
    List<String> obstacles() {
        return obstacles.stream().distinct().map(this::shown).toList();
    }

    /** What a person must do before NMI goes. */
    List<String> pending() {
        return pending.stream().distinct().map(this::shown).toList();
    }

    /** Whether what was found may be written: all of it renders, and no pod loses or gains an identity. */
    boolean isSafe() {
        return obstacles.isEmpty() && outcomes.stream().noneMatch(Outcome::isLost);
    }

    /** Without the names of folders that the user has never seen. */
    String shown(String text) {
        String plain = hasOwned() ? text.replace(sources.scratch(), "") : text;
        return plain.replace(stage.path() + "/", "");
    }

    boolean isGood() {
        return pending.isEmpty() && outcomes.stream().allMatch(Outcome::isGood);
    }
}
