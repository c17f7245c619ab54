/** Rules about AzureIdentity and its secret: C1, C2, C7, C8, C9. */
@NullMarked
package io.podidentity.podid.check.rules.identity;

import org.jspecify.annotations.NullMarked;
