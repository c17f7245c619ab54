package io.podidentity.emulator;

/** The ports to take; 0 is any free one. */
record Ports(int imds, int entra, int storage) {}
