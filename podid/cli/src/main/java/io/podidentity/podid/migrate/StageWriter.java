// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.migrate.stage.FileChange;
import io.podidentity.podid.migrate.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes the files of a draft into a stage: the changed files, those that stay as they are, and new ones. */
final class StageWriter {

    private final MigrationDraft draft;
    private final Stage stage;
    private final SourceTree tree;
    private final List<FileChange> changesInPlace = new ArrayList<>();

    private StageWriter(MigrationDraft draft, Stage stage) {
        this.draft = draft;
        this.stage = stage;
        this.tree = draft.input().tree();
    }

    /**
     * Writes all of the files.
     *
     * @return what becomes of the user's own files if they are changed in place
     */
    static List<FileChange> write(MigrationDraft draft, Stage stage) throws IOException {
        var writer = new StageWriter(draft, stage);
        writer.writeTexts();
        writer.copyOtherFiles();
        writer.writeNewFiles();
        writer.noteRemovals();
        return writer.changesInPlace;
    }

    private void writeTexts() throws IOException {
        Set<SourceText> emptied = draft.changes().findEmptied();
        for (Map.Entry<Path, SourceText> file : tree.texts().entrySet()) {
            SourceText text = file.getValue();
            if (emptied.contains(text)) {
                continue;
            }
            String name = file.getKey().toString();
            stage.writeLike(Path.of(text.name()), name, text.editedText());
            if (text.isChanged()) {
                noteChange(name);
            }
        }
    }

    private void copyOtherFiles() throws IOException {
        for (Path file : tree.otherFiles()) {
            stage.copy(tree.root().resolve(file), file.toString());
        }
    }

    private void writeNewFiles() throws IOException {
        var added = new LinkedHashMap<>(draft.roles());
        String accounts = draft.changes().newAccounts();
        if (!accounts.isEmpty()) {
            added.put(SourceChanges.ACCOUNTS_FILE, accounts);
        }
        for (Map.Entry<String, String> file : added.entrySet()) {
            stage.write(file.getKey(), file.getValue());
            noteChange(file.getKey());
        }
    }

    private void noteRemovals() {
        for (SourceText text : draft.changes().findEmptied()) {
            changesInPlace.add(FileChange.remove(text.file()));
        }
    }

    private void noteChange(String name) {
        changesInPlace.add(
                FileChange.write(tree.root().resolve(name), stage.path().resolve(name)));
    }
}
