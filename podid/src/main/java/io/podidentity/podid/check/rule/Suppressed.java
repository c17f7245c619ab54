package io.podidentity.podid.check.rule;

/**
 * A finding that is not to be reported.
 *
 * @param reason why, as somebody wrote it
 * @param inManifest whether the manifest says so; otherwise a file beside it
 */
public record Suppressed(Finding finding, String reason, boolean inManifest) {}
