/**
 * Managed identities: the metadata service (IMDS) and the other endpoints that hand them out. Start with {@link
 * io.podidentity.tokenprovider.internal.managed.ImdsTokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.managed;

import org.jspecify.annotations.NullMarked;
