/** What was asked and what was logged. */
@NullMarked
package io.podidentity.emulator.history;

import org.jspecify.annotations.NullMarked;
