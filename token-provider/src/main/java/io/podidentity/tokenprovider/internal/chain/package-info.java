/**
 * Which sources are asked, and in which order. Start with {@link
 * io.podidentity.tokenprovider.internal.chain.DefaultSources}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.chain;

import org.jspecify.annotations.NullMarked;
