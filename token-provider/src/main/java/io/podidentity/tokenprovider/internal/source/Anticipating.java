package io.podidentity.tokenprovider.internal.source;

/** A source that can find out beside the ones before it whether it applies here. */
public interface Anticipating {
    /** Begins to find out, off the caller's thread, unless it is known. */
    void anticipate();

    /** Gives up finding out, if that still goes on: another source answered. */
    void abandon();
}
