/** The bridge to the Azure SDK: the provider as a {@code TokenCredential}. Needs {@code com.azure:azure-core}. */
@NullMarked
package io.podidentity.tokenprovider.azure;

import org.jspecify.annotations.NullMarked;
