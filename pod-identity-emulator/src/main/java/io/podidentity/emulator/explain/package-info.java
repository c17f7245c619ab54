/** Tells which identity a pod gets and why, for people and programs: start at {@code Explainer}. */
@NullMarked
package io.podidentity.emulator.explain;

import org.jspecify.annotations.NullMarked;
