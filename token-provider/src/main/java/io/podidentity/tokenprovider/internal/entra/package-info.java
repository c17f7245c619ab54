/**
 * Talks to Microsoft Entra ID: the token endpoint, its errors, and what a client proves itself with. Start with
 * {@link io.podidentity.tokenprovider.internal.entra.EntraTokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.entra;

import org.jspecify.annotations.NullMarked;
