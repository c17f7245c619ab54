/**
 * The command {@code migrate}, which moves manifests from aad-pod-identity to workload identity.
 *
 * <p>Start at {@code Migration}. It reads the files ({@code MigrationInput}) and lets {@code Planner} decide about
 * each pod. {@code SourceChanges} changes the files where the objects are written, and {@code Proof} replays each
 * pod's token request with the result. Nothing is written before that has succeeded: {@code Stage} has the new files
 * until then, and {@code Journal} puts all of them in place, or none.
 */
@NullMarked
package io.podidentity.podid.migrate;

import org.jspecify.annotations.NullMarked;
