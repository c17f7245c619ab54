/**
 * The token cache, and the classes that fill it.
 *
 * <p>A {@link io.podidentity.tokenprovider.internal.engine.TokenCache} has a {@link
 * io.podidentity.tokenprovider.internal.engine.TokenSlot} for each kind of request. A slot that has no valid token
 * starts an {@link io.podidentity.tokenprovider.internal.engine.InFlightRequest}, which all callers of the slot share.
 * The request asks the sources of the {@link io.podidentity.tokenprovider.internal.engine.TokenSourceChain} in their
 * order. Start with {@code TokenCache}, then read the Javadoc of {@code TokenSlot}, which follows one cache miss.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.engine;

import org.jspecify.annotations.NullMarked;
