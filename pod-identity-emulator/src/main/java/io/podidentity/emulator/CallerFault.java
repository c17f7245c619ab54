package io.podidentity.emulator;

/** How NMI sees the pod that asks. */
enum CallerFault {
    NONE,
    UNKNOWN,
    AMBIGUOUS
}
