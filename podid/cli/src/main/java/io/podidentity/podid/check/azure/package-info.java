/**
 * What {@code az} printed about the cluster, its identities, their roles and federated credentials. {@code AzureFacts}
 * reads it; {@code FactsCommand} prints the commands that write it.
 */
@NullMarked
package io.podidentity.podid.check.azure;

import org.jspecify.annotations.NullMarked;
