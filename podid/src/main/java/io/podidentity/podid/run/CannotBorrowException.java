package io.podidentity.podid.run;

/** An identity cannot be borrowed; the message says why and what to do. */
@SuppressWarnings("serial")
final class CannotBorrowException extends Exception {

    CannotBorrowException(String message) {
        super(message);
    }
}
