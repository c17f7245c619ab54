/**
 * Reads YAML, JSON, kustomizations and charts, and decodes them as a version of aad-pod-identity would. Each value
 * keeps the line and column at which it is written.
 *
 * <p>Start at {@code ManifestReader}. {@code ObjectsOfText} finds the objects, and {@code ObjectDecoder} decodes one
 * of them.
 */
@NullMarked
package io.podidentity.emulator.manifest;

import org.jspecify.annotations.NullMarked;
