package io.podidentity.benchmarks;

import java.util.Locale;

/** What a program sees: the machine's network, or one of its own where IMDS's address leads nowhere. */
enum Network {
    /** The machine's own. */
    OPEN,
    /** The kernel reports at once that there is no route. */
    NO_ROUTE,
    /** The address exists, and nothing listens there. */
    REFUSED,
    /** Packets are dropped silently. */
    BLACK_HOLE,
    /** Connections are accepted and never answered. */
    SILENT;

    /** The address of the metadata service, which {@code network.sh} knows too. */
    static final String IMDS_ADDRESS = "169.254.169.254";

    /** Its name for the script and in the names of figures. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
