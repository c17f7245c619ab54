/**
 * The token cache and what fills it: a slot for each request, requests in flight, the chain that asks the sources.
 * Start with {@link io.podidentity.tokenprovider.internal.engine.TokenCache}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.engine;

import org.jspecify.annotations.NullMarked;
