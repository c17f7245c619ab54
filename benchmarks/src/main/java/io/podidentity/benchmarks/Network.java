package io.podidentity.benchmarks;

/** What a program sees: the machine's network, or one of its own where IMDS's address leads nowhere. */
enum Network {
    /** The machine's own. */
    OPEN("open"),
    /** The kernel reports at once that there is no route. */
    NO_ROUTE("no-route"),
    /** The address exists, and nothing listens there. */
    REFUSED("refused"),
    /** Packets are dropped silently. */
    BLACK_HOLE("black-hole"),
    /** Connections are accepted and never answered. */
    SILENT("silent");

    /** The address of the metadata service, which {@code network.sh} knows too. */
    static final String IMDS_ADDRESS = "169.254.169.254";

    /** Its name for the script and in the names of figures. */
    final String key;

    Network(String key) {
        this.key = key;
    }
}
