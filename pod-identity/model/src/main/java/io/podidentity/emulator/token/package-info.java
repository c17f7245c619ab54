/** Access tokens and the key that signs them, for the emulator's own use: start at {@code TokenIssuer}. */
@NullMarked
package io.podidentity.emulator.token;

import org.jspecify.annotations.NullMarked;
