/** The read-only blob endpoint, for the emulator's own use: start at {@code BlobEndpoint}. */
@NullMarked
package io.podidentity.emulator.storage;

import org.jspecify.annotations.NullMarked;
