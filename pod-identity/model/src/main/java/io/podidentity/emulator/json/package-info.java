/** Reads and writes JSON: start at {@code Json}. */
@NullMarked
package io.podidentity.emulator.json;

import org.jspecify.annotations.NullMarked;
