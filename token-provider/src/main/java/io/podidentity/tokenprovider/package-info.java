/**
 * Microsoft Entra ID access tokens without a secret. Start with {@link
 * io.podidentity.tokenprovider.AzureServiceTokenProvider}, which programs call. {@link
 * io.podidentity.tokenprovider.TokenRequest} says what a token is for, and {@link
 * io.podidentity.tokenprovider.TokenSource} is one way to get it.
 */
@NullMarked
package io.podidentity.tokenprovider;

import org.jspecify.annotations.NullMarked;
