/** Log lines in the formats of the programs that the emulator plays, for its own use: start at {@code LogFormat}. */
@NullMarked
package io.podidentity.emulator.log;

import org.jspecify.annotations.NullMarked;
