package io.podidentity.benchmarks.process;

/** Where a program runs: in the machine's network, or in one of its own in which IMDS's address leads nowhere. */
public enum Network {
    /** The machine's own. */
    OPEN("open"),
    /** The kernel says at once that there is no way. */
    NO_ROUTE("no-route"),
    /** The address is there, and nobody listens. */
    REFUSED("refused"),
    /** Packets are dropped in silence. */
    BLACK_HOLE("black-hole"),
    /** Connections are accepted and never answered. */
    SILENT("silent");

    /** Its name for the script, and in keys of figures. */
    public final String key;

    Network(String key) {
        this.key = key;
    }
}
