/**
 * One HTTP exchange, its retries, and what a token answer says. Start with {@link
 * io.podidentity.tokenprovider.internal.http.HttpTransport}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.http;

import org.jspecify.annotations.NullMarked;
