// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ProfileOptions;
import java.util.List;
import java.util.Map;

/**
 * What a user wants from one migration. The options of {@link MigrateCommand} say what each setting does.
 *
 * @param paths files, folders, or {@code -} for the standard input
 * @param standardInput the text that {@code -} stands for; empty if no path is {@code -}
 * @param chosenClientIds the client IDs that the user chose, by the namespace and name of the pod's workload
 */
record MigrationSettings(
        List<String> paths,
        String standardInput,
        ProfileOptions profile,
        InputSettings input,
        Map<String, String> chosenClientIds,
        boolean inPlace,
        boolean keepsPodIdentity,
        boolean proxySidecar,
        boolean identityBinding) {}
