package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;

/**
 * The answer that there is no token.
 *
 * @param exception why; shared by all who get this answer
 */
record Failure(TokenAcquisitionException exception) implements Answer {}
