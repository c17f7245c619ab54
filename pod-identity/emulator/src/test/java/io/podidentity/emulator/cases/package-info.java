/** Runs the cases of other implementations against this one: start at {@code CaseRunner}. */
@NullMarked
package io.podidentity.emulator.cases;

import org.jspecify.annotations.NullMarked;
