/**
 * Blob Storage: containers and block blobs with conditions, checksums, metadata and block lists, in memory. What is
 * not played here is refused.
 *
 * <p>Start at {@code BlobEndpoint}. {@code Operation} lists what can be asked.
 */
@NullMarked
package io.podidentity.emulator.storage;

import org.jspecify.annotations.NullMarked;
