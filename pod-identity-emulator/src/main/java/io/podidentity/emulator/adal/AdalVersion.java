package io.podidentity.emulator.adal;

/**
 * What differs between the versions of the library, and of the few lines around it in NMI.
 *
 * @param retriesWithoutAnswer whether the metadata service is asked again where there was no answer at all
 * @param namesEndpoint whether the address is part of the error text
 * @param wrapsErrors whether NMI puts its own words before the library's
 * @param needsUserAssignedId whether an empty client ID is an error; later it means any identity of the node
 */
public record AdalVersion(
        boolean retriesWithoutAnswer, boolean namesEndpoint, boolean wrapsErrors, boolean needsUserAssignedId) {}
