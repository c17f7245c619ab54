package io.podidentity.emulator.run;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.RequestFilter;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Says from which address a request comes, by which NMI tells pods. All clients are on this machine, so it cannot be
 * read from the connection.
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
