// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.mortal;

import io.podidentity.emulator.file.FolderLock;
import io.podidentity.podid.check.CheckCommand;
import io.podidentity.podid.migrate.MigrateCommand;
import io.podidentity.podid.mortal.Fate.End;
import io.podidentity.podid.mortal.Fate.Ended;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Runs a command again and again, in a process whose file system is mortal: it ends, or the disk is full, at the first
 * call that changes something, at the second, and so on until a run gets through. Prints what is wrong, and how many
 * calls there were.
 *
 * <p>Its arguments: a folder for it, a folder with manifests, the end, and the command, in which {@code IN} and
 * {@code OUT} stand for two folders.
 */
final class MortalRuns {

    /** At which calls the process ends: all, each seventh or each 31st one; a file takes another number of calls. */
    private static final int STEP = step();

    /** One run of the command; an exit code of -1 if it was ended. */
    private record Run(int exitCode, String text) {}

    private final Path folder;
    private final Path manifests;
    private final End end;
    private final List<String> command;

    /** {@code make attacks} takes each call, which needs three minutes. */
    private static int step() {
        if (Boolean.getBoolean("podidentity.attacks")) {
            return 1;
        }
        return Boolean.getBoolean("podidentity.long") ? 7 : 31;
    }

    private MortalRuns(Path folder, Path manifests, End end, List<String> command) {
        this.folder = folder;
        this.manifests = manifests;
        this.end = end;
        this.command = command;
    }

    public static void main(String... arguments) throws Exception {
        List<String> all = List.of(arguments);
        var runs = new MortalRuns(
                Path.of(all.get(0)), Path.of(all.get(1)), End.valueOf(all.get(2)), all.subList(3, all.size()));
        var faults = new ArrayList<String>();
        int calls = runs.endAtEach(faults);
        faults.forEach(System.out::println);
        System.out.println(calls + " calls");
    }

    private int endAtEach(List<String> faults) throws Exception {
        prepare();
        Map<String, String> before = files();
        Run whole = run();
        Map<String, String> after = files();
        if (before.equals(after)) {
            faults.add("The command changes nothing: " + whole);
        }
        int n = 1;
        while (true) {
            prepare();
            Fate.choose(end, n);
            Run ended = run();
            int calls = Fate.spare();
            if (calls < n) {
                return calls;
            }
            Map<String, String> left = files();
            String what = "call " + n + ", " + ended + ": ";
            if (end == End.DISK_IS_FULL) {
                judgeFull(what, ended, before, after, left, faults);
            }
            judgeNext(what, whole, before, after, left, faults);
            n += STEP;
        }
    }

    private void judgeFull(
            String what,
            Run failed,
            Map<String, String> before,
            Map<String, String> after,
            Map<String, String> left,
            List<String> faults) {
        boolean done = left.equals(after);
        boolean said = failed.text().contains("No space left on device");
        boolean inTurn = command.contains("--fix") && isMadeOf(left, before, after);
        if (!done && !(said && (visible(left).equals(visible(before)) || inTurn))) {
            faults.add(what + "a full disk left " + names(before, left));
        }
    }

    private void judgeNext(
            String what,
            Run whole,
            Map<String, String> before,
            Map<String, String> after,
            Map<String, String> left,
            List<String> faults)
            throws Exception {
        if (!isMadeOf(left, before, after)) {
            faults.add(what + "a file is neither what it was nor what it will be: " + names(before, left));
        }
        makeOld(folder.resolve("tmp"));
        Run next = run();
        Map<String, String> now = files();
        if (!now.equals(after)) {
            faults.add(what + "the next run leaves something else: " + names(after, now) + "\n" + next.text());
        }
        boolean wasDone = visible(left).equals(visible(after));
        boolean says = visible(left).equals(visible(before)) || next.text().contains("An earlier run");
        boolean fixes = command.contains("--fix");
        if (!wasDone && !says && !fixes) {
            faults.add(what + "the next run does not say that it goes on: " + next.text());
        }
        if (!wasDone && !fixes && next.exitCode() != whole.exitCode()) {
            faults.add(what + "the next run ends with " + next);
        }
        try (Stream<Path> temporary = Files.list(folder.resolve("tmp"))) {
            temporary.forEach(one -> faults.add(what + "left for good: " + one));
        }
    }

    /** Whether each file that people see is one of the old or of the new ones. */
    private static boolean isMadeOf(Map<String, String> left, Map<String, String> before, Map<String, String> after) {
        return visible(left).entrySet().stream()
                .allMatch(file -> file.getValue().equals(before.get(file.getKey()))
                        || file.getValue().equals(after.get(file.getKey())));
    }

    private static Map<String, String> visible(Map<String, String> files) {
        var visible = new TreeMap<>(files);
        visible.keySet().removeIf(name -> name.contains("/."));
        return visible;
    }

    private static String names(Map<String, String> expected, Map<String, String> found) {
        var all = new TreeMap<>(expected);
        all.putAll(found);
        all.entrySet()
                .removeIf(one -> one.getValue().equals(expected.get(one.getKey()))
                        && one.getValue().equals(found.get(one.getKey())));
        return all.keySet().toString();
    }

    private Run run() throws Exception {
        // A new process has locked nothing.
        var own = FolderLock.class.getDeclaredField("OWN");
        own.setAccessible(true);
        ((Collection<?>) own.get(null)).clear();
        var text = new StringWriter();
        var writer = new PrintWriter(text, true);
        Callable<Integer> tool = command.get(0).equals("check") ? new CheckCommand() : new MigrateCommand();
        CommandLine line = new CommandLine(tool).setOut(writer).setErr(writer);
        line.setParameterExceptionHandler((failure, arguments) -> {
            writer.println("podid: " + failure.getMessage());
            return 2;
        });
        String[] words = command.stream()
                .skip(1)
                .map(word -> word.replace("IN", folder.resolve("in").toString())
                        .replace("OUT", folder.resolve("out").toString()))
                .toArray(String[]::new);
        try {
            return new Run(line.execute(words), text.toString());
        } catch (Ended e) {
            return new Run(-1, text.toString());
        }
    }

    /** A folder that is empty could be one that another process is making, for a while. */
    private static void makeOld(Path temporary) throws IOException {
        try (Stream<Path> all = Files.list(temporary)) {
            for (Path one : all.toList()) {
                Files.setLastModifiedTime(one, FileTime.from(Instant.EPOCH));
            }
        }
    }

    private void prepare() throws IOException {
        for (String name : List.of("in", "out", "tmp")) {
            delete(folder.resolve(name));
        }
        Files.createDirectories(folder.resolve("tmp"));
        try (Stream<Path> all = Files.walk(manifests)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve("in").resolve(manifests.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        if (command.contains("--force")) {
            Files.createDirectories(folder.resolve("out"));
            Files.writeString(folder.resolve("out").resolve("azure.sh"), "old\n");
            Files.writeString(folder.resolve("out").resolve("own.txt"), "own\n");
        }
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (Stream<Path> all = Files.list(path)) {
                for (Path one : all.toList()) {
                    delete(one);
                }
            }
        }
        Files.deleteIfExists(path);
    }

    /** All files, also hidden ones, with their content and permissions. */
    private Map<String, String> files() throws IOException {
        var files = new TreeMap<String, String>();
        for (String name : List.of("in", "out")) {
            Path root = folder.resolve(name);
            if (Files.exists(root)) {
                try (Stream<Path> all = Files.walk(root)) {
                    for (Path file : all.filter(Files::isRegularFile).toList()) {
                        files.put(
                                folder.relativize(file).toString(),
                                Files.getPosixFilePermissions(file)
                                        + new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return files;
    }
}
