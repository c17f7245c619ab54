// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.edit.SourceText;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The plans and changes of a migration, before it is known whether they are all of it and whether they may be written.
 *
 * @param roles the manifests that identity bindings need, by the names of their files; none without that option
 */
record MigrationDraft(MigrationInput input, MigrationPlans plans, SourceChanges changes, Map<String, String> roles) {

    /** Reads the files of the roots, decides what becomes of the pods, and makes the changes. */
    static MigrationDraft create(MigrationSettings settings, List<List<String>> roots) {
        MigrationInput input = MigrationInput.read(settings, roots);
        MigrationPlans plans = input.plan();
        var changes = new SourceChanges(input.tree(), plans.all(), settings, input.madeByControllers());
        changes.make();
        Map<String, String> roles = settings.identityBinding() ? IdentityBindingRoles.write(plans.all()) : Map.of();
        return new MigrationDraft(input, plans, changes, roles);
    }

    /** Kustomizations that are made of a changed file, and are not among what was read. */
    List<Path> findOtherKustomizations() {
        return input.tree().findOtherKustomizations(findTouchedFiles());
    }

    /** The files that get other content or are removed, absolute. */
    Set<Path> findTouchedFiles() {
        Set<SourceText> emptied = changes.findEmptied();
        return input.tree().texts().values().stream()
                .filter(text -> text.isChanged() || emptied.contains(text))
                .map(SourceText::file)
                .collect(Collectors.toSet());
    }
}
