package io.podidentity.podid.serve;

import io.podidentity.emulator.fault.Fault;

/** How the metadata service fails as long as podid serves. */
enum ImdsFault {
    refused,
    silent,
    gone;

    Fault fault() {
        return switch (this) {
            case refused -> Fault.refused();
            case silent -> Fault.silent().standing();
            case gone -> Fault.gone().standing();
        };
    }
}
