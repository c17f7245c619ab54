/**
 * Writes files so that a reader finds the old content or the new content, never a part of one. Nothing outside of the
 * folder that a user has named is written, and what a killed process leaves behind is removed at the next start.
 *
 * <p>Start at {@code WritableFolder}. {@code OwnedFolder} is for temporary files.
 */
@NullMarked
package io.podidentity.emulator.file;

import org.jspecify.annotations.NullMarked;
