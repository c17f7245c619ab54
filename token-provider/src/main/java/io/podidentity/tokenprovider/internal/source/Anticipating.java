package io.podidentity.tokenprovider.internal.source;

/** A source that can find out beside the ones before it whether it applies here. */
public interface Anticipating {
    /** Begins to find out, off the caller's thread, unless it is known. */
    void anticipate();

    /** Whether its service was found to be here, be there a token or not: others only stand in for it then. */
    default boolean isEvident() {
        return false;
    }

    /** Gives up finding out, if that still goes on: another source answered. */
    void abandon();
}
