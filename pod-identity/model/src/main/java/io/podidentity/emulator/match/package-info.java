/**
 * Decides which identity a pod gets, and says what keeps it from one. All commands of podid and the emulator ask this
 * package.
 *
 * <p>Start at {@code IdentityMatcher}. {@code Obstacle} lists the reasons.
 */
@NullMarked
package io.podidentity.emulator.match;

import org.jspecify.annotations.NullMarked;
