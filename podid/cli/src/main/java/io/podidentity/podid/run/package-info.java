/**
 * The command {@code podid run}: borrows the identity of a workload in a cluster for a program on this machine. Start
 * at {@code RunCommand}. {@code ClusterReader} finds the identity, {@code TrustCheck} tries it, {@code TokenRenewal}
 * keeps the token of its service account in a {@code TokenFolder}.
 */
@NullMarked
package io.podidentity.podid.run;

import org.jspecify.annotations.NullMarked;
