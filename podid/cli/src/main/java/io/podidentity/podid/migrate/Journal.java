// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.file.FolderLock;
import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.podid.migrate.JournalEntry.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Changes several files together. Before the first one is touched, a hidden folder below their root says what they
 * were. If the process is ended in between, the next run finds that folder and makes the files what they were.
 *
 * <p>The folder is believed for files below its root alone, and for a file that is as the journal has left it: somebody
 * may have changed it since, or may have put the folder there.
 *
 * <p>Not thread-safe. Lifecycle: from {@link #begin} until {@link #close}, which undoes all unless {@link #make} has
 * made all.
 */
final class Journal implements AutoCloseable {

    static final String FOLDER = ".podid-migrate";

    private static final String ENTRIES = "journal";

    private final WritableFolder root;
    private final WritableFolder output;
    private final Path folder;
    private final FolderLock lock;
    private final Map<JournalEntry, FileChange> changes = new LinkedHashMap<>();
    private boolean made;

    private Journal(WritableFolder root, WritableFolder output) throws IOException {
        this.root = root;
        this.output = output;
        this.folder = root.root().resolve(FOLDER);
        Files.createDirectory(folder);
        this.lock = lock(folder);
    }

    /**
     * Writes down what the files are.
     *
     * @param root a folder
     * @param output the folder of the script and the report, of which the files are below no root
     * @throws IOException if that cannot be written; nothing is changed then
     */
    static Journal begin(Path root, Path output, List<FileChange> changes) throws IOException {
        var journal = new Journal(WritableFolder.of(root), WritableFolder.of(output));
        try {
            journal.record(changes);
            return journal;
        } catch (IOException e) {
            journal.forget();
            throw e;
        }
    }

    /**
     * Undoes what a run that was ended has changed below a root, if there was one.
     *
     * @param me the user
     * @return what was found and done, for the user
     * @throws IOException if that cannot be: another run lives, or somebody has changed the files since
     */
    static Optional<String> recover(Path root, UserPrincipal me) throws IOException {
        Path folder = root.resolve(FOLDER);
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        boolean isMine = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(me);
        if (!isMine) {
            throw new IOException(folder + " is no folder of yours, and so no journal of podid migrate. Remove it");
        }
        WritableFolder real = WritableFolder.of(root);
        FolderLock lock = lock(real.root().resolve(FOLDER));
        try (lock) {
            String note = recover(real);
            remove(real.root().resolve(FOLDER));
            return Optional.of(note);
        }
    }

    private static FolderLock lock(Path folder) throws IOException {
        return FolderLock.tryTake(folder)
                .orElseThrow(() -> new IOException("Another podid migrate is changing the files of "
                        + folder.getParent() + ". Wait until it has ended"));
    }

    private static String recover(WritableFolder root) throws IOException {
        Path journal = root.root().resolve(FOLDER).resolve(ENTRIES);
        if (Files.notExists(journal)) {
            return "An earlier run in " + root.root() + " was ended before it changed the first file or after it had"
                    + " changed the last one. What it has left in " + FOLDER + " is removed";
        }
        var entries = new ArrayList<JournalEntry>();
        for (String line : Files.readAllLines(journal)) {
            entries.add(JournalEntry.parse(line, root.root()));
        }
        long changed = undo(root, entries);
        return "An earlier run was ended when it had changed " + changed + " of " + entries.size() + " files of "
                + root.root() + ". They are as they were before it";
    }

    /** Makes the files what they were, and counts those that were not; none of them if one cannot be. */
    private static long undo(WritableFolder root, List<JournalEntry> entries) throws IOException {
        var changed = new ArrayList<JournalEntry>();
        var unknown = new ArrayList<String>();
        for (JournalEntry entry : entries) {
            // A journal that somebody else has written could name files behind a link.
            boolean isPlain = root.resolve(entry.file()).equals(entry.file());
            State state = isPlain ? entry.state() : State.UNKNOWN;
            if (state == State.CHANGED) {
                changed.add(entry);
            } else if (state == State.UNKNOWN) {
                unknown.add(entry.file().toString());
            }
        }
        if (!unknown.isEmpty()) {
            throw new IOException("An earlier run of podid migrate was ended while it changed files, and somebody has"
                    + " changed these since: " + String.join(", ", unknown) + ". What they were before that run is in "
                    + root.root().resolve(FOLDER)
                    + ". Put it back or leave it, remove that folder, and run this again");
        }
        for (JournalEntry entry : changed) {
            undo(root, entry);
        }
        for (JournalEntry entry : entries) {
            root.removeLeftovers(entry.file());
            if (!entry.existed()) {
                removeEmpty(entry.file().resolveSibling(""), root.root());
            }
        }
        return changed.size();
    }

    private static void undo(WritableFolder root, JournalEntry entry) throws IOException {
        if (entry.existed()) {
            root.replaceBy(copy(root.root().resolve(FOLDER), entry), entry.file());
        } else {
            root.remove(entry.file());
        }
    }

    private static void removeEmpty(Path folder, Path root) throws IOException {
        Path at = folder;
        try {
            while (at.startsWith(root) && !at.equals(root)) {
                Files.deleteIfExists(at);
                at = at.resolveSibling("");
            }
        } catch (DirectoryNotEmptyException inUse) {
            // It has other files.
        }
    }

    private static Path copy(Path folder, JournalEntry entry) {
        return folder.resolve("before-" + entry.number());
    }

    private void record(List<FileChange> wanted) throws IOException {
        Map<Path, JournalEntry> entries = new LinkedHashMap<>();
        for (FileChange change : wanted) {
            Path real = WritableFolder.real(change.file());
            Path file = place(real).resolve(real);
            String after = change.content().isPresent()
                    ? JournalEntry.sumOf(change.content().get())
                    : JournalEntry.ABSENT;
            var entry = new JournalEntry(file, JournalEntry.sumOf(file), after, entries.size());
            JournalEntry other = entries.putIfAbsent(file, entry);
            if (other == null) {
                changes.put(entry, change);
            } else if (!other.after().equals(after)) {
                throw new IOException("By a link, two of the files to write are the same one, " + file
                        + ", with different content. Nothing is changed. Put a file in the place of the link");
            }
        }
        write();
    }

    private void write() throws IOException {
        var own = new WritableFolder(folder);
        for (JournalEntry entry : changes.keySet()) {
            if (entry.existed()) {
                own.replaceLike(entry.file(), copy(folder, entry), Files.readAllBytes(entry.file()));
            }
        }
        String entries = changes.keySet().stream()
                .filter(entry -> entry.file().startsWith(root.root()))
                .map(entry -> entry.line(root.root()))
                .collect(Collectors.joining());
        own.replaceForOwner(folder.resolve(ENTRIES), entries.getBytes(StandardCharsets.UTF_8));
    }

    private WritableFolder place(Path real) {
        return real.startsWith(root.root()) ? root : output;
    }

    /**
     * Makes the changes, in their order.
     *
     * @throws IOException if one cannot be made; {@link #close} then undoes the others
     */
    void make() throws IOException {
        for (Map.Entry<JournalEntry, FileChange> change : changes.entrySet()) {
            Path file = change.getKey().file();
            WritableFolder place = place(file);
            Optional<Path> content = change.getValue().content();
            if (content.isEmpty()) {
                place.remove(file);
            } else if (change.getKey().existed()) {
                place.replace(file, Files.readAllBytes(content.get()));
            } else {
                place.replaceLike(content.get(), file, Files.readAllBytes(content.get()));
            }
        }
        made = true;
    }

    /**
     * Ends it.
     *
     * @throws IOException if what was changed cannot be undone now; the next run does so
     */
    @Override
    public void close() throws IOException {
        try {
            if (!made) {
                undo();
            }
        } catch (IOException e) {
            lock.close();
            throw new IOException(
                    "What was changed cannot be undone now: " + e.getMessage() + ". The next run makes it as it was",
                    e);
        }
        forget();
    }

    private void undo() throws IOException {
        Map<Boolean, List<JournalEntry>> inRoot = changes.keySet().stream()
                .collect(Collectors.partitioningBy(entry -> entry.file().startsWith(root.root())));
        undo(root, inRoot.getOrDefault(true, List.of()));
        for (JournalEntry document : inRoot.getOrDefault(false, List.of())) {
            if (!document.existed() && document.state() == State.CHANGED) {
                output.remove(document.file());
            }
        }
    }

    private void forget() throws IOException {
        try (lock) {
            remove(folder);
        }
    }

    /** The list of the files first: without it the rest means nothing. */
    private static void remove(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(ENTRIES));
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(files::add);
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.delete(folder);
    }
}
