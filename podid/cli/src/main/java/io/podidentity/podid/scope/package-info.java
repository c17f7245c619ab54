/**
 * The command {@code podid scope}, which says for an address what to request a token for, and which role to assign.
 *
 * <p>{@code AzureService} is the table of services. {@code Address} finds the services of an address, and {@code
 * AzureCloud} knows the hosts that the same services have in other clouds.
 */
@NullMarked
package io.podidentity.podid.scope;

import org.jspecify.annotations.NullMarked;
