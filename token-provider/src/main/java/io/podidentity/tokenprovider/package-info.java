/**
 * Microsoft Entra ID access tokens without a secret; start reading at {@link
 * io.podidentity.tokenprovider.AzureServiceTokenProvider}.
 */
@NullMarked
package io.podidentity.tokenprovider;

import org.jspecify.annotations.NullMarked;
