/** Decides which identity a pod gets, for every command: start at {@code IdentityMatcher}. */
@NullMarked
package io.podidentity.emulator.match;

import org.jspecify.annotations.NullMarked;
