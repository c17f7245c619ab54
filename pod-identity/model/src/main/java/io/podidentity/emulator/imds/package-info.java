/**
 * The instance metadata service of a node as a function from a request to an answer.
 *
 * <p>Start at {@code ImdsEndpoint}.
 */
@NullMarked
package io.podidentity.emulator.imds;

import org.jspecify.annotations.NullMarked;
