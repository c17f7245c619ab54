/** The command {@code scope}: what to ask for, and which role, for an address. Start at {@code AzureService}. */
@NullMarked
package io.podidentity.podid.scope;

import org.jspecify.annotations.NullMarked;
