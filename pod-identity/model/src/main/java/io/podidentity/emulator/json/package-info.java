/**
 * Reads and writes JSON as maps and lists.
 *
 * <p>Start at {@code Json}.
 */
@NullMarked
package io.podidentity.emulator.json;

import org.jspecify.annotations.NullMarked;
