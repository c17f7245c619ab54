package io.podidentity.emulator.nmi;

/** Why NMI has no token for a pod, in its own words; each kind has its own status. */
@SuppressWarnings("serial")
sealed class NmiException extends Exception {

    private final String reason;

    private NmiException(String reason) {
        super(reason);
        this.reason = reason;
    }

    @Override
    public String getMessage() {
        return reason;
    }

    /** Nothing is assigned that the request can mean. */
    static final class NoIdentity extends NmiException {

        private final boolean assignmentBegan;

        /** @param assignmentBegan whether the identity is in the state Created at least */
        NoIdentity(String message, boolean assignmentBegan) {
            super(message);
            this.assignmentBegan = assignmentBegan;
        }

        boolean assignmentBegan() {
            return assignmentBegan;
        }
    }

    /** There is an identity, but no token for it. */
    static final class NoToken extends NmiException {

        private final boolean refused;

        /** @param refused whether the token issuer answered without a token */
        NoToken(String message, boolean refused) {
            super(message);
            this.refused = refused;
        }

        boolean isRefused() {
            return refused;
        }
    }
}
