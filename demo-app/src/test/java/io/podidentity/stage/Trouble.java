// SPDX-License-Identifier: Apache-2.0
package io.podidentity.stage;

import io.podidentity.emulator.fault.Fault;
import io.podidentity.emulator.fault.Faults;
import java.time.Duration;

/** What can be broken, in the order in which it is noticed. */
public enum Trouble {
    LOGGED_OUT("Logged out of az"),
    SLOW_IMDS("IMDS is slow"),
    SILENT_IMDS("IMDS is silent"),
    STORAGE_DOWN("Storage is down"),
    NO_ROLE("The role is missing");

    private final String label;

    Trouble(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** Whether a host has that part at all. */
    boolean isIn(Host host) {
        return switch (this) {
            case LOGGED_OUT -> host == Host.LAPTOP;
            case SLOW_IMDS, SILENT_IMDS -> host != Host.LAPTOP;
            case STORAGE_DOWN, NO_ROLE -> true;
        };
    }

    void order(Faults faults) {
        switch (this) {
            case LOGGED_OUT -> {}
            case SLOW_IMDS -> faults.imds(Fault.slow(Duration.ofSeconds(2)).standing());
            case SILENT_IMDS -> faults.imds(Fault.slow(Duration.ofMinutes(2)).standing());
            case STORAGE_DOWN -> faults.storage(ofStorage(503, "ServerBusy"));
            case NO_ROLE -> faults.storage(ofStorage(403, "AuthorizationPermissionMismatch"));
        }
    }

    private static Fault ofStorage(int status, String code) {
        return Fault.status(status, "application/xml", "<Error><Code>" + code + "</Code></Error>")
                .header("x-ms-error-code", code)
                .standing();
    }
}
