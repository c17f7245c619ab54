/**
 * The requests that the emulator has answered, and the lines that its programs have logged. Secrets are removed before
 * they are recorded.
 *
 * <p>Start at {@code RequestRecorder}.
 */
@NullMarked
package io.podidentity.emulator.history;

import org.jspecify.annotations.NullMarked;
