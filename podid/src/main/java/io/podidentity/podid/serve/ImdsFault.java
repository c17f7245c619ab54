package io.podidentity.podid.serve;

import io.podidentity.emulator.fault.Fault;
import java.util.function.Supplier;

/** How the metadata service fails as long as podid serves. */
enum ImdsFault {
    refused(Fault::refused),
    silent(Fault::silent),
    gone(Fault::gone);

    private final Supplier<Fault> fault;

    ImdsFault(Supplier<Fault> fault) {
        this.fault = fault;
    }

    Fault fault() {
        return fault.get().standing();
    }
}
