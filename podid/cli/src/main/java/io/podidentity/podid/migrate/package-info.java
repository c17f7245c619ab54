/**
 * The command {@code migrate}, which moves manifests from aad-pod-identity to workload identity.
 *
 * <p>Start at {@code Migration}, which is one run. These are its steps, with the classes to begin with:
 *
 * <ol>
 *   <li>{@code MigrationInput} reads the files, and the clusters that are made of them.
 *   <li>{@code Planner} decides about each pod, and {@code AccountAssigner} about service accounts. The result is a
 *       {@code MovePlan} for each cluster.
 *   <li>{@code SourceChanges} changes the text of the files, through the package {@code migrate.edit}.
 *   <li>{@code StageWriter} writes the new files into a {@code Stage} of the package {@code migrate.stage}.
 *   <li>{@code StageProof} reads the staged files again, and {@code Proof} replays each pod's token request with them.
 *   <li>{@code MoveReport} and {@code AzureScript} write the report and the script. If the proof holds, a {@code
 *       Journal} puts all files in place, or none.
 * </ol>
 */
@NullMarked
package io.podidentity.podid.migrate;

import org.jspecify.annotations.NullMarked;
