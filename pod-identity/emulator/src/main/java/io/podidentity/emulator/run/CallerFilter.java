// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.RequestFilter;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes the address of the calling pod into a request, because NMI finds the pod with that address. The connection
 * does not have it: the clients are on this machine, or reach a container through a port of its host.
 *
 * @param address of the pod or node whose port was asked
 * @param otherAddress the address that a fault has ordered in its place, if any; asked once for each request
 */
record CallerFilter(String address, Supplier<Optional<String>> otherAddress) implements RequestFilter {

    /** NMI looks at the address alone. */
    private static final String ANY_PORT = ":40000";

    @Override
    public Answer filter(Request request, Endpoint next) {
        return next.answer(request.withClient(otherAddress.get().orElse(address) + ANY_PORT));
    }
}
