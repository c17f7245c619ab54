package io.podidentity.emulator.fault;

/** How NMI sees the pod that asks. */
public enum CallerFault {
    NONE,
    UNKNOWN,
    AMBIGUOUS
}
