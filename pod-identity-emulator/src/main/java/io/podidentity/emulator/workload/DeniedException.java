package io.podidentity.emulator.workload;

/** The webhook refuses a pod; the message is the reason. */
@SuppressWarnings("serial")
final class DeniedException extends RuntimeException {

    DeniedException(String reason) {
        super(reason);
    }
}
