/**
 * Entra ID as a function from a request to an answer: discovery documents, sign-in of users, and the token endpoints
 * of both versions.
 *
 * <p>Start at {@code EntraEndpoint}. {@code TokenEndpoint} issues the tokens, and {@code EntraError} lists the
 * refusals.
 */
@NullMarked
package io.podidentity.emulator.entra;

import org.jspecify.annotations.NullMarked;
