package io.podidentity.emulator.workload;

/** The webhook does not let a pod be created; its message is the reason. */
@SuppressWarnings("serial")
final class DeniedException extends RuntimeException {

    DeniedException(String reason) {
        super(reason);
    }
}
