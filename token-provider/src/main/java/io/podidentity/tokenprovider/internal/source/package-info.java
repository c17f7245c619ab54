/**
 * What the chain may know of a source beyond {@link io.podidentity.tokenprovider.TokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.source;

import org.jspecify.annotations.NullMarked;
