/**
 * What sources have in common, and what the chain may know of one beyond {@link
 * io.podidentity.tokenprovider.TokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.source;

import org.jspecify.annotations.NullMarked;
