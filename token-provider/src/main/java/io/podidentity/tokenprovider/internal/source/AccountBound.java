package io.podidentity.tokenprovider.internal.source;

/** A source whose tokens belong to an account that somebody may change, as {@code az login} does. */
public interface AccountBound {
    /** A number that is another one once the account was changed; cheap enough to be asked every second. */
    long accountFingerprint();
}
