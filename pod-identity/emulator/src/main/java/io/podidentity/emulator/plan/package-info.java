/**
 * What an emulator is to play: the tenant, the cluster, and the addresses of the servers.
 *
 * <p>Start at {@code EmulatorOptions}, which collects the options. {@code TenantPlan} makes a {@code Tenant} of them.
 */
@NullMarked
package io.podidentity.emulator.plan;

import org.jspecify.annotations.NullMarked;
