/**
 * Azure Resource Manager of one subscription, in memory, as far as setting up a cluster with an identity needs it. With
 * it come what {@code az} asks of Microsoft Graph, and the sign-in of container registries. Start at
 * {@code ArmEndpoint}. {@code ResourceKinds} has what is special about each kind of resource, {@code GraphEndpoint} the
 * list of what Graph answers.
 */
@NullMarked
package io.podidentity.podid.serve.arm;

import org.jspecify.annotations.NullMarked;
