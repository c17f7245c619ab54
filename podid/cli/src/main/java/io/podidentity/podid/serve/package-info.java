/**
 * The command {@code podid serve}: an emulated Azure that other programs use until it is stopped. Start at
 * {@code ServeCommand}. {@code Served} describes what is served to people and programs, {@code ServedManifests} applies
 * files that change, {@code DiscoveryServer} tells programs the addresses and shows what happens. What {@code az} asks
 * for is in the package {@code arm}.
 */
@NullMarked
package io.podidentity.podid.serve;

import org.jspecify.annotations.NullMarked;
