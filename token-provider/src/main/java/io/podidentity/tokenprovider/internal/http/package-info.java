/**
 * One HTTP exchange, its retries, and the JSON of a token answer. Start with {@link
 * io.podidentity.tokenprovider.internal.http.HttpTransport}, which sends one request. {@link
 * io.podidentity.tokenprovider.internal.http.HttpRetry} sends it again, and {@link
 * io.podidentity.tokenprovider.internal.http.TokenResponse} reads the token.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.http;

import org.jspecify.annotations.NullMarked;
