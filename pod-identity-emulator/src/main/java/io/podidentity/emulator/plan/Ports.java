package io.podidentity.emulator.plan;

/** The ports to take; 0 is any free one. */
public record Ports(int imds, int entra, int storage) {}
