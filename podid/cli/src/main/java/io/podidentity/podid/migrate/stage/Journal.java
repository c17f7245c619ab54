// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.stage;

import io.podidentity.emulator.file.FolderLock;
import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.podid.migrate.stage.JournalEntry.State;
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
 * <p>The folder is believed only for files below its root, and only for a file that is as the journal has left it:
 * somebody may have changed the file since, or may have put the folder there.
 *
 * <p>Not thread-safe. Lifecycle: from {@link #begin} until {@link #close}, which undoes all changes unless {@link
 * #makeChanges} has made all of them.
 */
public final class Journal implements AutoCloseable {

    static final String FOLDER = ".podid-migrate";

    private static final String ENTRIES = "journal";

    private final WritableFolder root;
    private final WritableFolder output;
    private final Path folder;
    private final FolderLock lock;
    private final Map<JournalEntry, FileChange> changes = new LinkedHashMap<>();
    private boolean isDone;

    private Journal(WritableFolder root, WritableFolder output) throws IOException {
        this.root = root;
        this.output = output;
        this.folder = root.root().resolve(FOLDER);
        Files.createDirectory(folder);
        this.lock = takeLock(folder);
    }

    /**
     * Writes down what the files are.
     *
     * @param root a folder that all files to be changed are below, apart from the script and the report
     * @param output the folder of the script and the report
     * @throws IOException if that cannot be written; nothing is changed then
     */
    public static Journal begin(Path root, Path output, List<FileChange> changes) throws IOException {
        var journal = new Journal(WritableFolder.of(root), WritableFolder.of(output));
        try {
            journal.record(changes);
            return journal;
        } catch (IOException e) {
            journal.removeFolder();
            throw e;
        }
    }

    /**
     * Undoes what a run that was ended has changed below a root, if there was one.
     *
     * @param me the user, since the folder of somebody else is not believed
     * @return what was found and done, for the user
     * @throws IOException if another run is in progress, or somebody has changed the files since
     */
    public static Optional<String> recover(Path root, UserPrincipal me) throws IOException {
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
        FolderLock lock = takeLock(real.root().resolve(FOLDER));
        try (lock) {
            String note = recover(real);
            removeFolder(real.root().resolve(FOLDER));
            return Optional.of(note);
        }
    }

    private static FolderLock takeLock(Path folder) throws IOException {
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
        int changed = undoChanges(root, entries);
        return "An earlier run was ended when it had changed " + changed + " of " + entries.size() + " files of "
                + root.root() + ". They are as they were before it";
    }

    /** Makes the files what they were, and counts those that were not; none of them if one cannot be. */
    private static int undoChanges(WritableFolder root, List<JournalEntry> entries) throws IOException {
        List<JournalEntry> changed = findChanged(root, entries);
        for (JournalEntry entry : changed) {
            undoChange(root, entry);
        }
        for (JournalEntry entry : entries) {
            root.removeLeftovers(entry.file());
            if (!entry.existed()) {
                removeEmptyFolders(entry.file().resolveSibling(""), root.root());
            }
        }
        return changed.size();
    }

    /** @throws IOException if somebody else has changed one of the files, so that what is in it would be lost */
    private static List<JournalEntry> findChanged(WritableFolder root, List<JournalEntry> entries) throws IOException {
        var changed = new ArrayList<JournalEntry>();
        var changedByOthers = new ArrayList<String>();
        for (JournalEntry entry : entries) {
            State state = readState(root, entry);
            if (state == State.CHANGED_BY_MIGRATION) {
                changed.add(entry);
            } else if (state == State.CHANGED_BY_OTHERS) {
                changedByOthers.add(entry.file().toString());
            }
        }
        if (!changedByOthers.isEmpty()) {
            throw new IOException("An earlier run of podid migrate was ended while it changed files, and somebody has"
                    + " changed these since: " + String.join(", ", changedByOthers)
                    + ". What they were before that run is in " + root.root().resolve(FOLDER)
                    + ". Put it back or leave it, remove that folder, and run this again");
        }
        return changed;
    }

    private static State readState(WritableFolder root, JournalEntry entry) throws IOException {
        // A journal that somebody else has written could name files behind a link.
        boolean isBehindLink = !root.resolve(entry.file()).equals(entry.file());
        return isBehindLink ? State.CHANGED_BY_OTHERS : entry.readState();
    }

    private static void undoChange(WritableFolder root, JournalEntry entry) throws IOException {
        if (entry.existed()) {
            root.replaceBy(copyOf(entry, root.root().resolve(FOLDER)), entry.file());
        } else {
            root.remove(entry.file());
        }
    }

    private static void removeEmptyFolders(Path innermost, Path root) throws IOException {
        Path current = innermost;
        try {
            while (current.startsWith(root) && !current.equals(root)) {
                Files.deleteIfExists(current);
                current = current.resolveSibling("");
            }
        } catch (DirectoryNotEmptyException inUse) {
            // It has other files, and so have the folders around it.
        }
    }

    private static Path copyOf(JournalEntry entry, Path folder) {
        return folder.resolve("before-" + entry.number());
    }

    private void record(List<FileChange> wanted) throws IOException {
        Map<Path, JournalEntry> entries = new LinkedHashMap<>();
        for (FileChange change : wanted) {
            Path real = WritableFolder.real(change.file());
            Path file = folderFor(real).resolve(real);
            String after = change.content().isPresent()
                    ? JournalEntry.sumContent(change.content().get())
                    : JournalEntry.ABSENT;
            var entry = new JournalEntry(file, JournalEntry.sumContent(file), after, entries.size());
            JournalEntry other = entries.putIfAbsent(file, entry);
            if (other == null) {
                changes.put(entry, change);
            } else if (!other.after().equals(after)) {
                throw new IOException("By a link, two of the files to write are the same one, " + file
                        + ", with different content. Nothing is changed. Put a file in the place of the link");
            }
        }
        writeFolder();
    }

    /** Writes the copies first: the list of the entries makes the journal valid. */
    private void writeFolder() throws IOException {
        var own = new WritableFolder(folder);
        for (JournalEntry entry : changes.keySet()) {
            if (entry.existed()) {
                own.replaceLike(entry.file(), copyOf(entry, folder), Files.readAllBytes(entry.file()));
            }
        }
        String entries = changes.keySet().stream()
                .filter(this::isBelowRoot)
                .map(entry -> entry.writeLine(root.root()))
                .collect(Collectors.joining());
        own.replaceForOwner(folder.resolve(ENTRIES), entries.getBytes(StandardCharsets.UTF_8));
    }

    private boolean isBelowRoot(JournalEntry entry) {
        return entry.file().startsWith(root.root());
    }

    private WritableFolder folderFor(Path real) {
        return real.startsWith(root.root()) ? root : output;
    }

    /**
     * Makes the changes, in their order.
     *
     * @throws IOException if one cannot be made; {@link #close} then undoes the others
     */
    public void makeChanges() throws IOException {
        for (Map.Entry<JournalEntry, FileChange> change : changes.entrySet()) {
            makeChange(change.getKey(), change.getValue());
        }
        isDone = true;
    }

    private void makeChange(JournalEntry entry, FileChange change) throws IOException {
        Path file = entry.file();
        WritableFolder target = folderFor(file);
        Optional<Path> content = change.content();
        if (content.isEmpty()) {
            target.remove(file);
        } else if (entry.existed()) {
            target.replace(file, Files.readAllBytes(content.get()));
        } else {
            target.replaceLike(content.get(), file, Files.readAllBytes(content.get()));
        }
    }

    /**
     * Removes the journal, and undoes the changes if not all of them are made.
     *
     * @throws IOException if what was changed cannot be undone now; the next run does so
     */
    @Override
    public void close() throws IOException {
        try {
            if (!isDone) {
                undoChanges();
            }
        } catch (IOException e) {
            // The folder stays for the next run.
            lock.close();
            throw new IOException(
                    "What was changed cannot be undone now: " + e.getMessage() + ". The next run makes it as it was",
                    e);
        }
        removeFolder();
    }

    private void undoChanges() throws IOException {
        undoChanges(root, changes.keySet().stream().filter(this::isBelowRoot).toList());
        for (JournalEntry document : changes.keySet()) {
            if (!isBelowRoot(document) && isNewAndWritten(document)) {
                output.remove(document.file());
            }
        }
    }

    private static boolean isNewAndWritten(JournalEntry document) throws IOException {
        return !document.existed() && document.readState() == State.CHANGED_BY_MIGRATION;
    }

    private void removeFolder() throws IOException {
        try (lock) {
            removeFolder(folder);
        }
    }

    /** Removes the list of the entries first: without it the rest means nothing. */
    private static void removeFolder(Path folder) throws IOException {
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
