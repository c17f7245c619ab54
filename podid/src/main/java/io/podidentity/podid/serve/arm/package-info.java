/**
 * Azure Resource Manager of one subscription, in memory, as far as setting up a cluster with an identity asks for it;
 * beside it what {@code az} asks of Microsoft Graph. Start at {@code ArmEndpoint}.
 */
@NullMarked
package io.podidentity.podid.serve.arm;

import org.jspecify.annotations.NullMarked;
