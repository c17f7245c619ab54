/** The command {@code podid}: start at {@code Podid}. */
@NullMarked
package io.podidentity.emulator.cli;

import org.jspecify.annotations.NullMarked;
