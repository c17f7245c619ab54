/**
 * Access tokens, and the keys that sign them.
 *
 * <p>Start at {@code TokenIssuer}, which makes a token about a {@code TokenSubject}.
 */
@NullMarked
package io.podidentity.emulator.token;

import org.jspecify.annotations.NullMarked;
