package io.podidentity.emulator.directory;

/** A person who can sign in by device code. */
public record User(String userPrincipalName, String objectId) {}
